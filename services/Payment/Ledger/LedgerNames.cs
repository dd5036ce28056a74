using System.Text.RegularExpressions;
using Suite.Contracts.Common.V1;
using Suite.Platform.Naming;

namespace Suite.Payments.Ledger;

/// <summary>How the ledger's resources are named outside.</summary>
internal static class LedgerNames
{
    public const string Accounts = "accounts";
    public const string Transactions = "transactions";

    // As the contract has it.
    private static readonly Regex AccountPattern = new(
        $"^{Accounts}/(?:{Contracts.Payments.V1.Account.Descriptor.GetOptions().GetExtension(RulesExtensions.IdPattern)})\\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    /// <summary>Whether a name is one of an account.</summary>
    public static bool IsAccount(string name) => AccountPattern.IsMatch(name);

    /// <summary><c>accounts/{account}</c>.</summary>
    public static string Account(string account) => $"{Accounts}/{account}";

    /// <summary>The account of a name that was validated already.</summary>
    public static string ParseAccount(string name) => name[(Accounts.Length + 1)..];

    /// <summary><c>transactions/{uuid}</c>.</summary>
    public static string Transaction(Guid id) => ResourceName.Format(Transactions, id);
}
