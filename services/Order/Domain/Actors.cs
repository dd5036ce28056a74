using Suite.Platform.Security;

namespace Suite.Orders.Domain;

/// <summary>By whom something happened to an order.</summary>
internal static class Actors
{
    /// <summary>This service, by itself.</summary>
    public const string Order = "services/order";

    /// <summary>What Payment told.</summary>
    public const string Payment = "services/payment";

    /// <summary>Who calls, or for whom a service calls.</summary>
    public static string Of(Caller caller) => caller.OnBehalfOf ?? caller.Name;
}
