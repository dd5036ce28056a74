namespace Suite.Orders.Features;

/// <summary>Why the suite itself cancels an order. Every other reason was typed by somebody, and goes when they do.</summary>
internal static class CancelReasons
{
    /// <summary>Nobody answered for the order in time.</summary>
    public const string PaymentTimeout = SweepOrders.TimeoutReason;

    /// <summary>Its payment was released.</summary>
    public const string PaymentVoided = SweepOrders.VoidedReason;

    /// <summary>Nobody fulfilled it while the provider held the amount.</summary>
    public const string AuthorizationExpired = "authorization_expired";

    /// <summary>Its customer was deleted.</summary>
    public const string CustomerDeleted = "customer_deleted";

    /// <summary>All of them.</summary>
    public static string[] All { get; } = [PaymentTimeout, PaymentVoided, AuthorizationExpired, CustomerDeleted];
}
