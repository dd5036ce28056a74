using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Suite.Contracts.Users.V1;
using Suite.Platform.Locking;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class SigningKeyTests : SignInFixture
{
    [Test]
    public async Task Replicas_that_start_at_once_make_one_key()
    {
        await Room.ExecuteAsync("DELETE FROM signing_keys");
        var replicas = Enumerable.Range(0, 4).Select(_ => SignInRoom.Build()).ToArray();
        try
        {
            await Task.WhenAll(replicas.Select(r => r.Get<SigningKeyRing>().KeepAsync(default)));
            Assert.That(replicas.Select(r => r.Get<SigningKeyRing>().Keys.Single().Kid).Distinct(), Has.Exactly(1).Items);
        }
        finally
        {
            await Task.WhenAll(replicas.Select(r => r.DisposeAsync().AsTask()));
        }
    }

    [Test]
    public async Task Keys_rotate_on_every_replica_and_nobody_is_signed_out()
    {
        await using var other = await SignInRoom.JoinAsync();
        await Room.AddUserAsync("ada@example.com");
        var old = await Room.SignInAsync("ada@example.com");

        // The next key is published, and does not sign yet.
        await ToAsync(other, TimeSpan.FromDays(30) - TimeSpan.FromMinutes(9));
        var published = (await Room.TrustAsync()).SigningKeys;
        Assert.That(published, Has.Count.EqualTo(2));
        var before = await other.RefreshAsync(old.RefreshToken);
        Assert.That(Kid(before), Is.EqualTo(Kid(old)));

        // It signs, and what the old one signed is still believed.
        await ToAsync(other, TimeSpan.FromDays(30) + TimeSpan.FromMinutes(2));
        var after = await Room.RefreshAsync(before.RefreshToken);
        Assert.That(Kid(after), Is.Not.EqualTo(Kid(old)).And.EqualTo(published[1].Kid));
        var keys = (await other.TrustAsync()).SigningKeys;
        Assert.That(keys, Is.EqualTo(published));
        Assert.That(await CreateSessionTests.ValidateAsync(before.AccessToken, keys), Is.True);
        Assert.That(await CreateSessionTests.ValidateAsync(after.AccessToken, keys), Is.True);

        // Its last token has expired, and it goes.
        await ToAsync(other, TimeSpan.FromDays(30) + TimeSpan.FromMinutes(20));
        Assert.That((await Room.TrustAsync()).SigningKeys.Select(k => k.Kid), Is.EqualTo(new[] { Kid(after) }));
        await Room.RefreshAsync(after.RefreshToken);
    }

    [Test]
    public async Task Anybody_fetches_the_public_keys_and_checks_a_token_with_them()
    {
        await Room.AddUserAsync("ada@example.com");
        var tokens = await Room.SignInAsync("ada@example.com");
        var (configuration, _) = await FetchAsync(WellKnown.WriteConfigurationAsync);
        var (keys, headers) = await FetchAsync(WellKnown.WriteKeysAsync);

        var discovered = JsonDocument.Parse(configuration).RootElement;
        Assert.That(discovered.GetProperty("jwks_uri").GetString(), Is.EqualTo("http://localhost:8101/.well-known/jwks.json"));
        Assert.That(keys, Does.Not.Contain("\"d\""));
        Assert.That(headers.CacheControl.ToString(), Is.EqualTo("public, max-age=300"));
        var valid = await new JsonWebTokenHandler().ValidateTokenAsync(tokens.AccessToken, new TokenValidationParameters
        {
            ValidIssuer = discovered.GetProperty("issuer").GetString(),
            ValidAudience = "suite",
            IssuerSigningKeys = new JsonWebKeySet(keys).GetSigningKeys(),
        });
        Assert.That(valid.IsValid, Is.True, valid.Exception?.Message);
    }

    [Test]
    public async Task Another_master_key_is_found_out_at_the_start()
    {
        var ring = new SigningKeyRing(
            Room.Get<Suite.Users.Storage.SigningKeyStore>(),
            new KeyVault(new MasterKey([9, .. new byte[31]])),
            Room.Get<SigningKeyOptions>(),
            Room.Get<ILocks>(),
            Room.Clock,
            NullLogger<SigningKeyRing>.Instance);
        using var keeper = new SigningKeyKeeper(
            ring, Room.Get<SigningKeyOptions>(), Room.Clock, NullLogger<SigningKeyKeeper>.Instance);
        Assert.That(() => keeper.StartAsync(default), Throws.InvalidOperationException.With.Message.Contains("SUITE_MASTER_KEY_FILE"));
    }

    [Test]
    public async Task A_replica_paused_past_its_lock_changes_no_keys()
    {
        var store = Room.Get<Suite.Users.Storage.SigningKeyStore>();
        await store.RotateAsync(_ => (null, []), ("signing-keys", long.MaxValue), default);
        var late = Suite.Users.Features.SigningKeys.SigningKey.Create(Room.Get<KeyVault>(), Room.Clock.GetUtcNow(), Room.Clock.GetUtcNow());
        Assert.That(() => store.RotateAsync(_ => (late, []), ("signing-keys", 1), default), Throws.TypeOf<FencingException>());
        Assert.That((await store.ListAsync(default)).Select(k => k.Kid), Does.Not.Contain(late.Kid));
    }

    private async Task<(string Body, IHeaderDictionary Headers)> FetchAsync(Func<HttpContext, Task> endpoint)
    {
        var http = new DefaultHttpContext { RequestServices = Room.Get<IServiceProvider>() };
        using var body = new MemoryStream();
        http.Response.Body = body;
        await endpoint(http);
        return (Encoding.UTF8.GetString(body.ToArray()), http.Response.Headers);
    }

    private static string Kid(SessionTokens tokens) => new JsonWebToken(tokens.AccessToken).Kid;

    private async Task ToAsync(SignInRoom other, TimeSpan shift)
    {
        foreach (var room in new[] { Room, other, Room })
        {
            room.Clock.Shift = shift;
            await room.Get<SigningKeyRing>().KeepAsync(default);
        }
    }
}
