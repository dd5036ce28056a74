using Npgsql;
using NUnit.Framework;
using Suite.Local.Postgres;
using Suite.Local.Processes;

namespace Suite.Tests.Component.Local;

internal sealed class PostgresServerTests
{
    [Test]
    public async Task What_was_committed_survives_a_kill_and_a_start_on_another_port()
    {
        var folder = Servers.NewFolder();
        await using var first = await PostgresServer.StartAsync(folder);
        await ExecuteAsync(first, "CREATE TABLE kept (n int); INSERT INTO kept VALUES (42)");

        await first.KillAsync();
        await using var second = await PostgresServer.StartAsync(folder);

        Assert.That(await ExecuteAsync(second, "SELECT n FROM kept"), Is.EqualTo(42));
        Assert.That(second.Port, Is.Not.EqualTo(first.Port));
    }

    [Test]
    public async Task A_server_left_behind_on_the_data_is_ended_first()
    {
        var folder = Servers.NewFolder();
        await using var left = await PostgresServer.StartAsync(folder);

        await using var next = await PostgresServer.StartAsync(folder);

        Assert.That(left.Exited.IsCompleted || await Task.WhenAny(left.Exited, Task.Delay(5000)) == left.Exited);
        Assert.That(await ExecuteAsync(next, "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task Somebody_who_looks_around_in_the_data_folder_is_not_taken_for_a_server()
    {
        var folder = Servers.NewFolder();
        await using (await PostgresServer.StartAsync(folder))
        {
        }

        await using var visitor = ChildProcess.Start(
            new ChildStart("sleep", ["600"]) { WorkingDirectory = Path.Combine(folder, "data") }, static _ => { });
        await using var again = await PostgresServer.StartAsync(folder);

        Assert.That(ProcFs.StartTime(visitor.Id), Is.Not.Null);
    }

    [Test]
    public async Task A_pid_file_that_names_a_stranger_does_not_keep_it_from_starting()
    {
        var folder = Servers.NewFolder();
        await using (var first = await PostgresServer.StartAsync(folder))
        {
            var file = Path.Combine(folder, "data", "postmaster.pid");
            var lines = await File.ReadAllLinesAsync(file);
            await first.KillAsync();
            // As after a restart of the machine: the number belongs to somebody else, a server of the same user even.
            lines[0] = $"{Servers.Postgres.ProcessId}";
            await File.WriteAllLinesAsync(file, lines);
        }

        await using var second = await PostgresServer.StartAsync(folder);

        Assert.That(await ExecuteAsync(second, "SELECT 1"), Is.EqualTo(1));
        Assert.That(Servers.Postgres.Exited.IsCompleted, Is.False);
    }

    [Test]
    public async Task A_first_start_cut_short_is_begun_anew()
    {
        var folder = Servers.NewFolder();
        Directory.CreateDirectory(Path.Combine(folder, "data"));
        await File.WriteAllTextAsync(Path.Combine(folder, "data", "PG_VERSION"), "15\n");
        await File.WriteAllTextAsync(Path.Combine(folder, "unfinished"), string.Empty);

        await using var server = await PostgresServer.StartAsync(folder);

        Assert.That(await ExecuteAsync(server, "SELECT 1"), Is.EqualTo(1));
    }

    [Test]
    public async Task It_is_durable_and_asks_for_a_password()
    {
        await using var server = await PostgresServer.StartAsync(Servers.NewFolder());
        Assert.That(await ExecuteAsync(server, "SHOW fsync"), Is.EqualTo("on"));
        Assert.That(await ExecuteAsync(server, "SHOW synchronous_commit"), Is.EqualTo("on"));
        var wrong = new NpgsqlConnectionStringBuilder(server.ConnectionString) { Password = "wrong", Pooling = false };
        await using var connection = new NpgsqlConnection(wrong.ConnectionString);
        var refused = await Assert.ThrowsAsync<PostgresException>(() => connection.OpenAsync());
        Assert.That(refused!.SqlState, Is.EqualTo(PostgresErrorCodes.InvalidPassword));
    }

    private static async Task<object?> ExecuteAsync(PostgresServer server, string sql)
    {
        await using var connection = new NpgsqlConnection(server.ConnectionString + ";Pooling=false");
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync();
    }
}
