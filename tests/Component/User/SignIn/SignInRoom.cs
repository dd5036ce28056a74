using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Suite.Contracts.Trust.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Listing;
using Suite.Platform.Messaging;
using Suite.Platform.Postgres;
using Suite.Platform.Security;
using Suite.Users;
using Suite.Users.Domain;
using Suite.Users.Features;
using Suite.Users.Features.Passwords;
using Suite.Users.Features.Sessions;
using Suite.Users.Features.SigningKeys;
using Suite.Users.Features.Trust;
using Suite.Users.Storage;

namespace Suite.Tests.Component.Users.SignIn;

/// <summary>
/// A replica of the User service as its door makes it, over a real PostgreSQL and a real Redis, without its ports; passwords are hashed
/// with the least memory there may be. Rooms share a database, which <see cref="OpenAsync"/> empties and <see cref="JoinAsync"/> does not.
/// </summary>
internal sealed class SignInRoom : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private const string Clear =
        """
        TRUNCATE users CASCADE; DELETE FROM idempotency; DELETE FROM outbox; DELETE FROM api_keys; DELETE FROM signing_keys;
        DELETE FROM revocations; DELETE FROM fences; UPDATE trust_revision SET revision = 0
        """;

    private static readonly string s_database = $"sign_in_{Guid.NewGuid():N}";
    private static bool s_migrated;

    private readonly WebApplication _app;

    private SignInRoom(WebApplication app) => _app = app;

    public NpgsqlDataSource Database => Get<NpgsqlDataSource>();

    /// <summary>The time this replica believes in.</summary>
    public ShiftedClock Clock => (ShiftedClock)Get<TimeProvider>();

    public Argon2PasswordHasher Hasher => Get<Argon2PasswordHasher>();

    /// <summary>An address of its own, so that no test uses up another's attempts.</summary>
    public string Address { get; } = Guid.NewGuid().ToString("N");

    public static async Task<SignInRoom> OpenAsync(params (string Key, string Value)[] settings)
    {
        var room = Build(settings);
        if (!s_migrated)
        {
            await room.Get<Migrator>().RunAsync(CancellationToken.None);
            await room.Get<IEnumerable<IHostedService>>().OfType<PartitionKeeper>().Single().KeepAsync(CancellationToken.None);
            s_migrated = true;
        }

        await room.ExecuteAsync(Clear);
        await room.StartAsync();
        return room;
    }

    /// <summary>Another replica on what is there.</summary>
    public static async Task<SignInRoom> JoinAsync(params (string Key, string Value)[] settings)
    {
        var room = Build(settings);
        await room.StartAsync();
        return room;
    }

    /// <summary>A replica that has not looked at its keys yet.</summary>
    public static SignInRoom Build(params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var server = new DatabaseServer(Servers.Postgres.ConnectionString, s_database);
        builder.Configuration["SUITE_POSTGRES"] = server.ConnectionString;
        builder.Configuration["SUITE_KAFKA"] = Servers.MockKafka.BootstrapServers;
        builder.Configuration["SUITE_REDIS"] = Servers.Redis.ConnectionString;
        builder.Configuration["SUITE_ARGON2_MEMORY_KIB"] = "1024";
        builder.Configuration["SUITE_ARGON2_ITERATIONS"] = "1";
        foreach (var (key, value) in settings)
        {
            builder.Configuration[key] = value;
        }

        builder.AddUsers();
        builder.Services.AddSingleton(server);
        builder.Services.AddSingleton(_ => PostgresModule.CreateDataSource(server.ConnectionString, server.Database, null));
        builder.Services.AddSingleton(new MasterKey(new byte[32]));
        builder.Services.AddSingleton<TimeProvider>(new ShiftedClock());
        return new SignInRoom(builder.Build());
    }

    public T Get<T>()
        where T : notnull => _app.Services.GetRequiredService<T>();

    /// <summary>Somebody who is signed in.</summary>
    public static Caller SignedIn(Guid user, string? session = null) => new()
    {
        Kind = CallerKind.User,
        Name = $"users/{user}",
        Session = session,
        Scopes = AccessTokenIssuer.UserScopes.Split(' ').ToFrozenSet(),
    };

    /// <summary>A backend with some scopes.</summary>
    public static Caller Backend(params string[] scopes) => new()
    {
        Kind = CallerKind.ApiKey,
        Name = $"apiKeys/{Guid.CreateVersion7()}",
        Scopes = scopes.ToFrozenSet(),
    };

    public async Task<Guid> AddUserAsync(string email, string? password = Password, User.Types.State state = User.Types.State.Active)
    {
        var id = Guid.CreateVersion7();
        await ExecuteAsync(
            """
            INSERT INTO users (id, email, display_name, state, version, create_time, update_time)
            VALUES ($1, nullif($2, ''), 'Ada', $3, 1, now(), now())
            """,
            id,
            email,
            (short)state);
        if (password is not null)
        {
            await ExecuteAsync("INSERT INTO passwords (user_id, hash, changed_time) VALUES ($1, $2, now())", id, Hasher.Hash(password));
        }

        return id;
    }

    public Task<SessionTokens> SignInAsync(string email, string password = Password, string? requestId = null)
    {
        var request = new CreateSessionRequest { Email = email, Password = password, RequestId = requestId ?? Guid.NewGuid().ToString() };
        return Get<CreateSession>().RunAsync(request, Address, "tests/1", CancellationToken.None);
    }

    public Task<SessionTokens> RefreshAsync(string token, string? requestId = null) => Get<RefreshSession>().RunAsync(
        new RefreshSessionRequest { RefreshToken = token, RequestId = requestId ?? Guid.NewGuid().ToString() },
        Address,
        CancellationToken.None);

    public Task<GetTrustResponse> TrustAsync(long after = 0) =>
        Get<RecordTrustSource>().GetTrustAsync(new GetTrustRequest { AfterRevision = after }, CancellationToken.None);

    /// <summary>Suspends a user as UserService does: the state and the end of all sessions in one transaction.</summary>
    public Task SuspendAsync(Guid user, Func<Task>? beforeCommit = null) => Database.InTransactionAsync(
        async (transaction, token) =>
        {
            await Get<UserStore>().UpdateAsync(
                user,
                u => u with { State = User.Types.State.Suspended, Version = u.Version + 1 },
                transaction,
                token);
            await Get<ISessionEnder>().EndAllAsync(user, SessionEnded.Types.Reason.UserSuspended, null, transaction, token);
            await (beforeCommit?.Invoke() ?? Task.CompletedTask);
        },
        CancellationToken.None);

    public async Task ExecuteAsync(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> ScalarAsync<T>(string sql, params object[] values)
    {
        await using var command = Command(sql, values);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The ends of sessions that the outbox tells of, in order.</summary>
    public async Task<IReadOnlyList<SessionEnded>> EndsAsync()
    {
        const string Ends = "SELECT payload FROM outbox WHERE type = 'suite.user.v1.SessionEnded' ORDER BY id";
        await using var command = Database.CreateCommand(Ends);
        await using var reader = await command.ExecuteReaderAsync();
        var ends = new List<SessionEnded>();
        while (await reader.ReadAsync())
        {
            ends.Add(SessionEnded.Parser.ParseFrom(reader.GetFieldValue<byte[]>(0)));
        }

        return ends;
    }

    /// <summary>How many statements wait for a lock of this database.</summary>
    public Task<long> WaitingAsync() => ScalarAsync<long>(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task StartAsync()
    {
        Get<PageTokens>().UseSecret(new byte[32]);
        await Get<SigningKeyRing>().KeepAsync(CancellationToken.None);
    }

    private NpgsqlCommand Command(string sql, object[] values)
    {
        var command = Database.CreateCommand(sql);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return command;
    }
}

/// <summary>The system's time, some way into the future.</summary>
internal sealed class ShiftedClock : TimeProvider
{
    public TimeSpan Shift { get; set; }

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
}
