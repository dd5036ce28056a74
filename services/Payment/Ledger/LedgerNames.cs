using Suite.Platform.Naming;

namespace Suite.Payments.Ledger;

/// <summary>How the ledger's resources are named outside.</summary>
internal static class LedgerNames
{
    public const string Accounts = "accounts";
    public const string Transactions = "transactions";

    /// <summary><c>accounts/{account}</c>.</summary>
    public static string Account(string account) => $"{Accounts}/{account}";

    /// <summary>The account of a name that was validated already.</summary>
    public static string ParseAccount(string name) => name[(Accounts.Length + 1)..];

    /// <summary><c>transactions/{uuid}</c>.</summary>
    public static string Transaction(Guid id) => ResourceName.Format(Transactions, id);
}
