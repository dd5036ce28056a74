using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Features;

/// <summary>Fulfils a CONFIRMED order: captures what is authorized for it. While that runs, nothing else can become of the order.</summary>
internal sealed class FulfillOrder(StepRunner runner)
{
    /// <exception cref="DomainException">Whatever FulfillOrder's contract names.</exception>
    public Task<Contracts.Orders.V1.Order> RunAsync(StepRequest request, CancellationToken cancellationToken) => runner.RunAsync(
        request,
        (order, _) => new OrderStep
        {
            Id = Guid.NewGuid(),
            OrderId = order.Id,
            Kind = StepKind.Fulfil,
            AmountMinor = order.Total.MinorUnits,
            Actor = string.Empty,
            TraceParent = TraceContext.OfCurrent().TraceParent,
        },
        cancellationToken);
}
