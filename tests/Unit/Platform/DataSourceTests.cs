using Npgsql;
using NUnit.Framework;
using Suite.Platform.Postgres;

namespace Suite.Tests.Unit.Platform;

internal sealed class DataSourceTests
{
    [Test]
    public void A_service_takes_few_connections_and_prepares_statements_unless_it_is_told_otherwise()
    {
        var plain = Settings("Host=127.0.0.1;Username=suite");
        var told = Settings("Host=127.0.0.1;Username=suite;Maximum Pool Size=7;Max Auto Prepare=0");

        Assert.That((plain.Database, plain.MaxPoolSize, plain.MaxAutoPrepare), Is.EqualTo(("suite_order", 30, 100)));
        Assert.That((told.Database, told.MaxPoolSize, told.MaxAutoPrepare), Is.EqualTo(("suite_order", 7, 0)));
    }

    private static NpgsqlConnectionStringBuilder Settings(string connectionString)
    {
        using var dataSource = PostgresModule.CreateDataSource(connectionString, "suite_order", null);
        return new NpgsqlConnectionStringBuilder(dataSource.ConnectionString);
    }
}
