using Suite.Contracts.Orders.V1;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Telemetry;

namespace Suite.Orders.Features;

/// <summary>Gives money of a FULFILLED order back: an amount, the units of some lines, or all that is left, which is reserved first.</summary>
internal sealed class RefundOrder(StepRunner runner)
{
    /// <summary>What a request asks for.</summary>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming the field.</exception>
    public static RefundWish WishOf(RefundOrderRequest request)
    {
        if (request.Amount is not null && request.Lines.Count > 0)
        {
            throw DomainError.InvalidArgument("amount", "must not be set together with lines.");
        }

        var seen = new HashSet<int>();
        for (var i = 0; i < request.Lines.Count; i++)
        {
            if (!seen.Add(request.Lines[i].LineNumber))
            {
                throw DomainError.InvalidArgument($"lines[{i}].line_number", "stands here for the second time.");
            }
        }

        MoneyAmount? amount = request.Amount is null ? null : MoneyAmount.FromProto(request.Amount, "amount");
        return amount is { MinorUnits: <= 0 }
            ? throw DomainError.InvalidArgument("amount", "must be more than zero.")
            : new RefundWish(amount, [.. request.Lines.Select(line => (line.LineNumber, line.Quantity))]);
    }

    /// <exception cref="DomainException">Whatever RefundOrder's contract names.</exception>
    public Task<Contracts.Orders.V1.Order> RunAsync(StepRequest request, RefundWish wish, CancellationToken cancellationToken) => runner.RunAsync(
        request,
        (order, running) =>
        {
            order.CheckRefundable();
            var lines = RefundPlan.Of(order, running, wish);
            return new OrderStep
            {
                Id = Guid.NewGuid(),
                OrderId = order.Id,
                Kind = StepKind.Refund,
                AmountMinor = lines.Sum(line => line.AmountMinor),
                Lines = lines,
                Actor = string.Empty,
                TraceParent = TraceContext.OfCurrent().TraceParent,
            };
        },
        cancellationToken);
}
