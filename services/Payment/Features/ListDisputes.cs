using Google.Protobuf.Reflection;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Payments.Storage;
using Suite.Platform.Listing;
using Suite.Platform.Naming;
using Suite.Platform.Security;
using Payment = Suite.Payments.Domain.Payment;

namespace Suite.Payments.Features;

/// <summary>
/// Walks disputes from the newest to the oldest, by key. Somebody who is signed in sees those of their own payments. A token belongs to its
/// caller and query.
/// </summary>
internal sealed class ListDisputes(DisputeStore store, PageTokens tokens)
{
    private static readonly FilterSchema Filters = new FilterSchema()
        .Resource("payment", Payment.Collection, "payment_id")
        .Resource("order", Payment.Orders, "order_id")
        .Enum("state", PaymentServiceReflection.Descriptor.FindTypeByName<MessageDescriptor>("Dispute").EnumTypes[0], "state")
        .Time("create_time", "create_time");

    public async Task<ListDisputesResponse> RunAsync(ListDisputesRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var query = $"ListDisputes {caller.Sight} {request.Filter}";
        var size = PageTokens.Size(request.PageSize);
        Guid? before = tokens.Decode(query, request.PageToken) is { } cursor ? Guid.ParseExact(cursor, "N") : null;
        var disputes = await store.PageAsync(
            parameters => Filters.ToSql(request.Filter, parameters) + ListPayments.Own(caller, parameters),
            before,
            size + 1,
            cancellationToken);
        return new ListDisputesResponse
        {
            Disputes = { disputes.Take(size).Select(d => d.ToProto()) },
            NextPageToken = disputes.Count > size ? tokens.Encode(query, disputes[size - 1].Id.ToString("N")) : string.Empty,
        };
    }
}
