using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using StackExchange.Redis;
using Suite.Platform.Locking;
using Suite.Platform.Postgres;
using Suite.Platform.Redis;

namespace Suite.Tests.Component.Locking;

/// <summary>Replicas with a connection each, on one Redis, and what they guard in PostgreSQL.</summary>
internal sealed class LockTests
{
    private static readonly TimeSpan s_lease = TimeSpan.FromSeconds(1);

    private string _name = string.Empty;
    private readonly List<IConnectionMultiplexer> _connections = [];
    private NpgsqlDataSource _database = null!;

    [OneTimeSetUp]
    public async Task CreateAsync()
    {
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, $"locks_{Guid.NewGuid():N}");
        _database = PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null);
        var set = new MigrationSet("locking", typeof(LockingModule).Assembly, "Suite.Platform.Locking.Migrations");
        await new Migrator(_database, server, [set], NullLogger<Migrator>.Instance).RunAsync(CancellationToken.None);
        await ExecuteAsync("CREATE TABLE guarded (writer text NOT NULL, token bigint NOT NULL)");
    }

    [OneTimeTearDown]
    public async Task DropAsync() => await _database.DisposeAsync();

    [SetUp]
    public void Name() => _name = $"lock-{Guid.NewGuid():N}";

    [TearDown]
    public async Task CloseAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }

        _connections.Clear();
    }

    [Test]
    public async Task One_holds_it_and_gives_it_back()
    {
        var (one, other) = (await ReplicaAsync(), await ReplicaAsync());

        var held = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        Assert.That(held, Is.Not.Null);
        Assert.That(await other.TryAcquireAsync(_name, s_lease, CancellationToken.None), Is.Null);

        await held!.DisposeAsync();
        await using var next = await other.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        Assert.That(next!.FencingToken, Is.GreaterThan(held.FencingToken));
        Assert.That(held.Lost.IsCancellationRequested, Is.False, "giving back is no loss");
    }

    [Test]
    public async Task It_extends_itself_for_longer_than_its_lease()
    {
        var (one, other) = (await ReplicaAsync(), await ReplicaAsync());
        await using var held = await one.TryAcquireAsync(_name, TimeSpan.FromSeconds(0.5), CancellationToken.None);

        var until = DateTime.UtcNow.AddSeconds(1.5);
        while (DateTime.UtcNow < until)
        {
            Assert.That(await other.TryAcquireAsync(_name, s_lease, CancellationToken.None), Is.Null);
            await Task.Delay(20);
        }

        Assert.That(held!.Lost.IsCancellationRequested, Is.False);
    }

    [Test]
    public async Task A_holder_that_was_killed_frees_it_in_time()
    {
        var (one, other) = (await ReplicaAsync(), await ReplicaAsync());
        var held = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        // Its process is gone: nothing extends, nothing is given back.
        await _connections[0].DisposeAsync();

        HeldLock? next = null;
        await Eventually.That(async () => (next = await other.TryAcquireAsync(_name, s_lease, CancellationToken.None)) is not null, Is.True, seconds: 3);

        Assert.That(next!.FencingToken, Is.GreaterThan(held!.FencingToken));
        Assert.That(held.Lost.IsCancellationRequested, "the next one has it before this one was told");
        await next.DisposeAsync();
    }

    [Test]
    public async Task A_holder_is_told_before_another_can_have_it()
    {
        var (one, other) = (await ReplicaAsync(), await ReplicaAsync());
        var held = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        var told = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        held!.Lost.Register(() => told.SetResult(TimeProvider.System.GetTimestamp()));
        await _connections[0].CloseAsync();

        HeldLock? next = null;
        await Eventually.That(async () => (next = await other.TryAcquireAsync(_name, s_lease, CancellationToken.None)) is not null, Is.True, seconds: 3);
        var taken = TimeProvider.System.GetTimestamp();

        Assert.That(await told.Task.WaitAsync(TimeSpan.FromSeconds(1)), Is.LessThan(taken));
        await next!.DisposeAsync();
    }

    [Test]
    public async Task A_holder_paused_past_its_lease_cannot_write()
    {
        var (one, other) = (await ReplicaAsync(), await ReplicaAsync());
        var paused = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        await WriteAsync(paused!.FencingToken, "paused");
        // What happens to a process that is paused, seen from outside: its time runs out without a word from it.
        await Key().KeyDeleteAsync($"suite:lock:{{{_name}}}");
        await using var next = await other.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        await WriteAsync(next!.FencingToken, "next");

        Assert.That(async () => await WriteAsync(paused.FencingToken, "paused"), Throws.InstanceOf<FencingException>());

        var written = await ExecuteAsync(
            "SELECT string_agg(writer, ',' ORDER BY token) FROM guarded WHERE token IN ($1, $2)", paused.FencingToken, next.FencingToken);
        Assert.That(written, Is.EqualTo("paused,next"));
    }

    [Test]
    public async Task A_later_holder_waits_for_what_the_holder_before_has_open()
    {
        await using var connection = await _database.OpenConnectionAsync();
        await using var open = await connection.BeginTransactionAsync();
        await Fences.PassAsync(open, _name, 1, CancellationToken.None);

        var next = WriteAsync(2, "next");
        const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        await Eventually.That(async () => (long)(await ExecuteAsync(Waiting))!, Is.EqualTo(1));
        Assert.That(next.IsCompleted, Is.False);
        await open.CommitAsync();

        await next;
    }

    [Test]
    public async Task Tokens_grow_over_a_flush()
    {
        var one = await ReplicaAsync();
        var before = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);
        await Key().KeyDeleteAsync([$"suite:lock:{{{_name}}}", $"suite:fence:{{{_name}}}"]);

        await using var after = await one.TryAcquireAsync(_name, s_lease, CancellationToken.None);

        Assert.That(after!.FencingToken, Is.GreaterThan(before!.FencingToken));
        await Eventually.That(() => Task.FromResult(before.Lost.IsCancellationRequested), Is.True, seconds: 2);
        await before.DisposeAsync();
        Assert.That(await one.TryAcquireAsync(_name, s_lease, CancellationToken.None), Is.Null, "the holder before gave back what is another's");
    }

    [Test]
    public async Task Two_never_both_hold_it()
    {
        ILocks[] replicas = [await ReplicaAsync(), await ReplicaAsync(), await ReplicaAsync(), await ReplicaAsync()];
        var inside = 0;
        var most = 0;
        var tokens = new ConcurrentQueue<long>();
        var until = DateTime.UtcNow.AddSeconds(2);
        await Task.WhenAll(replicas.Select(locks => Task.Run(async () =>
        {
            while (DateTime.UtcNow < until)
            {
                await using var held = await locks.TryAcquireAsync(_name, s_lease, CancellationToken.None);
                if (held is null)
                {
                    continue;
                }

                InterlockedMax(ref most, Interlocked.Increment(ref inside));
                tokens.Enqueue(held.FencingToken);
                await WriteAsync(held.FencingToken, "contender");
                Interlocked.Decrement(ref inside);
            }
        })));

        Assert.That(most, Is.EqualTo(1));
        Assert.That(tokens, Has.Count.GreaterThan(20));
        Assert.That(tokens, Is.Ordered.Ascending);
        Assert.That(tokens, Is.Unique);
    }

    [Test]
    public async Task Without_Redis_nobody_can_say_who_has_it()
    {
        var locks = await ReplicaAsync("127.0.0.1:1,connectRetry=1");

        Assert.That(async () => await locks.TryAcquireAsync(_name, s_lease, CancellationToken.None), Throws.InstanceOf<LocksAwayException>());
    }

    private static void InterlockedMax(ref int target, int value)
    {
        int seen;
        while (value > (seen = Volatile.Read(ref target)) && Interlocked.CompareExchange(ref target, value, seen) != seen)
        {
        }
    }

    private IDatabase Key() => _connections[^1].GetDatabase();

    private async Task<ILocks> ReplicaAsync(string? servers = null)
    {
        var connection = await ConnectionMultiplexer.ConnectAsync(RedisModule.Options(servers ?? Servers.Redis.ConnectionString));
        _connections.Add(connection);
        return new RedisLocks(connection, TimeProvider.System, NullLogger<RedisLocks>.Instance);
    }

    /// <summary>What is guarded, as a service writes it.</summary>
    private Task WriteAsync(long fencingToken, string writer) => _database.InTransactionAsync(
        async (transaction, cancellationToken) =>
        {
            await Fences.PassAsync(transaction, _name, fencingToken, cancellationToken);
            await using var command = new NpgsqlCommand("INSERT INTO guarded (writer, token) VALUES ($1, $2)", transaction.Connection, transaction);
            command.Parameters.Add(new() { Value = writer });
            command.Parameters.Add(new() { Value = fencingToken });
            await command.ExecuteNonQueryAsync(cancellationToken);
        },
        CancellationToken.None);

    private async Task<object?> ExecuteAsync(string sql, params object[] values)
    {
        await using var command = _database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync();
    }
}
