using Suite.Contracts.Payments.V1;

namespace Suite.Payments.Ledger;

/// <summary>What a verification found so far: the first difference of each kind.</summary>
internal sealed class LedgerFindings
{
    /// <summary>A transaction is not what was hashed, or a chain has not the links it had.</summary>
    public const string Chain = "chain";

    /// <summary>A balance is not the sum of its entries.</summary>
    public const string Balance = "balance";

    /// <summary>A transaction is gone, does not balance, or came past the sealer.</summary>
    public const string Transaction = "transaction";

    /// <summary>A transaction is from a payment that does not exist.</summary>
    public const string Source = "source";

    private readonly Dictionary<string, LedgerDifference> _first = [];

    /// <summary>The differences, in the order they were found.</summary>
    public List<LedgerDifference> Differences { get; } = [];

    public void Add(string kind, string resource, string description)
    {
        var difference = new LedgerDifference { Kind = kind, Resource = resource, Description = description };
        if (_first.TryAdd(kind, difference))
        {
            Differences.Add(difference);
        }
    }
}
