using Google.Protobuf.Reflection;
using Suite.Contracts.Users.V1;
using Suite.Platform.Listing;
using Suite.Platform.Security;
using Suite.Users.Domain;
using Suite.Users.Storage;

namespace Suite.Users.Features;

/// <summary>Walks the users that are not deleted, by key, in the order that is asked for. A token belongs to its caller and query.</summary>
internal sealed class ListUsers(UserStore store, PageTokens tokens)
{
    private const string CreateTime = "create_time";

    private static readonly FilterSchema Filters = new FilterSchema()
        .TextIgnoringCase(UserAccount.EmailField, "email")
        .Enum("state", UserServiceReflection.Descriptor.FindTypeByName<MessageDescriptor>("User").EnumTypes[0], "state")
        .Time(CreateTime, "create_time");

    private static readonly OrderSchema Orders = new(new SortOrder(CreateTime, Descending: true), CreateTime, UserAccount.EmailField);

    public async Task<ListUsersResponse> RunAsync(Caller caller, ListUsersRequest request, CancellationToken cancellationToken)
    {
        var order = Orders.Parse(request.OrderBy);
        var query = $"ListUsers {caller.Sight} {order} {request.Filter}";
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(query, request.PageToken) is { } cursor ? UserPosition.Parse(cursor, order) : null;
        var users = await store.PageAsync(
            order, after, parameters => Filters.ToSql(request.Filter, parameters), size + 1, cancellationToken);
        return new ListUsersResponse
        {
            Users = { users.Take(size).Select(user => user.ToProto()) },
            NextPageToken = users.Count > size ? tokens.Encode(query, UserPosition.Of(users[size - 1], order).Format(order)) : string.Empty,
        };
    }
}
