using Google.Protobuf;
using Google.Type;
using NUnit.Framework;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Security;
using Suite.Platform.Validation;
using Suite.Tests.Component.Orders;
using Payment = Suite.Contracts.Payments.V1.Payment;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Tests.Component.Payments.Steps;

/// <summary>Payments that are held, and calls that move their money, as the server takes them.</summary>
public abstract class StepFixture : PaymentFixture
{
    internal static Money Eur(decimal amount) => new MoneyAmount((long)(amount * 100), "EUR").ToProto();

    /// <summary>A payment of a new order that the replica's provider holds.</summary>
    internal async Task<string> AuthorizedAsync(
        PaymentReplica replica, long minorUnits = 10_000, string currency = "EUR", string token = "tok_visa", string? customer = null)
    {
        var order = Guid.CreateVersion7();
        await replica.HandleAsync(PaymentReplica.Placed(order, token, minorUnits, currency, customer));
        await UntilStateAsync(order, State.Authorized);
        return (await PaymentAsync(order)).Name;
    }

    /// <summary>The same, captured.</summary>
    internal async Task<string> CapturedAsync(PaymentReplica replica, long minorUnits = 10_000, string currency = "EUR", string token = "tok_visa")
    {
        var name = await AuthorizedAsync(replica, minorUnits, currency, token);
        await CaptureAsync(replica, name);
        return name;
    }

    internal static Task<Payment> CaptureAsync(
        PaymentReplica replica, string name, Money? amount = null, bool moreToFollow = false, string etag = "", string? id = null) => CallAsync(
        new CapturePaymentRequest { Name = name, Amount = amount, MoreToFollow = moreToFollow, Etag = etag, RequestId = id ?? NewId() },
        replica.Service.CapturePayment);

    internal static Task<Payment> VoidAsync(PaymentReplica replica, string name, string reason = "", string etag = "", string? id = null) => CallAsync(
        new VoidPaymentRequest { Name = name, Reason = reason, Etag = etag, RequestId = id ?? NewId() }, replica.Service.VoidPayment);

    internal static Task<Payment> RefundAsync(
        PaymentReplica replica, string name, Money? amount = null, string reason = "", string etag = "", string? id = null) => CallAsync(
        new RefundPaymentRequest { Name = name, Amount = amount, Reason = reason, Etag = etag, RequestId = id ?? NewId() },
        replica.Service.RefundPayment);

    internal static Task<Payment> GetAsync(PaymentReplica replica, string name, Caller? caller = null) =>
        CallAsync(new GetPaymentRequest { Name = name }, replica.Service.GetPayment, caller);

    /// <summary>A call: validated, and then handled.</summary>
    internal static async Task<TResponse> CallAsync<TRequest, TResponse>(
        TRequest request, Func<TRequest, Grpc.Core.ServerCallContext, Task<TResponse>> method, Caller? caller = null)
        where TRequest : IMessage
    {
        RequestValidator.Validate(request);
        return await method(request, new PlayedCall("test", CancellationToken.None, caller));
    }

    /// <summary>How a call fails.</summary>
    internal static async Task<DomainException> FailureAsync<T>(Func<Task<T>> call)
    {
        try
        {
            var answer = await call();
            throw new AssertionException($"It was answered with {answer}.");
        }
        catch (DomainException failure)
        {
            return failure;
        }
    }

    internal static string NewId() => Guid.NewGuid().ToString();

    internal static Guid IdOf(string name) => Guid.Parse(name.AsSpan(name.IndexOf('/') + 1));

    /// <summary>The names of a payment's events, in order.</summary>
    internal async Task<IReadOnlyList<string>> EventsOfAsync(string name) =>
        await EventsAsync(await Database.ScalarAsync<Guid>("SELECT order_id FROM payments WHERE id = $1", IdOf(name)));

    /// <summary>What is posted for a payment, pending and posted apart: account and balance, debits less credits.</summary>
    internal Task<IReadOnlyList<string>> BooksAsync(string name) => Database.ColumnAsync<string>(
        """
        SELECT CASE WHEN e.pending THEN 'pending ' ELSE '' END || regexp_replace(e.account, '[0-9a-f-]{36}', '*') || ' ' || sum(e.debit_minor - e.credit_minor)
        FROM ledger_entries e JOIN ledger_transactions t ON t.id = e.transaction_id
        WHERE t.source LIKE $1 || '/%' OR t.source IN (SELECT 'disputes/' || id FROM disputes WHERE payment_id::text = split_part($1, '/', 2))
        GROUP BY e.pending, e.account HAVING sum(e.debit_minor - e.credit_minor) <> 0 ORDER BY 1
        """,
        name);

    /// <summary>All that the database has about payments, so that a test can say that nothing changed.</summary>
    internal async Task<string> EverythingAsync() => string.Join('\n', await Database.ColumnAsync<string>(
        """
        SELECT row_to_json(p)::text FROM payments p UNION ALL SELECT row_to_json(s)::text FROM payment_steps s
        UNION ALL SELECT row_to_json(d)::text FROM disputes d UNION ALL SELECT row_to_json(e)::text FROM provider_events e
        UNION ALL SELECT row_to_json(t)::text FROM ledger_transactions t UNION ALL SELECT id::text FROM outbox
        ORDER BY 1
        """));
}
