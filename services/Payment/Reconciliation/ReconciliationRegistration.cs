using Suite.Contracts.Orders.V1;
using Suite.Platform.Hosting;

namespace Suite.Payments.Reconciliation;

/// <summary>Adds what compares the records.</summary>
internal static class ReconciliationRegistration
{
    public static void AddReconciliation(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddServiceClient<OrderService.OrderServiceClient>("SUITE_ORDER_ADDRESS");
        services.AddSingleton(ReconciliationOptions.From(configuration));
        services.AddSingleton<PaymentFactsStore>();
        services.AddSingleton<IOrderRecord, OrderRecord>();
        services.AddSingleton<ReconcilePayments>();
        services.AddSingleton<ReconciliationRuns>();
        services.AddSingleton<ReconciliationMetrics>();
        services.AddSingleton<ReconciliationGrpcService>();
        services.AddHostedService<ReconcileSchedule>();
    }
}
