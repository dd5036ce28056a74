using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Tests.Component.Security;

namespace Suite.Tests.Component.Orders;

/// <summary>
/// The Order service as its door makes it, on an empty database in a real PostgreSQL; User and Payment are played, and nothing
/// is published. Rooms are opened one after another: they share the database, which the next one empties.
/// </summary>
internal sealed class OrderRoom : IAsyncDisposable
{
    private const string Clear =
        """
        DELETE FROM orders; DELETE FROM order_lines; DELETE FROM order_history; DELETE FROM idempotency; DELETE FROM outbox; DELETE FROM products;
        DELETE FROM departed_customers; DELETE FROM order_steps
        """;

    private static readonly string s_database = $"order_{Guid.NewGuid():N}";
    private static bool s_migrated;

    private readonly WebApplication _app;

    private OrderRoom(WebApplication app) => _app = app;

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public PlayedUsers Users => (PlayedUsers)Get<UserService.UserServiceClient>();

    public PlayedPayments Payments => (PlayedPayments)Get<PaymentService.PaymentServiceClient>();

    public string Customer { get; } = $"users/{Guid.CreateVersion7()}";

    public static async Task<OrderRoom> OpenAsync(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, s_database);
        builder.Configuration["SUITE_POSTGRES"] = server.ConnectionString;
        builder.Configuration["SUITE_KAFKA"] = Servers.MockKafka.BootstrapServers;
        builder.Configuration["SUITE_REDIS"] = Servers.Redis.ConnectionString;
        builder.Configuration["SUITE_KAFKA_OPTIONS"] = "fetch.wait.max.ms=20";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton<Suite.Platform.Errors.ErrorTranslation>();
        builder.AddOrders();
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(_ => PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null));
        builder.Services.AddSingleton<UserService.UserServiceClient>(new PlayedUsers());
        builder.Services.AddSingleton<PaymentService.PaymentServiceClient>(new PlayedPayments());
        var room = new OrderRoom(builder.Build());
        if (!s_migrated)
        {
            await room.Get<Migrator>().RunAsync(CancellationToken.None);
            await room.Get<IEnumerable<IHostedService>>().OfType<PartitionKeeper>().Single().KeepAsync(CancellationToken.None);
            s_migrated = true;
        }

        await room.ExecuteAsync(Clear);
        room.Get<PageTokens>().UseSecret(new byte[32]);
        await room.Get<OrderPlacement>().StartAsync(CancellationToken.None);
        await room.AddProductAsync("tea", 250);
        await room.AddProductAsync("pot", 1999);
        return room;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    public Task AddProductAsync(string sku, long price, string currency = "EUR") => ExecuteAsync(
        """
        INSERT INTO products (sku, display_name, price_minor, currency, state, version, create_time, update_time)
        VALUES ($1, $1, $2, $3, 1, 1, now(), now())
        """,
        sku,
        price,
        currency);

    public CreateOrderRequest Request(params (string Sku, int Quantity)[] lines) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        Order = new Suite.Contracts.Orders.V1.Order
        {
            Customer = Customer,
            PaymentMethod = "tok_visa",
            Lines = { lines.Select(l => new OrderLine { Product = $"products/{l.Sku}", Quantity = l.Quantity }) },
        },
    };

    public Task<Suite.Contracts.Orders.V1.Order> PlaceAsync(
        CreateOrderRequest? request = null, Caller? caller = null, CancellationToken cancellationToken = default) =>
        Get<PlaceOrder>().RunAsync(request ?? Request(("tea", 1)), caller ?? Callers.Backend, cancellationToken);

    public async Task<Guid> PlaceOneAsync() => Guid.Parse((await PlaceAsync()).Name["orders/".Length..]);

    public async Task<long> CountAsync(string from)
    {
        await using var command = Database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The types of an order's events, in order.</summary>
    public async Task<string[]> EventsAsync(Guid orderId)
    {
        await using var command = Database.CreateCommand("SELECT array_agg(type ORDER BY id) FROM outbox WHERE key = $1");
        command.Parameters.Add(new() { Value = orderId.ToString() });
        return [.. ((string[])(await command.ExecuteScalarAsync())!).Select(type => type[(type.LastIndexOf('.') + 1)..])];
    }

    public async ValueTask DisposeAsync()
    {
        await Get<OrderPlacement>().StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}

/// <summary>User, as far as Order asks it.</summary>
internal sealed class PlayedUsers : UserService.UserServiceClient
{
    /// <summary>Customers that are not active.</summary>
    public HashSet<string> Suspended { get; } = [];

    /// <summary>What every call fails with.</summary>
    public StatusCode? Failure { get; set; }

    /// <summary>Waited for before an answer that was made already is handed over.</summary>
    public Task Delay { get; set; } = Task.CompletedTask;

    public override AsyncUnaryCall<User> GetUserAsync(
        GetUserRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
        Played.Call(Delay, () => Failure is { } code
            ? throw new RpcException(new Status(code, "played"))
            : new User
            {
                Name = request.Name,
                State = Suspended.Contains(request.Name) ? User.Types.State.Suspended : User.Types.State.Active,
            });
}

/// <summary>Payment, as far as Order asks it.</summary>
internal sealed class PlayedPayments : PaymentService.PaymentServiceClient
{
    /// <summary>The payments by the order's name.</summary>
    public Dictionary<string, Payment> ByOrder { get; } = [];

    /// <summary>What every call fails with.</summary>
    public StatusCode? Failure { get; set; }

    public override AsyncUnaryCall<ListPaymentsResponse> ListPaymentsAsync(
        ListPaymentsRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
        Played.Call(() =>
        {
            if (Failure is { } code)
            {
                throw new RpcException(new Status(code, "played"));
            }

            var order = request.Filter["order = \"".Length..^1];
            return ByOrder.TryGetValue(order, out var payment) ? new ListPaymentsResponse { Payments = { payment } } : new ListPaymentsResponse();
        });
}

internal static class Played
{
    public static AsyncUnaryCall<T> Call<T>(Func<T> answer)
        where T : IMessage<T> => Call(Task.CompletedTask, answer);

    public static AsyncUnaryCall<T> Call<T>(Task delay, Func<T> answer)
        where T : IMessage<T> =>
        new(
            Task.Run(async () =>
            {
                var made = answer();
                await delay;
                return made;
            }),
            Task.FromResult(new Metadata()),
            () => Status.DefaultSuccess,
            () => [],
            () => { });
}
