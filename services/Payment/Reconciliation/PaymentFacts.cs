using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Reconciliation;

/// <summary>What is compared of a payment: its row, and what its postings add up to, read in one snapshot. Amounts in minor units.</summary>
internal sealed record PaymentFacts
{
    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    public required MoneyAmount Amount { get; init; }

    public required State State { get; init; }

    public required long CapturedMinor { get; init; }

    /// <summary>What a capture that is running may add to what is captured.</summary>
    public required long CapturingMinor { get; init; }

    public required long ReleasedMinor { get; init; }

    public required long RefundedMinor { get; init; }

    /// <summary>What refunds that are running may add to what is refunded.</summary>
    public required long RefundingMinor { get; init; }

    public required long DisputedMinor { get; init; }

    public required string ProviderReference { get; init; }

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    /// <summary>When the provider answered the authorization; null while it has not.</summary>
    public DateTimeOffset? OutcomeTime { get; init; }

    /// <summary>A call of PaymentService made it, not an order of Suite: the order may live elsewhere.</summary>
    public required bool IsByCall { get; init; }

    /// <summary>A step is running, or its outcome is not known yet.</summary>
    public required bool IsInFlight { get; init; }

    /// <summary>What its postings add up to.</summary>
    public LedgerFacts Ledger { get; init; }

    public string Name => ResourceName.Format(Domain.Payment.Collection, Id);

    public string OrderName => ResourceName.Format(Domain.Payment.Orders, OrderId);

    /// <summary>What is held now.</summary>
    public long HeldMinor => State == State.Authorized ? Amount.MinorUnits - CapturedMinor - ReleasedMinor : 0;

    /// <summary>Whether the provider must know of it: it said that it holds, or held, the amount. Nobody is asked about nothing.</summary>
    public bool MustBeAtProvider => ProviderReference.Length > 0 && Amount.MinorUnits > 0;
}

/// <summary>What the postings of one payment and its disputes add up to, in minor units.</summary>
/// <param name="Held">Pending credits of the holds, less their debits.</param>
/// <param name="Captured">Credits of the revenue, less its debits.</param>
/// <param name="Refunded">Debits of the refunds, less their credits.</param>
/// <param name="Disputed">Debits of the disputes' accounts, less their credits.</param>
/// <param name="Clearing">What the provider owes us by it.</param>
internal readonly record struct LedgerFacts(decimal Held, decimal Captured, decimal Refunded, decimal Disputed, decimal Clearing);
