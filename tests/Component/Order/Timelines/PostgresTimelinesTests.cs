using Npgsql;
using NUnit.Framework;
using Suite.Orders.Timelines;
using Suite.Orders.Timelines.Storage;

namespace Suite.Tests.Component.Orders.Timelines;

/// <summary>Where there is no MongoDB.</summary>
internal sealed class PostgresTimelinesTests : TimelineStoreTests
{
    private OrderRoom? _room;
    private NpgsqlDataSource? _nobody;

    [OneTimeTearDown]
    public async Task CloseAsync()
    {
        await (_nobody?.DisposeAsync() ?? ValueTask.CompletedTask);
        await (_room?.DisposeAsync() ?? ValueTask.CompletedTask);
    }

    protected override async Task<ITimelineStore> OpenAsync() => new PostgresTimelines((_room ??= await OrderRoom.OpenAsync()).Database);

    protected override ITimelineStore Away() =>
        new PostgresTimelines(_nobody ??= NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Username=nobody;Database=nowhere;Timeout=2"));
}
