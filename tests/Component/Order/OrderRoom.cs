using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Orders.Storage;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;
using Suite.Platform.Projections;
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

    public static Task<OrderRoom> OpenAsync(params (string Key, string Value)[] settings) =>
        OpenAsync(new PlayedUsers(), new PlayedPayments(), TimeProvider.System, isReplica: false, settings);

    /// <summary>Another replica of an open room: the same database, with what is in it, and the same Payment; its clock may be another.</summary>
    public static Task<OrderRoom> JoinAsync(OrderRoom room, TimeProvider? clock = null) =>
        OpenAsync(room.Users, room.Payments, clock ?? TimeProvider.System, isReplica: true);

    private static async Task<OrderRoom> OpenAsync(
        PlayedUsers users, PlayedPayments payments, TimeProvider clock, bool isReplica, params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, s_database);
        builder.Configuration["SUITE_POSTGRES"] = server.ConnectionString;
        builder.Configuration["SUITE_KAFKA"] = Servers.MockKafka.BootstrapServers;
        builder.Configuration["SUITE_REDIS"] = Servers.Redis.ConnectionString;
        builder.Configuration["SUITE_KAFKA_OPTIONS"] = "fetch.wait.max.ms=20";
        builder.Configuration["SUITE_USER_ADDRESS"] = builder.Configuration["SUITE_PAYMENT_ADDRESS"] = "http://127.0.0.1:1";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<Suite.Platform.Errors.ErrorTranslation>();
        builder.AddOrders();
        // Nobody is there to tell of the past.
        builder.Services.RemoveAll<IHistorySource>();
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(_ => PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null));
        builder.Services.AddSingleton<UserService.UserServiceClient>(users);
        builder.Services.AddSingleton<PaymentService.PaymentServiceClient>(payments);
        var room = new OrderRoom(builder.Build());
        if (!s_migrated)
        {
            await room.Get<Migrator>().RunAsync(CancellationToken.None);
            await room.Get<IEnumerable<IHostedService>>().OfType<PartitionKeeper>().Single().KeepAsync(CancellationToken.None);
            s_migrated = true;
        }

        room.Get<PageTokens>().UseSecret(new byte[32]);
        if (isReplica)
        {
            return room;
        }

        await room.ExecuteAsync(Clear);
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

    /// <summary>Places an order and has it confirmed.</summary>
    public async Task<Guid> ConfirmOneAsync(CreateOrderRequest? request = null)
    {
        var order = Guid.Parse((await PlaceAsync(request)).Name["orders/".Length..]);
        await Get<OrderWriter>().UpdateAsync(order, o => o.Confirm(Guid.CreateVersion7(), DateTimeOffset.UtcNow), CancellationToken.None);
        return order;
    }

    public async Task<Guid> FulfilOneAsync(CreateOrderRequest? request = null)
    {
        var order = await ConfirmOneAsync(request);
        await FulfilAsync(order);
        return order;
    }

    public Task<Suite.Contracts.Orders.V1.Order> FulfilAsync(
        Guid order, RequestKey? key = null, string etag = "", string note = "", CancellationToken cancellationToken = default) =>
        Get<FulfillOrder>().RunAsync(new StepRequest(key ?? NewKey(), order, etag, Callers.Backend, note), cancellationToken);

    public Task<Suite.Contracts.Orders.V1.Order> RefundAsync(Guid order, RefundOrderRequest? request = null, RequestKey? key = null) =>
        Get<RefundOrder>().RunAsync(
            new StepRequest(key ?? NewKey(), order, request?.Etag ?? string.Empty, Callers.Backend, request?.Reason ?? string.Empty),
            RefundOrder.WishOf(request ?? new RefundOrderRequest()),
            CancellationToken.None);

    public Task<Suite.Contracts.Orders.V1.Order> CancelAsync(Guid order, RequestKey? key = null, string reason = "changed my mind") =>
        Get<CancelOrder>().RunAsync(key ?? NewKey(), order, reason, string.Empty, Callers.Backend, CancellationToken.None);

    /// <summary>Hears of events of Payment's, in one batch.</summary>
    public Task HearAsync(Guid order, params IMessage[] events) => Database.InTransactionAsync(
        (transaction, token) => Get<PaymentEventsHandler>().HandleAsync([.. events.Select(body => new IncomingMessage
        {
            Id = Guid.CreateVersion7(),
            Type = body.Descriptor.FullName,
            Topic = "suite.payment.v1",
            Key = order.ToString(),
            Body = body.ToByteArray(),
            Time = DateTimeOffset.UtcNow,
        })], transaction, token),
        CancellationToken.None);

    public async Task<Suite.Orders.Domain.Order> FindAsync(Guid order) => (await Get<OrderStore>().FindAsync(order, CancellationToken.None))!;

    /// <summary>What ListOrderEvents tells of an order.</summary>
    public async Task<IReadOnlyList<OrderEvent>> ToldAsync(Guid order) => (await Get<ListOrderEvents>().RunAsync(
        new ListOrderEventsRequest { Parent = $"orders/{order}" }, Callers.Backend, CancellationToken.None)).Events;

    /// <summary>Has every open step taken up, as after its lease.</summary>
    public async Task ResumeAsync()
    {
        await ExecuteAsync("UPDATE order_steps SET next_attempt_time = now() WHERE state = 1");
        await Get<IEnumerable<IHostedService>>().OfType<ResumeSteps>().Single().ResumeAsync(CancellationToken.None);
    }

    /// <summary>Calls as the client library does, again while it is told to: many callers of one order wait for its lock longer than they may.</summary>
    public static async Task<T> InsistAsync<T>(Func<Task<T>> call)
    {
        var deadline = DateTime.UtcNow.AddSeconds(60);
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception e) when (IsPassing(e) && DateTime.UtcNow < deadline)
            {
                await Task.Delay(50);
            }
        }

        static bool IsPassing(Exception e) => e is NpgsqlException { IsTransient: true } or PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable }
            || e is Suite.Platform.Errors.DomainException { Reason: Suite.Contracts.Common.V1.ErrorReason.RequestInProgress };
    }

    public static RequestKey NewKey() => new(Guid.NewGuid(), new byte[32]);

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

/// <summary>Payment, as far as Order asks it: it does each step once, whoever asks how often.</summary>
internal sealed class PlayedPayments : PaymentService.PaymentServiceClient
{
    private readonly Dictionary<string, Func<Payment>> _answers = [];

    /// <summary>The steps that were done: the request id, and how much in minor units.</summary>
    public Dictionary<string, long> Done { get; } = [];

    /// <summary>How often a step was asked for.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>What the next step is refused with; it stays refused.</summary>
    public Queue<RpcException> Refusals { get; } = [];

    /// <summary>What asking fails with although the step is done, or without it being done, as it is said.</summary>
    public Queue<(StatusCode Code, bool IsDone)> Faults { get; } = [];

    /// <summary>Waited for before an answer is handed over.</summary>
    public Task Delay { get; set; } = Task.CompletedTask;

    public override AsyncUnaryCall<Payment> CapturePaymentAsync(
        CapturePaymentRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
        Played.Call(Delay.WaitAsync(cancellationToken), () => Step(request.RequestId, request.Name, request.Amount));

    public override AsyncUnaryCall<Payment> RefundPaymentAsync(
        RefundPaymentRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
        Played.Call(Delay.WaitAsync(cancellationToken), () => Step(request.RequestId, request.Name, request.Amount));

    private Payment Step(string id, string payment, Google.Type.Money amount)
    {
        lock (_answers)
        {
            Asked.Add(id);
            var fault = Faults.TryDequeue(out var next) ? next : default;
            if (fault.Code == StatusCode.OK || fault.IsDone)
            {
                Answer(id, payment, amount);
            }

            return fault.Code == StatusCode.OK ? _answers[id]() : throw new RpcException(new Status(fault.Code, "played"));
        }
    }

    private void Answer(string id, string payment, Google.Type.Money amount)
    {
        if (_answers.ContainsKey(id))
        {
            return;
        }

        if (Refusals.TryDequeue(out var refusal))
        {
            _answers[id] = () => throw refusal;
            return;
        }

        Done.Add(id, MoneyAmount.FromProto(amount, "amount").MinorUnits);
        _answers[id] = () => new Payment { Name = payment };
    }

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
