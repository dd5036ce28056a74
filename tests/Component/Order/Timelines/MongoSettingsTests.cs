using MongoDB.Driver;
using NUnit.Framework;
using Suite.Platform.Mongo;

namespace Suite.Tests.Component.Orders.Timelines;

/// <summary>What is made of <c>SUITE_MONGO</c>.</summary>
internal sealed class MongoSettingsTests
{
    [Test]
    public void What_durability_rests_on_can_not_be_turned_off_and_a_server_that_hangs_is_given_up()
    {
        var (settings, database) = MongoModule.Read("mongodb://127.0.0.1:27017/stories?w=1&retryWrites=false&connectTimeoutMS=7000");

        Assert.Multiple(() =>
        {
            Assert.That(settings.WriteConcern, Is.EqualTo(WriteConcern.WMajority));
            Assert.That(settings.RetryWrites, Is.True);
            Assert.That(settings.ConnectTimeout, Is.EqualTo(TimeSpan.FromSeconds(7)), "what the text says");
            Assert.That(settings.ServerSelectionTimeout, Is.EqualTo(TimeSpan.FromSeconds(5)));
            Assert.That(settings.SocketTimeout, Is.EqualTo(TimeSpan.FromSeconds(10)));
            Assert.That(database, Is.EqualTo("stories"));
        });
    }

    [TestCase("hunter2@host")]
    [TestCase("mongodb://ada:hunter2@host:notaport")]
    [TestCase("mongodb://ada:hunter2@host/?connectTimeoutMS=soon")]
    public void What_can_not_be_read_is_refused_and_not_repeated(string servers)
    {
        var refused = Assert.Throws<InvalidOperationException>(() => MongoModule.Read(servers))!;
        Assert.That(refused.ToString(), Does.StartWith("System.InvalidOperationException: SUITE_MONGO").And.Not.Contains("hunter2"));
    }
}
