using Npgsql;
using NUnit.Framework;
using Suite.Orders.Search;
using Suite.Orders.Search.Storage;

namespace Suite.Tests.Component.Orders.Search;

/// <summary>Where there is no Elasticsearch.</summary>
internal sealed class PostgresIndexTests : OrderIndexTests
{
    private OrderRoom? _room;
    private NpgsqlDataSource? _nobody;

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await (_nobody?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_room?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task<IOrderIndex> OpenAsync() => new PostgresIndex((_room ??= await OrderRoom.OpenAsync()).Database);

    protected override IOrderIndex Away() =>
        new PostgresIndex(_nobody ??= NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=nowhere;Timeout=2"));
}
