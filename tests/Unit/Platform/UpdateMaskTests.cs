using Google.Protobuf.WellKnownTypes;
using NUnit.Framework;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Validation;

namespace Suite.Tests.Unit.Platform;

internal sealed class UpdateMaskTests
{
    private static readonly User Ada = new() { Name = "users/1", DisplayName = "Ada", Etag = "1", State = User.Types.State.Active };

    [Test]
    public void Without_a_mask_what_is_set_is_changed()
    {
        Assert.That(UpdateMask.Fields(null, Ada), Is.EquivalentTo(new[] { "display_name" }));
        Assert.That(UpdateMask.Fields(new FieldMask(), Ada), Is.EquivalentTo(new[] { "display_name" }));
        Assert.That(UpdateMask.Fields(null, new User()), Is.Empty);
    }

    [Test]
    public void A_mask_names_what_is_changed() =>
        Assert.That(UpdateMask.Fields(Mask("email", "email"), Ada), Is.EquivalentTo(new[] { "email" }));

    [Test]
    public void A_star_is_everything_that_can_be_changed() =>
        Assert.That(UpdateMask.Fields(Mask("*"), Ada), Is.EquivalentTo(new[] { "email", "display_name" }));

    [TestCase("name")]
    [TestCase("state")]
    [TestCase("create_time")]
    [TestCase("etag")]
    [TestCase("displayName")]
    [TestCase("user.email")]
    [TestCase("email.local")]
    [TestCase("")]
    public void A_path_that_can_not_be_changed_is_named(string path)
    {
        var error = Assert.Throws<DomainException>(() => UpdateMask.Fields(Mask("email", path), Ada));

        Assert.That(error!.Fields.Single().Field, Is.EqualTo("update_mask"));
        Assert.That(error.Fields.Single().Description, Is.EqualTo($"'{path}' is none of display_name, email."));
    }

    [Test]
    public void A_star_stands_alone() => Assert.That(
        Assert.Throws<DomainException>(() => UpdateMask.Fields(Mask("*", "email"), Ada))!.Fields.Single().Description, Is.EqualTo("'*' stands alone."));

    [Test]
    public void A_mask_of_thousands_of_unknown_paths_makes_a_short_answer()
    {
        var error = Assert.Throws<DomainException>(() => UpdateMask.Fields(Mask([.. Enumerable.Repeat(new string('x', 5000), 3000)]), Ada));

        Assert.That(error!.ToStatus().CalculateSize(), Is.LessThan(4000));
    }

    private static FieldMask Mask(params string[] paths) => new() { Paths = { paths } };
}
