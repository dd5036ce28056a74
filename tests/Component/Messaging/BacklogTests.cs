using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;

namespace Suite.Tests.Component.Messaging;

/// <summary>What the relay reads of a backlog that is longer than a page: all of it, once.</summary>
internal sealed class BacklogTests
{
    private const int Pages = 8;
    private const int Backlog = Pages * OutboxReader.PageSize;

    private const string Fill =
        """
        INSERT INTO outbox (event_id, shard, topic, key, type, payload)
        SELECT gen_random_uuid(), n % 16, 'none', 'key-' || n, 'none', '' FROM generate_series(1, $1) n
        """;

    /// <summary>What the statements of finished transactions have fetched of the outbox through its indexes, and by reading it whole.</summary>
    private const string RowsRead =
        "SELECT sum(coalesce(idx_tup_fetch, 0) + seq_tup_read)::bigint FROM pg_stat_all_tables WHERE relname LIKE 'outbox\\_2%'";

    private MessagingHost _host = null!;

    [SetUp]
    public async Task SetUpAsync()
    {
        // Its relay has ended and given its shards back: the tests read in its place.
        _host = await MessagingHost.StartAsync(Servers.MockKafka.BootstrapServers, MessagingHost.NewName("backlog"), MessagingHost.NewName("topic"));
        await _host.StopAsync();
    }

    [TearDown]
    public ValueTask TearDownAsync() => _host.DisposeAsync();

    [Test]
    public async Task Pages_of_a_backlog_are_read_once_in_order_and_nothing_twice()
    {
        await FillAsync(Backlog);
        var before = await RowsReadAsync();

        var (owner, leases) = await LeaseAsync();
        await using (var reader = await OutboxReader.OpenAsync(_host.Database, CancellationToken.None))
        {
            var pages = await ReadWindowAsync(reader, owner, leases);
            var ids = pages.SelectMany(p => p.Messages).Select(m => m.Id).ToList();
            Assert.Multiple(() =>
            {
                Assert.That(pages.SkipLast(1).Select(p => p.Messages.Count), Is.All.EqualTo(OutboxReader.PageSize));
                Assert.That(ids, Has.Count.EqualTo(Backlog).And.Unique);
                Assert.That(ids, Is.Ordered);
            });
        }

        // Once for the first page and once for all that follow; a page that looked at the window anew would make it eight times.
        var read = await RowsReadAsync() - before;
        Assert.That(read, Is.InRange(Backlog, 2 * Backlog));
    }

    [Test]
    public async Task A_row_that_commits_late_with_a_lower_id_comes_in_the_next_window()
    {
        await using var connection = await _host.Database.OpenConnectionAsync();
        await using var late = await connection.BeginTransactionAsync();
        await _host.AppendAsync(late, "none", "late", 1);
        await FillAsync(2 * OutboxReader.PageSize);

        var (owner, leases) = await LeaseAsync();
        await using var reader = await OutboxReader.OpenAsync(_host.Database, CancellationToken.None);
        var window = await ReadWindowAsync(reader, owner, leases, afterFirst: () => late.CommitAsync());
        var next = await ReadWindowAsync(reader, owner, leases);

        Assert.Multiple(() =>
        {
            Assert.That(window.SelectMany(p => p.Messages).Select(m => m.Row.Key), Has.Exactly(2 * OutboxReader.PageSize).Items.And.None.EqualTo("late"));
            Assert.That(next.SelectMany(p => p.Messages).Select(m => m.Row.Key), Is.EqualTo(["late"]));
        });
    }

    [Test]
    public async Task A_backlog_that_is_begun_again_is_read_from_its_start()
    {
        await FillAsync(3 * OutboxReader.PageSize);
        var (owner, leases) = await LeaseAsync();
        await using var reader = await OutboxReader.OpenAsync(_host.Database, CancellationToken.None);

        // As after a broker that did not take a message: the window is left in its middle.
        var first = new RelayPage(leases, new RelaySignal());
        var reading = await reader.ReadAsync(owner, first, CancellationToken.None);
        var second = new RelayPage(leases, new RelaySignal());
        await reader.ReadOnAsync(owner, second, reading.Snapshot, first.Messages[^1].Id, CancellationToken.None);

        var pages = await ReadWindowAsync(reader, owner, leases);
        var ids = pages.SelectMany(p => p.Messages).Select(m => m.Id).ToList();
        Assert.Multiple(() =>
        {
            Assert.That(ids, Has.Count.EqualTo(3 * OutboxReader.PageSize).And.Unique);
            Assert.That(ids[0], Is.EqualTo(first.Messages[0].Id));
        });
    }

    [Test]
    public async Task A_page_says_which_leases_are_lost_while_the_rest_is_read()
    {
        await FillAsync(2 * OutboxReader.PageSize);
        var (owner, leases) = await LeaseAsync();
        await using var reader = await OutboxReader.OpenAsync(_host.Database, CancellationToken.None);
        var first = new RelayPage(leases, new RelaySignal());
        var reading = await reader.ReadAsync(owner, first, CancellationToken.None);
        await _host.ExecuteAsync("UPDATE outbox_shard SET epoch = epoch + 1, owner = gen_random_uuid() WHERE shard = 3");

        var second = await reader.ReadOnAsync(owner, new RelayPage(leases, new RelaySignal()), reading.Snapshot, first.Messages[^1].Id, CancellationToken.None);

        Assert.Multiple(() =>
        {
            Assert.That(reading.Valid, Has.Count.EqualTo(Outbox.Shards));
            Assert.That(second.Valid, Is.EquivalentTo(Enumerable.Range(0, Outbox.Shards).Where(s => s != 3)));
        });
    }

    /// <summary>Reads as the relay does, page by page until one is not full, and moves the leases behind it.</summary>
    private static async Task<List<RelayPage>> ReadWindowAsync(
        OutboxReader reader, Guid owner, IReadOnlyList<ShardLease> leases, Func<Task>? afterFirst = null)
    {
        var pages = new List<RelayPage> { new(leases, new RelaySignal()) };
        var window = await reader.ReadAsync(owner, pages[0], CancellationToken.None);
        await (afterFirst?.Invoke() ?? Task.CompletedTask);
        while (pages[^1].Messages.Count == OutboxReader.PageSize)
        {
            var page = new RelayPage(leases, new RelaySignal());
            await reader.ReadOnAsync(owner, page, window.Snapshot, pages[^1].Messages[^1].Id, CancellationToken.None);
            pages.Add(page);
        }

        foreach (var lease in leases)
        {
            lease.Read = window.Snapshot;
        }

        return pages;
    }

    private async Task<(Guid Owner, IReadOnlyList<ShardLease> Leases)> LeaseAsync()
    {
        var owner = Guid.NewGuid();
        var options = new MessagingOptions
        {
            Source = "suite/test",
            Topics = [],
            Bootstrap = "none",
            ClientSettings = new Dictionary<string, string>(),
            // Nobody renews them here.
            Lease = TimeSpan.FromMinutes(5),
        };
        var (held, _) = await new ShardLeases(_host.Database, options).RenewAsync(owner, CancellationToken.None);
        return (owner, held);
    }

    private async Task FillAsync(int rows)
    {
        await using var command = _host.Database.CreateCommand(Fill);
        command.Parameters.Add(new() { Value = rows });
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Connections that end tell what they have read.</summary>
    private async Task<long> RowsReadAsync()
    {
        _host.Database.Clear();
        const string Others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        await Eventually.That(() => _host.ScalarAsync<long>(Others), Is.Zero);
        return await _host.ScalarAsync<long>(RowsRead);
    }
}
