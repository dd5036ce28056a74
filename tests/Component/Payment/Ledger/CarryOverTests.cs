using Npgsql;
using NUnit.Framework;
using Suite.Payments;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Payments.Ledger;

/// <summary>What the ledger before had is in the journal.</summary>
public sealed class CarryOverTests
{
    [Test]
    public async Task Holds_of_before_are_carried_over_and_seal_and_verify()
    {
        var (held, voided) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var admin = PostgresModule.CreateAdminDataSource(new DatabaseServer(Servers.Postgres.ConnectionString, "postgres"));
        var name = $"test_carry_{Guid.NewGuid():N}";
        await ExecuteAsync(admin, $"CREATE DATABASE {name}");
        try
        {
            await using var database = PostgresModule.CreateDataSource(Servers.Postgres.ConnectionString + ";Pooling=false", name, null);
            await ApplyAsync(database, m => m.Number < 5);
            await ExecuteAsync(database, Before(held, state: 2, "authorize"), Before(voided, state: 5, "authorize", "void"));
            await ApplyAsync(database, m => m.Number >= 5);

            var room = new LedgerRoom(database);
            var postings = (await room.PostingsAsync($"source = \"payments/{voided}\"")).Postings;
            Assert.That(postings.Select(p => (p.Template, p.Account, p.Side.ToString(), p.Pending, p.Amount.Units)), Is.EqualTo(new[]
            {
                ("release", "accounts/providers/simulator/clearing", "Credit", true, 12L), ("release", "accounts/holds", "Debit", true, 12L),
                ("authorize", "accounts/holds", "Credit", true, 12L), ("authorize", "accounts/providers/simulator/clearing", "Debit", true, 12L),
            }));
            Assert.That(postings[^1].Source, Is.EqualTo($"payments/{voided}/steps/{voided}"));
            await using var step = database.CreateCommand($"SELECT id FROM payment_steps WHERE payment_id = '{voided}'");
            Assert.That(postings[0].Source, Is.EqualTo($"payments/{voided}/steps/{await step.ExecuteScalarAsync()}"), "It is the step that voided.");
            Assert.That((await room.AccountAsync("holds")).Balances.Single().Pending.Units, Is.EqualTo(12));
            Assert.That(await room.Chain.SealAsync(CancellationToken.None), Is.EqualTo(3));
            Assert.That((await room.VerifyAsync()).Differences, Is.Empty);
        }
        finally
        {
            await ExecuteAsync(admin, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    /// <summary>A payment of 12 EUR with the entries that were posted for it then.</summary>
    private static string Before(Guid id, int state, params string[] steps) =>
        $"""
        INSERT INTO payments (id, order_id, currency, amount_minor, payment_method, state, provider_reference, version, create_time, update_time,
            next_attempt_time)
        VALUES ('{id}', gen_random_uuid(), 'EUR', 1200, '', {state}, 'ref-{id}', {state}, now(), now(), now());
        {string.Join('\n', steps.Where(s => s is "authorize").Select(s => Entries(id, s, "provider_holds", "customer_holds")))}
        {string.Join('\n', steps.Where(s => s is "void").Select(s => Entries(id, s, "customer_holds", "provider_holds")))}
        """;

    private static string Entries(Guid id, string step, string debit, string credit) =>
        $"""
        INSERT INTO ledger_entries VALUES
            ('{id}', '{step}', 1, '{debit}', true, 'EUR', 1200, 0, now()), ('{id}', '{step}', 2, '{credit}', true, 'EUR', 0, 1200, now());
        """;

    private static async Task ApplyAsync(NpgsqlDataSource database, Func<Migration, bool> which)
    {
        await using var connection = await database.OpenConnectionAsync();
        foreach (var migration in PaymentModule.Migrations.Read().Where(which))
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await new NpgsqlCommand(migration.Sql, connection, transaction).ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }

    }

    private static async Task ExecuteAsync(NpgsqlDataSource database, params string[] statements)
    {
        foreach (var sql in statements)
        {
            await using var command = database.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }
}
