using NUnit.Framework;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Tests.Unit.Platform;

internal sealed class OrderSchemaTests
{
    private static readonly OrderSchema Schema = new(new SortOrder("create_time", Descending: true), "create_time", "email");

    [TestCase("", "create_time desc")]
    [TestCase("  ", "create_time desc")]
    [TestCase("create_time", "create_time")]
    [TestCase(" email  desc ", "email desc")]
    [TestCase("email\tdesc", "email desc")]
    public void An_order_is_read_without_regard_to_spaces(string text, string order) =>
        Assert.That(Schema.Parse(text).ToString(), Is.EqualTo(order));

    [TestCase("display_name", "'display_name' is none of create_time, email.")]
    [TestCase("Email", "'Email' is none of create_time, email.")]
    [TestCase("desc", "'desc' is none of create_time, email.")]
    [TestCase("email down", "'down' is out of place: a field is followed by desc or nothing.")]
    [TestCase("email DESC", "'DESC' is out of place: a field is followed by desc or nothing.")]
    [TestCase("email desc desc", "'desc' is out of place: a field is followed by desc or nothing.")]
    [TestCase("email, create_time", "takes one field.")]
    [TestCase("email; DROP TABLE users", "'email;' is none of create_time, email.")]
    public void Any_other_is_refused_and_named(string text, string description)
    {
        var error = Assert.Throws<DomainException>(() => Schema.Parse(text));

        Assert.That(error!.Fields.Single().Field, Is.EqualTo("order_by"));
        Assert.That(error.Fields.Single().Description, Is.EqualTo(description));
    }
}
