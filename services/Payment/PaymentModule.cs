using Suite.Payments.Events;
using Suite.Payments.Features;
using Suite.Payments.Ledger;
using Suite.Payments.Providers;
using Suite.Payments.Reconciliation;
using Suite.Payments.Storage;
using Suite.Platform.Faults;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Projections;

namespace Suite.Payments;

/// <summary>The door of the Payment service.</summary>
public static class PaymentModule
{
    /// <summary>The topic of everything that happens to payments, keyed by the order's UUID.</summary>
    internal const string Topic = "suite.payment.v1";

    /// <summary>The tables of this room.</summary>
    internal static readonly MigrationSet Migrations = new("payment", typeof(PaymentModule).Assembly, "Suite.Payments.Storage.Migrations");

    /// <summary>Adds the service.</summary>
    public static void AddPayments(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPostgres(builder.Configuration, "suite_payment");
        services.AddIdempotency();
        services.AddListing();
        services.AddMessaging(builder.Configuration, "suite/payment", Topic);
        services.AddHistory();
        services.AddMigrations(Migrations);

        services.AddSingleton(PaymentOptions.From(builder.Configuration));
        services.AddSingleton<PaymentStore>();
        services.AddSingleton<PaymentQueue>();
        services.AddSingleton<StepStore>();
        services.AddSingleton<DisputeStore>();
        services.AddSingleton<PaymentChangeWriter>();
        services.AddSingleton<ListPayments>();
        services.AddSingleton<ListDisputes>();
        services.AddProvider(builder.Configuration, builder.Environment);
        services.AddSingleton<CallOutcomes>();
        services.AddSingleton<SettlePayment>();
        services.AddSingleton<SettleStep>();
        services.AddSingleton<StepCalls>();
        services.AddSingleton<AuthorizePayment>();
        services.AddSingleton<IProviderEvents, TakeProviderEvent>();
        // Without state, so that one serves every call.
        services.AddSingleton<PaymentGrpcService>();
        services.AddLedger();
        services.AddSingleton<PaymentWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<PaymentWorker>());
        services.AddSingleton<StepWorker>();
        services.AddHostedService(provider => provider.GetRequiredService<StepWorker>());
        services.AddHostedService<ExpireAuthorizations>();

        services.AddReconciliation(builder.Configuration);

        services.AddConsumer<OrderEventsHandler>("payment.order-events", "suite.order.v1");
        services.AddConsumer<UserEventsHandler>("payment.user-events", "suite.user.v1");
    }

    /// <summary>Maps the service's endpoints.</summary>
    public static void MapPayments(this WebApplication app)
    {
        app.MapGrpcService<PaymentGrpcService>();
        app.MapGrpcService<LedgerGrpcService>();
        app.MapGrpcService<ReconciliationGrpcService>();
        app.MapProvider();
        app.MapHistory();
        app.MapDeadLetters();
        app.MapFaults();
    }
}
