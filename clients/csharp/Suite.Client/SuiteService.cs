namespace Suite.Client;

/// <summary>The services a client speaks to. Each has an address of its own, unless a gateway stands for all.</summary>
public enum SuiteService
{
    /// <summary>Keeps users.</summary>
    User,

    /// <summary>Keeps the price book and orders.</summary>
    Order,

    /// <summary>Keeps payments and the ledger.</summary>
    Payment,
}
