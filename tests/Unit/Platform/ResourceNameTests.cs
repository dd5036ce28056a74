using NUnit.Framework;
using Suite.Platform.Errors;
using Suite.Platform.Naming;

namespace Suite.Tests.Unit.Platform;

internal sealed class ResourceNameTests
{
    private const string Uuid = "01a20f4a-59e9-7e1b-84f3-041e5cc1ad1d";

    [Test]
    public void A_name_is_written_and_read()
    {
        var id = Guid.CreateVersion7();
        var name = ResourceName.Format("orders", id);

        Assert.That(name, Is.EqualTo($"orders/{id}"));
        Assert.That(ResourceName.ParseGuid("orders", name), Is.EqualTo(id));
    }

    [TestCase("orders/" + "01A20F4A-59E9-7E1B-84F3-041E5CC1AD1D", Description = "upper case is the same id")]
    [TestCase("orders/" + Uuid)]
    public void A_uuid_is_read_in_either_case(string name) => Assert.That(ResourceName.ParseGuid("orders", name), Is.EqualTo(Guid.Parse(Uuid)));

    [TestCase("")]
    [TestCase("orders")]
    [TestCase("orders/")]
    [TestCase(Uuid)]
    [TestCase("users/" + Uuid)]
    [TestCase("Orders/" + Uuid)]
    [TestCase("orders/" + Uuid + "/")]
    [TestCase("orders/" + Uuid + "\n")]
    [TestCase(" orders/" + Uuid)]
    [TestCase("/orders/" + Uuid)]
    [TestCase("orders/{01a20f4a-59e9-7e1b-84f3-041e5cc1ad1d}")]
    [TestCase("orders/01a20f4a59e97e1b84f3041e5cc1ad1d")]
    [TestCase("orders/01a20f4a-59e9-7e1b-84f3-041e5cc1ad1g")]
    [TestCase("orders.01a20f4a-59e9-7e1b-84f3-041e5cc1ad1d")]
    public void What_is_no_name_of_the_collection_is_refused(string name)
    {
        var error = Assert.Throws<DomainException>(() => ResourceName.ParseGuid("orders", name, "order.name"));

        Assert.That(error!.Fields.Single().Field, Is.EqualTo("order.name"));
    }

    [Test]
    public void The_last_segment_is_the_id() => Assert.That(ResourceName.LastSegment("products/tea-1.0_x"), Is.EqualTo("tea-1.0_x"));
}
