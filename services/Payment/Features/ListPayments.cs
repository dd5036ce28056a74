using Google.Protobuf.Reflection;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Domain;
using Suite.Payments.Storage;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Payment = Suite.Payments.Domain.Payment;

namespace Suite.Payments.Features;

/// <summary>
/// Walks payments from the newest to the oldest, by key. Somebody who is signed in sees their own. A token belongs to its caller and query.
/// </summary>
internal sealed class ListPayments(PaymentStore store, PageTokens tokens)
{
    private static readonly FilterSchema Filters = new FilterSchema()
        .Resource("order", Payment.Orders, "order_id")
        .Resource("customer", Payment.Customers, "customer_id")
        .Enum("state", PaymentServiceReflection.Descriptor.FindTypeByName<MessageDescriptor>("Payment").EnumTypes[0], "state")
        .Text("provider_reference", "provider_reference")
        .Time("create_time", "create_time")
        .Time("update_time", "update_time");

    public async Task<ListPaymentsResponse> RunAsync(ListPaymentsRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = $"ListPayments {caller.Sight} {request.Filter}";
        var size = PageTokens.Size(request.PageSize);
        Guid? before = tokens.Decode(query, request.PageToken) is { } cursor ? Guid.ParseExact(cursor, "N") : null;
        var payments = await store.PageAsync(
            parameters => Filters.ToSql(request.Filter, parameters) + Own(caller, parameters), before, size + 1, cancellationToken);
        return new ListPaymentsResponse
        {
            Payments = { payments.Take(size).Select(p => p.ToProto()) },
            NextPageToken = payments.Count > size ? tokens.Encode(query, payments[size - 1].Id.ToString("N")) : string.Empty,
        };
    }

    /// <summary>The condition that leaves a caller what is theirs.</summary>
    internal static string Own(Caller caller, NpgsqlParameterCollection parameters)
    {
        if (!caller.SeesOnlyOwn)
        {
            return string.Empty;
        }

        parameters.Add(new() { Value = ResourceName.TryParseGuid(Payment.Customers, caller.Name, out var id) ? id : Guid.Empty });
        return $" AND customer_id = ${parameters.Count}";
    }
}
