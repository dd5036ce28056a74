using Suite.Contracts.Orders.V1;
using Suite.Contracts.Payments.V1;
using Suite.Contracts.Users.V1;
using Suite.Orders.Events;
using Suite.Orders.Features;
using Suite.Orders.Search;
using Suite.Orders.Storage;
using Suite.Orders.Timelines;
using Suite.Platform.Caching;
using Suite.Platform.Faults;
using Suite.Platform.Hosting;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Locking;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Projections;

namespace Suite.Orders;

/// <summary>The door of the Order service.</summary>
public static class OrderModule
{
    /// <summary>The topic of everything that happens to orders.</summary>
    internal const string Topic = "suite.order.v1";

    /// <summary>Adds the service.</summary>
    public static void AddOrders(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPostgres(builder.Configuration, "suite_order");
        services.AddIdempotency();
        services.AddListing();
        services.AddMessaging(builder.Configuration, "suite/order", Topic);
        services.AddMigrations(new MigrationSet("order", typeof(OrderModule).Assembly, "Suite.Orders.Storage.Migrations"));
        services.AddContractCache(builder.Configuration, "product", Product.Parser, GetProduct.VersionOf);
        services.AddLocks(builder.Configuration);
        services.AddServiceClient<UserService.UserServiceClient>("SUITE_USER_ADDRESS");
        services.AddServiceClient<PaymentService.PaymentServiceClient>("SUITE_PAYMENT_ADDRESS");

        services.AddSingleton<OrderTelemetry>();
        services.AddSingleton<ProductStore>();
        // Without state, so that one serves every call.
        services.AddSingleton<OrderGrpcService>();
        services.AddSingleton<ProductGrpcService>();
        services.AddSingleton<PriceBook>();
        services.AddSingleton<CreateProduct>();
        services.AddSingleton<GetProduct>();
        services.AddSingleton<OrderStore>();
        services.AddSingleton<OrderHistory>();
        services.AddSingleton<OrderWriter>();
        services.AddSingleton<OrderStepStore>();
        services.AddSingleton<OrderWorkStore>();
        services.AddSingleton<OrderPlacement>();
        services.AddSingleton<CustomerDirectory>();
        services.AddSingleton<OrderChanges>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<CancelOrder>();
        services.AddSingleton<AskPayment>();
        services.AddSingleton<StepRunner>();
        services.AddSingleton<FulfillOrder>();
        services.AddSingleton<RefundOrder>();
        services.AddSingleton<ListOrderEvents>();
        services.AddSingleton<ListOrders>();
        services.AddSingleton<SearchOrders>();
        services.AddSingleton<WatchOrder>();
        services.AddSingleton<ImportOrders>();
        services.AddHostedService(provider => provider.GetRequiredService<OrderPlacement>());
        services.AddHostedService<SweepOrders>();
        services.AddHostedService<ResumeSteps>();
        services.AddSingleton<DepartureStore>();
        services.AddHostedService<SweepDepartures>();

        services.AddTimelines(builder.Configuration);
        services.AddSearch(builder.Configuration);

        services.AddConsumer<PaymentEventsHandler>("order.payment-events", "suite.payment.v1");
        services.AddConsumer<UserEventsHandler>("order.user-events", "suite.user.v1");
        services.AddSingleton<OrderNudges>();
        services.AddBroadcast<OrderNudges>(Topic);
        services.AddBroadcast<CustomerNews>("suite.user.v1");
    }

    /// <summary>Maps the service's endpoints.</summary>
    public static void MapOrders(this WebApplication app)
    {
        app.MapGrpcService<OrderGrpcService>();
        app.MapGrpcService<ProductGrpcService>();
        app.MapProjections();
        app.MapDeadLetters();
        app.MapFaults();
    }
}
