namespace Suite.Payments.Domain;

/// <summary>Where in its life a dispute is, as <c>Dispute.State</c> numbers it. It never goes back.</summary>
internal enum DisputeState
{
    /// <summary>The provider took the amount back until it is decided.</summary>
    Open = 1,

    /// <summary>Decided for us.</summary>
    Won = 2,

    /// <summary>Decided for the payer.</summary>
    Lost = 3,
}
