using Npgsql;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Payments.Ledger;

/// <summary>What the ledger's constraints refuse, by the names that 0006_ledger_journal.sql gives them.</summary>
internal static class LedgerErrors
{
    /// <summary>Whether the database refused a posting because an account with a limit would be overdrawn.</summary>
    public static bool IsLimit(PostgresException e) => e.ConstraintName == "ledger_limit";

    /// <summary>The account that would be overdrawn. (The client keeps details to itself, and hints not.)</summary>
    public static string LimitedAccount(PostgresException e) => e.Hint!;

    /// <summary>FAILED_PRECONDITION (ACCOUNT_LIMIT_EXCEEDED).</summary>
    public static DomainException LimitExceeded(string account)
    {
        var name = LedgerNames.Account(account);
        var error = DomainError.FailedPrecondition(
            ErrorReason.AccountLimitExceeded, name, $"{name} must not be overdrawn, and has less than what would be taken out of it.");
        error.Details["account"] = name;
        return error;
    }

    /// <summary>FAILED_PRECONDITION (TRANSACTION_REVERSED).</summary>
    public static DomainException Reversed(string transaction, string why) =>
        DomainError.FailedPrecondition(ErrorReason.TransactionReversed, transaction, $"{transaction} {why}.");
}
