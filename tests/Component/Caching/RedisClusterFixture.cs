using System.Globalization;
using System.Net;
using StackExchange.Redis;
using Suite.Local.Ports;
using Suite.Local.Processes;
using Suite.Local.Redis;

namespace Suite.Tests.Component.Caching;

/// <summary>Redis Cluster, as redis-cli makes it: three masters, and a replica of one of them.</summary>
internal sealed class RedisClusterFixture : IAsyncDisposable
{
    private readonly List<RedisServer> _nodes = [];

    public string ConnectionString =>
        string.Join(',', _nodes.Select(n => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{n.Port}"))) + $",password={_nodes[0].Password}";

    /// <summary>The master that has a replica.</summary>
    public RedisServer Replicated { get; private set; } = null!;

    public static async Task<RedisClusterFixture> StartAsync()
    {
        var cluster = new RedisClusterFixture();
        var folder = Servers.NewFolder();
        var password = string.Empty;
        for (var i = 0; i < 4; i++)
        {
            var node = Path.Combine(folder, $"{i}");
            if (i > 0)
            {
                // They join with the first one's.
                Directory.CreateDirectory(node);
                await File.WriteAllTextAsync(Path.Combine(node, "password"), password);
            }

            cluster._nodes.Add(await RedisServer.StartAsync(node, settings:
            [
                "cluster-enabled yes",
                "cluster-config-file nodes.conf",
                "cluster-node-timeout 1000",
                string.Create(CultureInfo.InvariantCulture, $"cluster-port {FreePorts.Next()}"),
                // Two masters are left while the third is away, and those go on.
                "cluster-require-full-coverage no",
                "repl-diskless-sync-delay 0",
            ]));
            password = cluster._nodes[0].Password;
        }

        await cluster.CliAsync(["--cluster", "create", .. cluster._nodes.Take(3).Select(Address), "--cluster-yes"]);
        var masters = await cluster.LinesAsync(["-p", Port(cluster._nodes[0]), "cluster", "nodes"]);
        var first = masters.Single(line => line.Contains("myself", StringComparison.Ordinal)).Split(' ')[0];
        cluster.Replicated = cluster._nodes[0];
        await cluster.CliAsync(
            ["--cluster", "add-node", Address(cluster._nodes[3]), Address(cluster._nodes[0]), "--cluster-slave", "--cluster-master-id", first]);
        await cluster.SaysAsync(cluster._nodes[3], ["info", "replication"], "master_link_status:up");
        foreach (var node in cluster._nodes)
        {
            await cluster.SaysAsync(node, ["cluster", "info"], "cluster_state:ok");
        }

        return cluster;
    }

    /// <summary>The port of the master that a key lies on.</summary>
    public static int PortOf(IConnectionMultiplexer connection, string key) =>
        ((IPEndPoint)connection.GetServers()[0].ClusterConfiguration!.GetBySlot(key)!.EndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.KillAsync();
            await node.DisposeAsync();
        }
    }

    private static string Address(RedisServer node) => "127.0.0.1:" + Port(node);

    private static string Port(RedisServer node) => node.Port.ToString(CultureInfo.InvariantCulture);

    private Task SaysAsync(RedisServer node, string[] question, string answer) => Eventually.That(
        async () => string.Join('\n', await LinesAsync(["-p", Port(node), .. question])), Does.Contain(answer), seconds: 10);

    private async Task CliAsync(string[] arguments) => await LinesAsync(arguments);

    private async Task<List<string>> LinesAsync(string[] arguments)
    {
        List<string> output = [];
        var start = new ChildStart(RedisBinaries.Find()!.Cli!, arguments)
        {
            Environment = new Dictionary<string, string?> { ["REDISCLI_AUTH"] = _nodes[0].Password },
        };
        var code = await ChildProcess.RunAsync(
            start,
            line =>
            {
                lock (output)
                {
                    output.Add(line);
                }
            },
            CancellationToken.None);
        Assert.That(code, Is.Zero, string.Join('\n', output));
        return output;
    }
}
