using NUnit.Framework;
using StackExchange.Redis;
using Suite.Platform.Redis;

namespace Suite.Tests.Unit.Platform;

internal sealed class RedisModuleTests
{
    [TestCase(null)]
    [TestCase(" ")]
    public void Without_servers_it_says_what_to_set(string? servers) =>
        Assert.That(() => RedisModule.Options(servers), Throws.InvalidOperationException.With.Message.StartsWith("SUITE_REDIS is not set"));

    [Test]
    public void What_cannot_be_read_is_not_repeated()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => RedisModule.Options("127.0.0.1:6379,password=s3cret,connectTimeout=soon"));

        Assert.That(refused!.ToString(), Does.Contain("SUITE_REDIS").And.Not.Contain("s3cret"));
    }

    [Test]
    public void Several_servers_are_a_cluster_and_none_of_them_stops_the_start()
    {
        var options = RedisModule.Options("10.0.0.1:7000,10.0.0.2:7000,password=s3cret,ssl=true,name=mine");

        Assert.That(options.EndPoints, Has.Count.EqualTo(2));
        Assert.That(options.AbortOnConnectFail, Is.False);
        Assert.That(options.BacklogPolicy, Is.SameAs(BacklogPolicy.FailFast));
        Assert.That(options.Ssl);
        Assert.That(options.ClientName, Is.EqualTo("mine"));
    }
}
