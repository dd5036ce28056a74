using NUnit.Framework;
using Suite.Orders;
using Suite.Platform.Idempotency;
using Suite.Platform.Postgres;
using Suite.Users;

namespace Suite.Tests.Unit.Platform;

internal sealed class MigrationSetTests
{
    [Test]
    public void Files_are_read_in_order_of_their_numbers()
    {
        MigrationSet[] sets =
        [
            new("idempotency", typeof(IdempotencyModule).Assembly, "Suite.Platform.Idempotency.Migrations"),
            new("order", typeof(OrderModule).Assembly, "Suite.Orders.Storage.Migrations"),
            new("user", typeof(UserModule).Assembly, "Suite.Users.Storage.Migrations"),
        ];
        foreach (var set in sets)
        {
            var migrations = set.Read().ToArray();
            Assert.That(migrations.Select(m => m.Number), Is.EqualTo(Enumerable.Range(1, migrations.Length)).And.Not.Empty, set.Name);
            Assert.That(migrations.Select(m => m.Sql), Is.All.Match("^(--|CREATE|ALTER|DROP) "), set.Name);
        }
    }

    [Test]
    public void A_set_reads_its_own_files_only()
    {
        var files = new MigrationSet("x", typeof(IdempotencyModule).Assembly, "Suite.Platform.Idempotency.Migrations").Read().Select(m => m.File);
        Assert.That(files, Does.Contain("0001_create_idempotency.sql").And.None.Contains("page_token"));
    }

    [Test]
    public void A_prefix_nobody_uses_has_no_files() =>
        Assert.That(new MigrationSet("x", typeof(IdempotencyModule).Assembly, "Suite.Platform.Idem").Read(), Is.Empty);
}
