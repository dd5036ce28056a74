using Suite.Contracts.Orders.V1;
using Suite.Faults.History;
using Suite.Faults.Plan;

namespace Suite.Faults.Load;

/// <summary>The orders that clients know of, with what was last heard of each; what happened lately is worked on most.</summary>
internal sealed class OrderPool
{
    private const int Most = 300;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, OrderFacts> _known = [];
    private readonly Queue<string> _names = new();
    private string? _spared;

    /// <summary>Leaves the orders of one customer as they are.</summary>
    public void Spare(string customer)
    {
        lock (_gate)
        {
            _spared = customer + ":";
            _known.Clear();
            _names.Clear();
        }
    }

    /// <summary>Takes in what an answer said.</summary>
    public void Learn(ClientCall call)
    {
        lock (_gate)
        {
            foreach (var order in call.Orders.Where(order => _spared is null || !order.Mark.StartsWith(_spared, StringComparison.Ordinal)))
            {
                if (!_known.TryGetValue(order.Name, out var before))
                {
                    _names.Enqueue(order.Name);
                    _known[order.Name] = order;
                    while (_names.Count > Most)
                    {
                        _known.Remove(_names.Dequeue());
                    }
                }
                else if (before.Version < order.Version)
                {
                    _known[order.Name] = order;
                }
            }
        }
    }

    /// <summary>What was last heard of an order; null when it is not known any more.</summary>
    public OrderFacts? Find(string name)
    {
        lock (_gate)
        {
            return _known.GetValueOrDefault(name);
        }
    }

    /// <summary>An order that was last heard of in one of the states; of any when none is named. Null when there is none.</summary>
    public OrderFacts? Pick(Dice dice, params Order.Types.State[] states)
    {
        lock (_gate)
        {
            var fitting = _known.Values.Where(order => states.Length == 0 || states.Contains(order.State)).ToList();
            return fitting.Count == 0 ? null : dice.Of(fitting);
        }
    }
}
