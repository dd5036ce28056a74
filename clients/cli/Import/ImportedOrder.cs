using Suite.Contracts.Orders.V1;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Cli.Import;

/// <summary>A line of a file that became an order, and what is known of the order so far.</summary>
internal sealed class ImportedOrder(long line, string reference, Order order)
{
    private Order _order = order;

    /// <summary>The line's number, from 1.</summary>
    public long Line { get; } = line;

    /// <summary>The line's own key.</summary>
    public string Reference { get; } = reference;

    /// <summary>The order as it was seen last.</summary>
    public Order Order => Volatile.Read(ref _order);

    /// <summary>Whether the payment has been answered for.</summary>
    public bool IsSettled => Order.State != State.Pending;

    /// <summary>Takes a newer state; an older one changes nothing.</summary>
    public void See(Order seen)
    {
        if (seen.Version > Order.Version)
        {
            Volatile.Write(ref _order, seen);
        }
    }
}
