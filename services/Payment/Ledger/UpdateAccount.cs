using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;

namespace Suite.Payments.Ledger;

/// <summary>Sets whether an account may be overdrawn.</summary>
internal sealed class UpdateAccount(IdempotencyStore requests)
{
    public async Task<Account> RunAsync(RequestKey key, UpdateAccountRequest request, CancellationToken cancellationToken)
    {
        var name = request.Account.Name;
        if (!LedgerNames.IsAccount(name))
        {
            throw DomainError.InvalidArgument("account.name", "must be a name of the form accounts/{account}.");
        }

        var account = LedgerNames.ParseAccount(name);
        if (request.Account.NoOverdraft && !Chart.MayBeLimited(account))
        {
            throw DomainError.InvalidArgument("account.no_overdraft", $"can not be set: payments post to {name}, and what a provider did is recorded.");
        }

        return await requests.RunAsync(
            key,
            Account.Parser,
            async (transaction, token) =>
            {
                var updated = await AccountStore.SetLimitAsync(account, request.Account.NoOverdraft, transaction, token)
                    ?? throw DomainError.NotFound(name);
                return updated is { NoOverdraft: true, Overdrawn: not null } ? throw LedgerErrors.LimitExceeded(account) : updated.ToProto();
            },
            cancellationToken);
    }
}
