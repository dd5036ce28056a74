namespace Suite.Cli.Load;

/// <summary>What a load is made of.</summary>
internal enum LoadOperation
{
    /// <summary>Places an order.</summary>
    Create,

    /// <summary>Reads one of the orders that were placed.</summary>
    Get,

    /// <summary>Lists the customer's newest orders, one page.</summary>
    List,

    /// <summary>Cancels an order that was placed and is not cancelled yet.</summary>
    Cancel,
}
