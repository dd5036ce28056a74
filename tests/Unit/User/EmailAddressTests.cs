using NUnit.Framework;
using Suite.Platform.Errors;
using Suite.Users.Domain;

namespace Suite.Tests.Unit.Users;

internal sealed class EmailAddressTests
{
    [TestCase("ada@example.com")]
    [TestCase("Ada.Lovelace+orders@Example.co.uk")]
    [TestCase("o'brien@example.com")]
    [TestCase("用户@example.com")]
    [TestCase("a@b.c")]
    public void An_address_is_kept_as_it_was_given(string text) => Assert.That(EmailAddress.Parse(text, "user.email").Value, Is.EqualTo(text));

    [TestCase("")]
    [TestCase("ada")]
    [TestCase("ada@")]
    [TestCase("@example.com")]
    [TestCase("ada@localhost")]
    [TestCase("ada@@example.com")]
    [TestCase("ada@example.com ")]
    [TestCase(" ada@example.com")]
    [TestCase("ada @example.com")]
    [TestCase("ada@exam ple.com")]
    [TestCase("Ada <ada@example.com>")]
    [TestCase("ada@example.com, bob@example.com")]
    [TestCase("ada@example.com\r\nBcc: bob@example.com")]
    [TestCase("ada\t@example.com")]
    public void What_is_no_address_is_refused(string text)
    {
        var error = Assert.Throws<DomainException>(() => EmailAddress.Parse(text, "user.email"));

        Assert.That(error!.Fields.Single().Field, Is.EqualTo("user.email"));
        Assert.That(error.Message, Is.EqualTo("user.email: must be an e-mail address such as ada@example.com."), "what was given is personal and is not repeated");
    }
}
