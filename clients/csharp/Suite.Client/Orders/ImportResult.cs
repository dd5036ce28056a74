using System.Diagnostics.CodeAnalysis;
using Suite.Contracts.Orders.V1;

namespace Suite.Client;

/// <summary>What became of one request of an import.</summary>
public sealed record ImportResult
{
    /// <summary>The place of the request in the input, from 0.</summary>
    public required long Index { get; init; }

    /// <summary>The request as the caller gave it.</summary>
    public required CreateOrderRequest Request { get; init; }

    /// <summary>The <c>request_id</c> it was sent under: the request's own, or the one that was made for it.</summary>
    public required string RequestId { get; init; }

    /// <summary>How often it was sent.</summary>
    public required int Attempts { get; init; }

    /// <summary>The order, when it was placed (now or before, under the same <c>request_id</c>).</summary>
    public Order? Order { get; init; }

    /// <summary>Why it was not placed.</summary>
    public SuiteException? Error { get; init; }

    /// <summary>Whether the order was placed.</summary>
    [MemberNotNullWhen(true, nameof(Order))]
    [MemberNotNullWhen(false, nameof(Error))]
    public bool IsPlaced => Order is not null;
}
