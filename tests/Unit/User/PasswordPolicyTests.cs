using NUnit.Framework;
using Suite.Platform.Errors;
using Suite.Users.Domain;

namespace Suite.Tests.Unit.Users;

internal sealed class PasswordPolicyTests
{
    [TestCase("correct horse battery")]
    [TestCase("kv7-trombone-Uhr")]
    [TestCase("пароль-для-ады")]
    [TestCase("🐎🔋🐎🔋🐎🔋🐎🔋🐎🔌")]
    [TestCase("8301948571monkey1934851")]
    public void A_long_password_that_nobody_tries_first_is_taken(string password) =>
        Assert.DoesNotThrow(() => PasswordPolicy.Check(password, "password", "ada@example.com"));

    [TestCase("")]
    [TestCase("123456789")]
    [TestCase("🐎🔋🐎🔋🐎🔋🐎🔋🐎")]
    public void A_short_password_is_refused(string password) => Refused(password, "must have 10 to 200 characters.");

    [Test]
    public void A_password_of_more_than_200_characters_is_refused()
    {
        Assert.DoesNotThrow(() => PasswordPolicy.Check(string.Concat(Enumerable.Repeat("ab", 100)), "password"));
        Refused(string.Concat(Enumerable.Repeat("ab", 100)) + "c", "must have 10 to 200 characters.");
    }

    [TestCase("password123")]
    [TestCase("PassWord2024!")]
    [TestCase("qwertyuiop")]
    [TestCase("1Q2W3E4R5T")]
    [TestCase("**monkey**")]
    [TestCase("0000000000000")]
    public void A_password_that_everybody_tries_is_refused_in_any_case(string password) =>
        Refused(password, "is one of the passwords that are tried first; choose another.");

    [Test]
    public void The_address_is_no_password() => Refused("Ada@Example.com", "must not be the e-mail address.");

    private static void Refused(string password, string description)
    {
        var error = Assert.Throws<DomainException>(() => PasswordPolicy.Check(password, "new_password", "ada@example.com"));

        Assert.That(error!.Fields.Single().Field, Is.EqualTo("new_password"));
        Assert.That(error.Fields.Single().Description, Is.EqualTo(description), "what was given is secret and is not repeated");
    }
}
