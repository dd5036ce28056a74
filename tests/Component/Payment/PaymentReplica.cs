using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NUnit.Framework;
using Suite.Contracts.Orders.V1;
using Suite.Payments;
using Suite.Payments.Events;
using Suite.Payments.Features;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Messaging.Relay;
using Suite.Platform.Monetary;
using Suite.Platform.Postgres;

namespace Suite.Tests.Component.Payments;

/// <summary>One replica of the Payment service without its ports and its broker: messages are handed to it as the consumer would.</summary>
internal sealed class PaymentReplica : IAsyncDisposable
{
    /// <summary>Short waits; the time limit is one that a busy machine keeps, so that calls can be counted.</summary>
    public static readonly PaymentOptions Fast = new()
    {
        ProviderTimeout = TimeSpan.FromSeconds(2),
        Lease = TimeSpan.FromSeconds(3),
        PollInterval = TimeSpan.FromMilliseconds(50),
        SimulatorSlowness = TimeSpan.FromMilliseconds(200),
        StopGrace = TimeSpan.FromMilliseconds(200),
    };

    /// <summary>A time limit that is meant to be hit.</summary>
    public static readonly PaymentOptions Impatient = Fast with { ProviderTimeout = TimeSpan.FromMilliseconds(400) };

    private readonly NpgsqlDataSource _dataSource;
    private readonly PaymentWorker _worker;
    private readonly StepWorker _steps;
    private readonly OrderEventsHandler _handler;
    private readonly RelaySignal _signal = new();
    private bool _working;

    public PaymentReplica(NpgsqlDataSource dataSource, IPaymentProvider? provider = null, PaymentOptions? options = null)
    {
        _dataSource = dataSource;
        options ??= Fast;
        var time = TimeProvider.System;
        Outbox = new Outbox(_signal, time);
        Store = new PaymentStore(dataSource);
        Steps = new StepStore(dataSource);
        Queue = new PaymentQueue(dataSource, Outbox);
        Provider = provider ?? new SimulatedProvider(new SimulatorRecord(dataSource), options, time);
        var writer = new PaymentChangeWriter(Outbox);
        var outcomes = new CallOutcomes();
        var requests = new IdempotencyStore(dataSource);
        var settleStep = new SettleStep(
            dataSource, Steps, writer, Provider, outcomes, Outbox, options, time, NullLogger<SettleStep>.Instance);
        _steps = new StepWorker(Steps, settleStep, options, time, NullLogger<StepWorker>.Instance);
        Settle = new SettlePayment(
            dataSource, Queue, writer, Provider, _steps, outcomes, Outbox, options, time, NullLogger<SettlePayment>.Instance);
        _worker = new PaymentWorker(Queue, Settle, options, time, NullLogger<PaymentWorker>.Instance);
        _handler = new OrderEventsHandler(writer, Outbox, Provider, _worker, _steps, options, time);
        Events = new TakeProviderEvent(
            dataSource, Store, writer, _worker, _steps, outcomes, Outbox, options, time, NullLogger<TakeProviderEvent>.Instance);
        Expiry = new ExpireAuthorizations(dataSource, writer, _steps, Outbox, options, time, NullLogger<ExpireAuthorizations>.Instance);
        var calls = new StepCalls(dataSource, requests, writer, _steps, outcomes, Provider, options, time);
        var disputes = new DisputeStore(dataSource);
        Service = new PaymentGrpcService(
            Store,
            Steps,
            disputes,
            new ListPayments(Store, Tokens),
            new ListDisputes(disputes, Tokens),
            new AuthorizePayment(dataSource, requests, Store, calls, _worker, outcomes, Provider, options, time),
            calls,
            Provider);
    }

    /// <summary>The gRPC service, without its server.</summary>
    public PaymentGrpcService Service { get; }

    /// <summary>Where webhooks go.</summary>
    public TakeProviderEvent Events { get; }

    /// <summary>What releases overdue holds.</summary>
    public ExpireAuthorizations Expiry { get; }

    public StepStore Steps { get; }

    public PageTokens Tokens { get; } = MadeTokens();

    public Outbox Outbox { get; }

    /// <summary>Whether the relay was woken since this was last asked.</summary>
    public bool TakeWake() => _signal.TakeRows();

    public PaymentStore Store { get; }

    public PaymentQueue Queue { get; }

    public IPaymentProvider Provider { get; }

    public SettlePayment Settle { get; }

    public static IncomingMessage Placed(Guid order, string token, long minorUnits = 1250, string currency = "EUR", string? customer = null) =>
        Message(order, new OrderPlaced
        {
            Order = $"orders/{order}",
            Version = 1,
            Customer = customer ?? $"users/{Guid.NewGuid()}",
            Total = new MoneyAmount(minorUnits, currency).ToProto(),
            PaymentMethod = token,
            PlaceTime = Timestamp.FromDateTime(DateTime.UtcNow),
        });

    public static IncomingMessage Cancelled(Guid order) => Message(order, new OrderCancelled
    {
        Order = $"orders/{order}",
        Version = 2,
        Reason = "changed my mind",
        CancelTime = Timestamp.FromDateTime(DateTime.UtcNow),
    });

    public static IncomingMessage Message(Guid order, IMessage body) => new()
    {
        Id = Guid.CreateVersion7(),
        Type = body.Descriptor.FullName,
        Topic = "suite.order.v1",
        Key = order.ToString(),
        Body = body.ToByteArray(),
        Time = DateTimeOffset.UtcNow,
    };

    public PaymentReplica StartWorking()
    {
        _worker.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        _steps.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
        Assert.That(SpinWait.SpinUntil(() => _worker.Room > 0 && _steps.Room > 0, TimeSpan.FromSeconds(10)), Is.True);
        _working = true;
        return this;
    }

    public async Task StopWorkingAsync()
    {
        if (_working)
        {
            _working = false;
            await Task.WhenAll(_worker.StopAsync(CancellationToken.None), _steps.StopAsync(CancellationToken.None));
        }
    }

    /// <summary>Applies messages as the consumer does: in one transaction, and the wake-up after its commit.</summary>
    public async Task HandleAsync(params IReadOnlyList<IncomingMessage> messages)
    {
        await HandleWithoutWakeAsync(messages);
        _handler.Committed(messages);
    }

    /// <summary>Applies messages in a transaction that is rolled back, as a consumer's that lost its connection.</summary>
    public async Task HandleInVainAsync(params IReadOnlyList<IncomingMessage> messages)
    {
        await using var connection = await _dataSource.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        await _handler.HandleAsync(messages, transaction, CancellationToken.None);
        await transaction.RollbackAsync();
    }

    /// <summary>Applies messages and commits, and the process has no time left to start the work.</summary>
    public Task HandleWithoutWakeAsync(params IReadOnlyList<IncomingMessage> messages) =>
        _dataSource.InTransactionAsync((transaction, token) => _handler.HandleAsync(messages, transaction, token), CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await StopWorkingAsync();
        _worker.Dispose();
        _steps.Dispose();
        _signal.Dispose();
    }

    private static PageTokens MadeTokens()
    {
        var tokens = new PageTokens();
        tokens.UseSecret(new byte[32]);
        return tokens;
    }
}
