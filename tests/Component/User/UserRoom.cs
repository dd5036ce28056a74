using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Platform.Validation;
using Suite.Tests.Component.Orders;
using Suite.Users;
using Suite.Users.Domain;
using Suite.Users.Features;
using Suite.Users.Features.Limits;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Component.Users;

/// <summary>
/// The User service as its door makes it, on an empty database in a real PostgreSQL. Order is played, passwords are hashed fast, and
/// the ends of sessions are written down. Rooms are opened one after another: they share the database, which the next one empties.
/// </summary>
internal sealed class UserRoom : IAsyncDisposable
{
    private const string Clear = "TRUNCATE users CASCADE; DELETE FROM idempotency; DELETE FROM outbox";

    private static readonly string s_database = $"user_{Guid.NewGuid():N}";
    private static bool s_migrated;

    private readonly WebApplication _app;

    private UserRoom(WebApplication app) => _app = app;

    /// <summary>A backend that keeps the directory.</summary>
    public static Caller Backend { get; } = new()
    {
        Kind = CallerKind.ApiKey,
        Name = $"apiKeys/{Guid.CreateVersion7()}",
        Scopes = new[] { "users.read", "users.write", "directory.read", "directory.write" }.ToFrozenSet(),
    };

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    public PlayedOrders Orders => (PlayedOrders)Get<OrderService.OrderServiceClient>();

    public NotedSessions Sessions => (NotedSessions)Get<ISessionEnder>();

    public NotedLimits Limits => (NotedLimits)Get<ISignInLimits>();

    public UserGrpcService Service => Get<UserGrpcService>();

    public static async Task<UserRoom> OpenAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, s_database);
        builder.Configuration["SUITE_POSTGRES"] = server.ConnectionString;
        builder.Configuration["SUITE_KAFKA"] = Servers.MockKafka.BootstrapServers;
        builder.Configuration["SUITE_REDIS"] = Servers.Redis.ConnectionString;
        builder.AddUsers();
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(_ => PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null));
        builder.Services.AddSingleton<OrderService.OrderServiceClient>(new PlayedOrders());
        builder.Services.AddSingleton<IPasswordHasher>(new FastHasher());
        builder.Services.AddSingleton<ISessionEnder>(new NotedSessions());
        builder.Services.AddSingleton<ISignInLimits>(new NotedLimits());
        builder.Services.AddSingleton(new MasterKey(new byte[32]));
        var room = new UserRoom(builder.Build());
        if (!s_migrated)
        {
            await room.Get<Migrator>().RunAsync(CancellationToken.None);
            await room.Get<IEnumerable<IHostedService>>().OfType<PartitionKeeper>().Single().KeepAsync(CancellationToken.None);
            s_migrated = true;
        }

        await room.ExecuteAsync(Clear);
        room.Get<PageTokens>().UseSecret(new byte[32]);
        return room;
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Somebody who is signed in.</summary>
    public static Caller SignedIn(string user) => new()
    {
        Kind = CallerKind.User,
        Name = user,
        Session = $"sessions/{Guid.CreateVersion7()}",
        Scopes = new[] { "users.read", "users.write" }.ToFrozenSet(),
    };

    /// <summary>A call as the service sees it: its request went through validation.</summary>
    public static ServerCallContext Call(Caller caller, IMessage request)
    {
        RequestValidator.Validate(request);
        var http = new DefaultHttpContext { Connection = { RemoteIpAddress = IPAddress.Loopback } };
        http.SetCaller(caller);
        var call = new PlayedCall("/suite.user.v1.UserService/Method", CancellationToken.None);
        call.UserState["__HttpContext"] = http;
        return call;
    }

    public Task<User> CreateAsync(string email, string displayName = "Ada", string password = "", string? requestId = null)
    {
        var request = new CreateUserRequest
        {
            RequestId = requestId ?? Guid.NewGuid().ToString(),
            User = new User { Email = email, DisplayName = displayName },
            Password = password,
        };
        return Service.CreateUser(request, Call(Backend, request));
    }

    public Task<User> GetAsync(string name, Caller? caller = null)
    {
        var request = new GetUserRequest { Name = name };
        return Service.GetUser(request, Call(caller ?? Backend, request));
    }

    public Task<User> UpdateAsync(UpdateUserRequest request, Caller? caller = null)
    {
        request.RequestId = request.RequestId.Length > 0 ? request.RequestId : Guid.NewGuid().ToString();
        return Service.UpdateUser(request, Call(caller ?? Backend, request));
    }

    public Task<User> SuspendAsync(string name, string etag = "", string? requestId = null)
    {
        var request = new SuspendUserRequest { Name = name, Etag = etag, RequestId = requestId ?? Guid.NewGuid().ToString() };
        return Service.SuspendUser(request, Call(Backend, request));
    }

    public Task<User> ReactivateAsync(string name)
    {
        var request = new ReactivateUserRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        return Service.ReactivateUser(request, Call(Backend, request));
    }

    public Task<User> DeleteAsync(string name, Caller? caller = null, string etag = "", string? requestId = null)
    {
        var request = new DeleteUserRequest { Name = name, Etag = etag, RequestId = requestId ?? Guid.NewGuid().ToString() };
        return Service.DeleteUser(request, Call(caller ?? Backend, request));
    }

    public async Task<long> CountAsync(string from)
    {
        await using var command = Database.CreateCommand($"SELECT count(*) FROM {from}");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>The types and payloads of a user's events, in order.</summary>
    public async Task<IReadOnlyList<(string Type, byte[] Payload)>> EventsAsync(string user)
    {
        await using var command = Database.CreateCommand("SELECT type, payload FROM outbox WHERE key = $1 ORDER BY id");
        command.Parameters.Add(new() { Value = user["users/".Length..] });
        await using var reader = await command.ExecuteReaderAsync();
        var events = new List<(string, byte[])>();
        while (await reader.ReadAsync())
        {
            events.Add((reader.GetString(0)["suite.user.v1.".Length..], reader.GetFieldValue<byte[]>(1)));
        }

        return events;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

/// <summary>Order, as far as User asks it.</summary>
internal sealed class PlayedOrders : OrderService.OrderServiceClient
{
    /// <summary>The orders of everybody.</summary>
    public ConcurrentBag<Order> All { get; } = [];

    /// <summary>What every call fails with.</summary>
    public StatusCode? Failure { get; set; }

    public override AsyncUnaryCall<ListOrdersResponse> ListOrdersAsync(
        ListOrdersRequest request, Metadata? headers = null, DateTime? deadline = null, CancellationToken cancellationToken = default) =>
        Played.Call(() =>
        {
            if (Failure is { } code)
            {
                throw new RpcException(new Status(code, "played"));
            }

            var terms = FilterParser.Parse(request.Filter).ToDictionary(term => term.Field, term => term.Value);
            var found = All.Where(o => o.Customer == terms["customer"] && o.State.ToString().Equals(terms["state"], StringComparison.OrdinalIgnoreCase));
            return new ListOrdersResponse { Orders = { found.Take(request.PageSize) } };
        });
}

/// <summary>Hashes without the cost.</summary>
internal sealed class FastHasher : IPasswordHasher
{
    public string Hash(string password) => $"fast:{Convert.ToHexString(System.Text.Encoding.UTF8.GetBytes(password))}";

    public bool Verify(string password, string hash, out bool rehash)
    {
        rehash = false;
        return hash == Hash(password);
    }
}

/// <summary>Writes down whose sessions were to be ended, once that is committed or not.</summary>
internal sealed class NotedSessions : ISessionEnder
{
    public ConcurrentQueue<(Guid User, SessionEnded.Types.Reason Reason, Guid? Except)> Ended { get; } = [];

    public Task EndAllAsync(
        Guid userId, SessionEnded.Types.Reason reason, Guid? exceptSession, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        Assert.That(transaction.Connection, Is.Not.Null, "in the transaction of the change");
        Ended.Enqueue((userId, reason, exceptSession));
        return Task.CompletedTask;
    }
}

/// <summary>Writes attempts down, and refuses them when it is told to.</summary>
internal sealed class NotedLimits : ISignInLimits
{
    public int Checked { get; private set; }

    public int Succeeded { get; private set; }

    public bool IsReached { get; set; }

    public ValueTask CheckAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken)
    {
        Checked++;
        return IsReached ? throw Suite.Platform.Errors.DomainError.RateLimited(TimeSpan.FromSeconds(7)) : ValueTask.CompletedTask;
    }

    public ValueTask SucceededAsync(CredentialUse use, string address, string account, CancellationToken cancellationToken)
    {
        Succeeded++;
        return ValueTask.CompletedTask;
    }
}
