using NUnit.Framework;
using Suite.Cli.Import;

namespace Suite.Tests.Unit.Cli;

public class RequestIdsTests
{
    // Computed with Python: uuid.uuid5(uuid.UUID("8c1f4a52-6d0b-5e3e-9a77-20b1c4d95e60"), "orders/0:/SO-2026-00001") and so on.
    [Test]
    public void Any_language_computes_the_same_ids()
    {
        Assert.That(RequestIds.Order(string.Empty, "SO-2026-00001").ToString(), Is.EqualTo("d8b8aec7-c545-58b5-8c7c-c1af278dc040"));
        Assert.That(RequestIds.Order("webshop", "Ä-1").ToString(), Is.EqualTo("b0578f9c-61e2-5a9e-a8b1-53f8b4d8acf1"));
        Assert.That(RequestIds.User("Ada@Example.com").ToString(), Is.EqualTo("b8883a49-2903-5d2f-bf31-c35e0bcce55c"));
        Assert.That(RequestIds.Product("GIFT-CARD-25").ToString(), Is.EqualTo("56930092-a32e-5476-8a9e-2ea1cdef6b27"));
    }

    [Test]
    public void Kinds_scopes_and_references_do_not_run_into_each_other()
    {
        Guid[] ids =
        [
            RequestIds.Order(string.Empty, "a/b"),
            RequestIds.Order("a", "b"),
            RequestIds.Order("a/b", string.Empty),
            RequestIds.Order(string.Empty, "A/B"),
            RequestIds.User("a/b"),
            RequestIds.Product("a/b"),
        ];

        Assert.That(ids, Is.Unique);
    }

    [Test]
    public void They_are_uuids_of_version_5()
    {
        var id = RequestIds.Order(string.Empty, "x");

        Assert.That((id.Version, id.Variant >> 2), Is.EqualTo((5, 2)));
    }
}
