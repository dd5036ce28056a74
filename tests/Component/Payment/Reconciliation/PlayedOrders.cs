using System.Runtime.CompilerServices;
using Suite.Contracts.Orders.V1;
using Suite.Payments.Domain;
using Suite.Payments.Reconciliation;
using Suite.Platform.Monetary;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Reconciliation;

/// <summary>The Order service as a test wants it.</summary>
internal sealed class PlayedOrders : IOrderRecord
{
    private readonly SortedDictionary<Guid, Order> _orders = new(Comparer<Guid>.Create((a, b) => b.CompareTo(a)));

    /// <summary>Told when orders are asked for by name: the second look.</summary>
    public Action? OnFind { get; set; }

    /// <summary>The order that belongs to a payment as it is.</summary>
    public Order Add(Payment payment)
    {
        var order = new Order
        {
            Name = payment.OrderName,
            Payment = payment.Name,
            Total = payment.Amount.ToProto(),
            State = payment.State switch
            {
                State.Authorized => OrderState.Confirmed,
                State.Declined => OrderState.Rejected,
                State.Voided => OrderState.Cancelled,
                State.Captured => OrderState.Fulfilled,
                State.PartiallyRefunded => OrderState.PartiallyRefunded,
                State.Refunded => OrderState.Refunded,
                _ => OrderState.Pending,
            },
            RefundedAmount = payment.RefundedMinor > 0 ? new MoneyAmount(payment.RefundedMinor, payment.Amount.CurrencyCode).ToProto() : null,
        };
        return Add(order);
    }

    public Order Add(Order order)
    {
        _orders[Guid.Parse(order.Name.AsSpan("orders/".Length))] = order;
        return order;
    }

    public void Remove(Guid id) => _orders.Remove(id);

    public async IAsyncEnumerable<Order> ListAsync(Period period, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var order in _orders.Values.Select(o => o.Clone()).ToList())
        {
            await Task.Yield();
            yield return order;
        }
    }

    public Task<IReadOnlyDictionary<Guid, Order>> FindAsync(IReadOnlyCollection<Guid> ids, CancellationToken cancellationToken)
    {
        OnFind?.Invoke();
        return Task.FromResult<IReadOnlyDictionary<Guid, Order>>(ids.Where(_orders.ContainsKey).ToDictionary(id => id, id => _orders[id].Clone()));
    }
}
