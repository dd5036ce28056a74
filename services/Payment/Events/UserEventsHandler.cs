using Npgsql;
using Suite.Contracts.Users.V1;
using Suite.Payments.Domain;
using Suite.Payments.Storage;
using Suite.Platform.Messaging;
using Suite.Platform.Naming;

namespace Suite.Payments.Events;

/// <summary>
/// Forgets customers who were deleted: what their payments were asked with. Amounts, references and the ledger are accounting and
/// stay: see docs/decisions/0010-erasing-personal-data.md.
/// </summary>
internal sealed class UserEventsHandler : IMessageHandler
{
    public async Task HandleAsync(IReadOnlyList<IncomingMessage> messages, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        var deleted = messages
            .Where(message => message.Type == UserDeleted.Descriptor.FullName)
            .Select(message => CustomerId(message.Read(UserDeleted.Parser).User))
            .Distinct()
            .ToArray();
        if (deleted.Length > 0)
        {
            await PaymentStore.EraseAsync(deleted, transaction, cancellationToken);
        }
    }

    private static Guid CustomerId(string name) =>
        ResourceName.TryParseGuid(Payment.Customers, name, out var id) ? id : throw new PoisonMessageException("malformed_name");
}
