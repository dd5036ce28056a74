using Npgsql;
using Suite.Payments.Domain;
using Suite.Payments.Providers;
using Suite.Payments.Storage;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using Suite.Platform.Postgres;
using Suite.Platform.Telemetry;
using Suite.Platform.Time;
using Proto = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Features;

/// <summary>
/// Makes a payment by a call rather than by an order's event: the intent, the work and its commit are the same, and the answer commits
/// with the outcome. An order has one payment, however it came about.
/// </summary>
internal sealed class AuthorizePayment(
    NpgsqlDataSource dataSource,
    IdempotencyStore requests,
    PaymentStore store,
    StepCalls calls,
    PaymentWorker worker,
    CallOutcomes outcomes,
    IPaymentProvider provider,
    PaymentOptions options,
    TimeProvider time)
{
    /// <summary>Runs a call.</summary>
    /// <param name="key">The call.</param>
    /// <param name="orderId">The order.</param>
    /// <param name="customerId">Whose it is, where that is known.</param>
    /// <param name="amount">More than 0.</param>
    /// <param name="paymentMethod">The provider's token.</param>
    /// <param name="deadline">Until when the caller waits, in UTC.</param>
    /// <param name="cancellationToken">Ends the waiting, not the work.</param>
    /// <exception cref="DomainException">ALREADY_EXISTS; ABORTED (REQUEST_IN_PROGRESS); INVALID_ARGUMENT (REQUEST_ID_REUSED).</exception>
    public async Task<Proto> RunAsync(
        RequestKey key,
        Guid orderId,
        Guid? customerId,
        MoneyAmount amount,
        string paymentMethod,
        DateTime deadline,
        CancellationToken cancellationToken)
    {
        if (await requests.FindAsync(key, Proto.Parser, cancellationToken) is { } stored)
        {
            return stored;
        }

        var payment = Payment.Intend(orderId, customerId, amount, provider.Name, time.GetMicrosecondUtcNow()) with
        {
            RequestId = key.Id,
            RequestHash = key.Hash,
        };
        var intent = new Intent(payment, paymentMethod, TraceContext.OfCurrent(), worker.Room > 0 ? Guid.NewGuid() : null);
        var outcome = outcomes.Of(key.Id);
        try
        {
            if (await InsertAsync(intent, cancellationToken))
            {
                if (intent.LeaseToken is null)
                {
                    worker.Wake();
                }
                else
                {
                    worker.Start(intent.ToClaim());
                }
            }
            else if (await store.FindByOrderAsync(orderId, cancellationToken) is not { } known)
            {
                // Only the id stood in the way: it is of a payment of another order, and the fingerprints can not be the same.
                throw DomainError.RequestIdReused();
            }
            else if (known.RequestId != key.Id)
            {
                throw DomainError.AlreadyExists(ResourceName.Format(Payment.Orders, orderId) + "/payment");
            }
            else if (!key.Hash.AsSpan().SequenceEqual(known.RequestHash))
            {
                throw DomainError.RequestIdReused();
            }
            else if (known.State != State.Pending && await requests.FindAsync(key, Proto.Parser, cancellationToken) is null)
            {
                // Answered so long ago that the answer was forgotten; what happened is not.
                return known.ToProto([]);
            }

            return await calls.WaitAsync(key, deadline, outcome, cancellationToken);
        }
        finally
        {
            outcomes.Forget(key.Id);
        }
    }

    private async Task<bool> InsertAsync(Intent intent, CancellationToken cancellationToken)
    {
        try
        {
            return await dataSource.InTransactionAsync(
                async (transaction, token) =>
                {
                    if (await StepStore.FindAsync(intent.Payment.RequestId!.Value, transaction.Connection!, token) is not null)
                    {
                        throw DomainError.RequestIdReused();
                    }

                    return (await PaymentStore.InsertAsync([intent], options.Lease, transaction, token)).Count > 0;
                },
                cancellationToken);
        }
        catch (PostgresException e) when (e is { SqlState: PostgresErrorCodes.UniqueViolation, ConstraintName: "payments_by_request" })
        {
            // Either another call of the same request was a moment faster, or the id is of a payment of another order.
            return false;
        }
    }
}
