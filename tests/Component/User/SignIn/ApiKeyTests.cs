using System.Security.Cryptography;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Trust.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Idempotency;
using Suite.Platform.Security;
using Suite.Users.Features.ApiKeys;
using Suite.Users.Features.Trust;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class ApiKeyTests : SignInFixture
{
    private readonly Caller _admin = SignInRoom.Backend("apikeys.read", "apikeys.write", "orders.read", "orders.write");

    [Test]
    public async Task A_key_is_shown_once_and_answers_its_repeated_call_without_being_kept()
    {
        var request = Request("orders.read");
        var made = await CreateAsync(request, _admin);
        var again = await CreateAsync(request, _admin);

        Assert.That(again, Is.EqualTo(made));
        Assert.That((made.ApiKey.State, made.ApiKey.Creator), Is.EqualTo((ApiKey.Types.State.Active, _admin.Name)));
        Assert.That(made.Secret, Does.StartWith(made.ApiKey.Prefix));
        var grant = await FindAsync(made.Secret);
        Assert.That((grant!.Name, grant.Scopes.Single()), Is.EqualTo((made.ApiKey.Name, "orders.read")));
        // Nowhere in the database, as text or as bytes.
        foreach (var rows in new[] { "api_keys", "idempotency" })
        {
            var text = await Room.ScalarAsync<string>($"SELECT string_agg(t::text, ' ') FROM {rows} t");
            var bytes = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(made.Secret[16..]));
            Assert.That(text, Does.Not.Contain(made.Secret[16..]).And.Not.Contain(bytes));
        }
    }

    [Test]
    public async Task Nobody_gets_another_callers_secret_by_the_same_request()
    {
        var request = Request("orders.read");
        await CreateAsync(request, _admin);
        await RefusedAsync(() => CreateAsync(request, SignInRoom.Backend("apikeys.write", "orders.read")), ErrorReason.RequestIdReused);
    }

    [Test]
    public async Task Nobody_gives_what_they_do_not_have_and_what_nobody_can_have()
    {
        var missing = await RefusedAsync(() => CreateAsync(Request("orders.read", "directory.write"), _admin), ErrorReason.ScopeMissing);
        Assert.That(missing.Details["scope"], Is.EqualTo("directory.write"));
        var service = SignInRoom.Backend("trust.read", "orders.read");
        var none = await RefusedAsync(() => CreateAsync(Request("orders.read", "trust.read"), service), ErrorReason.InvalidRequest);
        Assert.That(none.Fields.Single().Field, Is.EqualTo("api_key.scopes[1]"));
        var late = Request("orders.read");
        late.ApiKey.ExpireTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddSeconds(-1));
        await RefusedAsync(() => CreateAsync(late, _admin), ErrorReason.InvalidRequest);
        Assert.That(await Room.ScalarAsync<long>("SELECT count(*) FROM api_keys"), Is.Zero);
    }

    [Test]
    public async Task A_revoked_key_is_refused_everywhere_for_good()
    {
        var made = await CreateAsync(Request("orders.read"), _admin);
        var revoked = await RevokeAsync(made.ApiKey.Name);
        Assert.That(revoked.State, Is.EqualTo(ApiKey.Types.State.Revoked));
        Assert.That((await RevokeAsync(made.ApiKey.Name)).State, Is.EqualTo(ApiKey.Types.State.Revoked));

        Assert.That(await FindAsync(made.Secret), Is.Null);
        var revocation = (await Room.TrustAsync()).Revocations.Single();
        Assert.That((revocation.Subject, revocation.ExpireTime), Is.EqualTo((made.ApiKey.Name, (Timestamp?)null)));
        await RefusedAsync(() => RevokeAsync($"apiKeys/{Guid.CreateVersion7()}"), ErrorReason.ResourceNotFound);
    }

    [Test]
    public async Task An_expired_key_is_refused_and_shown_as_such()
    {
        var request = Request("orders.read");
        request.ApiKey.ExpireTime = Timestamp.FromDateTimeOffset(DateTimeOffset.UtcNow.AddHours(1));
        var made = await CreateAsync(request, _admin);
        Assert.That((await FindAsync(made.Secret))!.ExpireTime, Is.EqualTo(made.ApiKey.ExpireTime));
        Room.Clock.Shift = TimeSpan.FromHours(2);
        Assert.That(await FindAsync(made.Secret), Is.Null);
        Assert.That((await ListAsync()).ApiKeys.Single().State, Is.EqualTo(ApiKey.Types.State.Expired));
    }

    [Test]
    public async Task Keys_are_listed_newest_first_by_pages()
    {
        var names = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            names.Insert(0, (await CreateAsync(Request("orders.read"), _admin)).ApiKey.Name);
        }

        var first = await ListAsync(2);
        var second = await ListAsync(2, first.NextPageToken);
        Assert.That(first.ApiKeys.Concat(second.ApiKeys).Select(k => k.Name), Is.EqualTo(names));
        Assert.That(second.NextPageToken, Is.Empty);
    }

    [Test]
    public async Task The_last_use_is_known_to_the_minute_and_written_once_a_minute()
    {
        var made = await CreateAsync(Request("orders.read"), _admin);
        await using var other = await SignInRoom.JoinAsync();
        Assert.That((await ListAsync()).ApiKeys.Single().LastUseTime, Is.Null);

        // The clock stands at the begin of a minute, so that the uses below fall into one.
        var now = Room.Clock.GetUtcNow();
        Room.Clock.Shift = other.Clock.Shift = TimeSpan.FromTicks(TimeSpan.TicksPerMinute - (now.Ticks % TimeSpan.TicksPerMinute));
        for (var i = 0; i < 3; i++)
        {
            await FindAsync(made.Secret);
            await FindAsync(made.Secret, other);
            await Room.Get<ApiKeyUses>().WriteAsync(default);
            await other.Get<ApiKeyUses>().WriteAsync(default);
        }

        var used = (await ListAsync()).ApiKeys.Single().LastUseTime;
        Assert.That(used.ToDateTimeOffset(), Is.EqualTo(now + Room.Clock.Shift).Within(TimeSpan.FromMinutes(1)));
        Assert.That(used.Seconds % 60, Is.Zero);
        Assert.That(await WrittenAgainAsync(used), Is.Zero);
    }

    [Test]
    public async Task Replicas_that_start_at_once_make_one_administrator()
    {
        await using var other = await SignInRoom.JoinAsync();
        var secret = NewSecret();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Administrator(i % 2 == 0 ? Room : other).EnsureAsync(secret, default)));

        Assert.That(await Room.ScalarAsync<long>("SELECT count(*) FROM api_keys"), Is.EqualTo(1));
        var grant = await FindAsync(secret);
        Assert.That(grant!.Scopes, Is.EquivalentTo(MethodPolicies.GrantableScopes));
    }

    [Test]
    public async Task Another_administrators_secret_takes_the_place_of_the_one_before()
    {
        var (first, second) = (NewSecret(), NewSecret());
        await Administrator(Room).EnsureAsync(first, default);
        var name = (await FindAsync(first))!.Name;
        await Administrator(Room).EnsureAsync(second, default);

        Assert.That(await FindAsync(first), Is.Null);
        Assert.That(await FindAsync(second), Is.Not.Null);
        Assert.That((await Room.TrustAsync()).Revocations.Single().Subject, Is.EqualTo(name));

        // One that was revoked stays so, whatever the file says.
        await RevokeAsync((await FindAsync(second))!.Name);
        await Administrator(Room).EnsureAsync(second, default);
        Assert.That(await FindAsync(second), Is.Null);
    }

    private static AdministratorKey Administrator(SignInRoom room) =>
        room.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<AdministratorKey>().Single();

    private static string NewSecret() => Suite.Users.Domain.BackendKey.Secret(RandomNumberGenerator.GetBytes(32));

    private static CreateApiKeyRequest Request(params string[] scopes) => new()
    {
        RequestId = Guid.NewGuid().ToString(),
        ApiKey = new ApiKey { DisplayName = "tests", Scopes = { scopes } },
    };

    private Task<CreateApiKeyResponse> CreateAsync(CreateApiKeyRequest request, Caller caller) => Room.Get<CreateApiKey>().RunAsync(
        RequestKey.Of($"CreateApiKey {caller.Name}", request.RequestId, request, caller), request.ApiKey, caller, CancellationToken.None);

    private Task<ApiKey> RevokeAsync(string name)
    {
        var request = new RevokeApiKeyRequest { Name = name, RequestId = Guid.NewGuid().ToString() };
        return Room.Get<RevokeApiKey>().RunAsync(
            RequestKey.Of("RevokeApiKey", request.RequestId, request, _admin),
            Guid.Parse(name["apiKeys/".Length..]),
            CancellationToken.None);
    }

    private Task<ListApiKeysResponse> ListAsync(int size = 0, string token = "") =>
        Room.Get<ListApiKeys>().RunAsync(new ListApiKeysRequest { PageSize = size, PageToken = token }, CancellationToken.None);

    private Task<ApiKeyGrant?> FindAsync(string secret, SignInRoom? room = null) => (room ?? Room).Get<RecordTrustSource>().FindApiKeyAsync(
        new GetApiKeyGrantRequest { SecretHash = ByteString.CopyFrom(SHA256.HashData(Encoding.UTF8.GetBytes(secret))) },
        CancellationToken.None);

    private Task<int> WrittenAgainAsync(Timestamp minute) => Room.Get<Suite.Users.Storage.ApiKeyStore>().UsedAsync(
        [new(Room.ScalarAsync<Guid>("SELECT id FROM api_keys").Result, minute.ToDateTimeOffset())], CancellationToken.None);
}
