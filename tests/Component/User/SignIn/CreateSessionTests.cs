using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Users.Features.SigningKeys;
using SigningKey = Suite.Contracts.Trust.V1.SigningKey;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class CreateSessionTests : SignInFixture
{
    [Test]
    public async Task Whoever_signs_in_gets_a_token_that_every_service_can_check()
    {
        var user = await Room.AddUserAsync("Ada@Example.com");
        var tokens = await Room.SignInAsync("ada@example.COM");

        Assert.That(tokens.Session.User, Is.EqualTo($"users/{user}"));
        Assert.That(tokens.Session.UserAgent, Is.EqualTo("tests/1"));
        var token = new JsonWebToken(tokens.AccessToken);
        Assert.That((token.Alg, token.Typ), Is.EqualTo(("ES256", "at+jwt")));
        Assert.That((token.Subject, token.GetClaim("sid").Value), Is.EqualTo(($"users/{user}", tokens.Session.Name)));
        Assert.That(token.GetClaim("scope").Value, Is.EqualTo(AccessTokenIssuer.UserScopes));
        Assert.That(token.ValidTo, Is.EqualTo(tokens.AccessExpireTime.ToDateTime()));
        Assert.That(token.ValidTo - token.IssuedAt, Is.EqualTo(TimeSpan.FromMinutes(5)));
        Assert.That(await ValidateAsync(tokens.AccessToken, (await Room.TrustAsync()).SigningKeys), Is.True);
    }

    [Test]
    public async Task Every_way_to_be_refused_gets_one_answer_after_one_hashing()
    {
        await Room.AddUserAsync("ada@example.com");
        await Room.AddUserAsync("suspended@example.com", state: User.Types.State.Suspended);
        await Room.AddUserAsync("deleted@example.com", state: User.Types.State.Deleted);
        await Room.AddUserAsync("nothing@example.com", password: null);
        var answers = new List<Google.Rpc.Status>();
        foreach (var (email, password) in new[]
        {
            ("nobody@example.com", SignInRoom.Password),
            ("ada@example.com", "wrong horse battery"),
            ("suspended@example.com", SignInRoom.Password),
            ("suspended@example.com", "wrong horse battery"),
            ("deleted@example.com", SignInRoom.Password),
            ("nothing@example.com", SignInRoom.Password),
            ("no address at all", SignInRoom.Password),
        })
        {
            var before = Room.Hasher.Hashings;
            var refused = await RefusedAsync(() => Room.SignInAsync(email, password), ErrorReason.SignInRefused);
            Assert.That(Room.Hasher.Hashings - before, Is.EqualTo(1), email);
            answers.Add(refused.ToStatus());
        }

        Assert.That(answers.Distinct(), Has.Exactly(1).Items);
        Assert.That(await Room.ScalarAsync<long>("SELECT count(*) FROM sessions"), Is.Zero);
    }

    [Test]
    public async Task A_sign_in_that_is_repeated_happens_once_and_its_lost_tokens_are_void()
    {
        await Room.AddUserAsync("ada@example.com");
        var id = Guid.NewGuid().ToString();
        var lost = await Room.SignInAsync("ada@example.com", requestId: id);
        var again = await Room.SignInAsync("ada@example.com", requestId: id);

        Assert.That(again.Session.Name, Is.EqualTo(lost.Session.Name));
        Assert.That(await Room.ScalarAsync<long>("SELECT count(*) FROM sessions"), Is.EqualTo(1));
        again = await Room.RefreshAsync(again.RefreshToken);
        await RefusedAsync(() => Room.RefreshAsync(lost.RefreshToken), ErrorReason.RefreshTokenInvalid);
    }

    [Test]
    public async Task A_request_id_signs_in_nobody_else_and_no_second_time_after_the_end()
    {
        var ada = await Room.AddUserAsync("ada@example.com");
        await Room.AddUserAsync("bob@example.com");
        var id = Guid.NewGuid().ToString();
        await Room.SignInAsync("ada@example.com", requestId: id);
        await RefusedAsync(() => Room.SignInAsync("bob@example.com", requestId: id), ErrorReason.RequestIdReused);
        await RefusedAsync(() => Room.SignInAsync("ada@example.com", "wrong horse battery", id), ErrorReason.SignInRefused);
        await Room.ExecuteAsync("UPDATE sessions SET end_time = now() WHERE user_id = $1", ada);
        await RefusedAsync(() => Room.SignInAsync("ada@example.com", requestId: id), ErrorReason.RequestIdReused);
    }

    [Test]
    public async Task A_hash_rises_with_the_parameters_at_the_next_sign_in()
    {
        var user = await Room.AddUserAsync("ada@example.com");
        await using var stronger = await SignInRoom.JoinAsync(("SUITE_ARGON2_ITERATIONS", "2"));
        await RefusedAsync(() => stronger.SignInAsync("ada@example.com", "wrong horse battery"), ErrorReason.SignInRefused);
        Assert.That(await HashAsync(user), Does.Contain("t=1"));
        await stronger.SignInAsync("ada@example.com");
        Assert.That(await HashAsync(user), Does.Contain("t=2"));
        await Room.SignInAsync("ada@example.com");
        Assert.That(await HashAsync(user), Does.Contain("t=2"));
    }

    [Test]
    public async Task No_session_begins_behind_the_back_of_a_suspension()
    {
        var user = await Room.AddUserAsync("ada@example.com");
        Task<SessionTokens>? signIn = null;
        await Room.SuspendAsync(user, async () =>
        {
            // It has found the user active, and waits for the row.
            signIn = Room.SignInAsync("ada@example.com");
            await Eventually.That(Room.WaitingAsync, Is.EqualTo(1));
        });

        await RefusedAsync(() => signIn!, ErrorReason.SignInRefused);
        Assert.That(await Room.ScalarAsync<long>("SELECT count(*) FROM sessions"), Is.Zero);
    }

    private Task<string> HashAsync(Guid user) => Room.ScalarAsync<string>("SELECT hash FROM passwords WHERE user_id = $1", user);

    internal static async Task<bool> ValidateAsync(string token, IEnumerable<SigningKey> keys)
    {
        var result = await new JsonWebTokenHandler().ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = "http://localhost:8101",
            ValidAudience = AccessTokenIssuer.Audience,
            ValidTypes = ["at+jwt"],
            ValidAlgorithms = ["ES256"],
            LifetimeValidator = (_, _, _, _) => true,
            IssuerSigningKeys = keys.Select(key => new ECDsaSecurityKey(ECDsa.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = key.X.ToByteArray(), Y = key.Y.ToByteArray() },
            }))
            {
                KeyId = key.Kid,
            }),
        });
        return result.IsValid;
    }
}
