using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;

namespace Suite.Tests.Component.Users.SignIn;

internal sealed class RefreshSessionTests : SignInFixture
{
    private Guid _user;
    private SessionTokens _first = null!;

    [SetUp]
    public async Task SignInAsync()
    {
        _user = await Room.AddUserAsync("ada@example.com");
        _first = await Room.SignInAsync("ada@example.com");
    }

    [Test]
    public async Task Each_token_is_good_once_and_the_session_lives_on()
    {
        var tokens = _first;
        for (var i = 0; i < 5; i++)
        {
            Room.Clock.Shift += TimeSpan.FromDays(20);
            await Room.Get<Suite.Users.Features.SigningKeys.SigningKeyRing>().KeepAsync(default);
            tokens = await Room.RefreshAsync(tokens.RefreshToken);
        }

        Assert.That(tokens.Session.Name, Is.EqualTo(_first.Session.Name));
        Assert.That(tokens.Session.CreateTime, Is.EqualTo(_first.Session.CreateTime));
        Assert.That((tokens.Session.ExpireTime - tokens.Session.RefreshTime).ToTimeSpan(), Is.EqualTo(TimeSpan.FromDays(30)));
        Room.Clock.Shift += TimeSpan.FromDays(31);
        await RefusedAsync(() => Room.RefreshAsync(tokens.RefreshToken), ErrorReason.RefreshTokenInvalid);
        Assert.That(await Room.EndsAsync(), Is.Empty);
    }

    [Test]
    public async Task A_replayed_token_ends_the_family_and_is_told_once()
    {
        var second = await Room.RefreshAsync(_first.RefreshToken);
        var third = await Room.RefreshAsync(second.RefreshToken);
        foreach (var token in new[] { _first, second, third, _first })
        {
            await RefusedAsync(() => Room.RefreshAsync(token.RefreshToken), ErrorReason.RefreshTokenInvalid);
        }

        var end = (await Room.EndsAsync()).Single();
        Assert.That((end.User, end.Session), Is.EqualTo(($"users/{_user}", _first.Session.Name)));
        Assert.That(end.Reason, Is.EqualTo(SessionEnded.Types.Reason.RefreshTokenReused));
        var revoked = (await Room.TrustAsync()).Revocations.Single();
        Assert.That(revoked.Subject, Is.EqualTo(_first.Session.Name));
        Assert.That(revoked.ExpireTime.ToDateTimeOffset(), Is.GreaterThan(third.AccessExpireTime.ToDateTimeOffset()));
    }

    [Test]
    public async Task A_caller_who_lost_the_answer_is_answered_again_and_nobody_is_signed_out()
    {
        var id = Guid.NewGuid().ToString();
        var lost = await Room.RefreshAsync(_first.RefreshToken, id);
        var again = await Room.RefreshAsync(_first.RefreshToken, id);
        Assert.That(again.RefreshToken, Is.Not.EqualTo(lost.RefreshToken));
        await Room.RefreshAsync(again.RefreshToken);
        Assert.That(await Room.EndsAsync(), Is.Empty);
    }

    [Test]
    public async Task One_token_in_many_calls_of_one_caller_at_once_is_no_theft()
    {
        var id = Guid.NewGuid().ToString();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Room.RefreshAsync(_first.RefreshToken, id)));
        var last = await Room.RefreshAsync(_first.RefreshToken, id);
        await Room.RefreshAsync(last.RefreshToken);
        Assert.That(await Room.EndsAsync(), Is.Empty);
    }

    [Test]
    public async Task One_token_in_the_hands_of_many_at_once_wins_once_at_most_and_ends_the_session()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ =>
        {
            try
            {
                return (await Room.RefreshAsync(_first.RefreshToken)).RefreshToken;
            }
            catch (DomainException e) when (e.Reason == ErrorReason.RefreshTokenInvalid)
            {
                return null;
            }
        }));

        var winner = outcomes.OfType<string>().Single();
        await RefusedAsync(() => Room.RefreshAsync(winner), ErrorReason.RefreshTokenInvalid);
        Assert.That(await Room.EndsAsync(), Has.Exactly(1).Items);
    }

    [Test]
    public async Task Nobody_ends_a_session_with_a_token_they_made_up()
    {
        var token = _first.RefreshToken;
        var madeUp = token[..^5] + (token[^5] == 'A' ? 'B' : 'A') + token[^4..];
        await RefusedAsync(() => Room.RefreshAsync(madeUp), ErrorReason.RefreshTokenInvalid);
        await RefusedAsync(() => Room.RefreshAsync("suite_refresh_x"), ErrorReason.RefreshTokenInvalid);
        await Room.RefreshAsync(token);
    }

    [Test]
    public async Task A_suspended_user_gets_no_further_token_even_from_a_session_that_was_missed()
    {
        await Room.ExecuteAsync("UPDATE users SET state = 2 WHERE id = $1", _user);
        await RefusedAsync(() => Room.RefreshAsync(_first.RefreshToken), ErrorReason.RefreshTokenInvalid);
    }

    [Test]
    public async Task No_token_is_kept_that_could_be_used()
    {
        var row = await Room.ScalarAsync<string>("SELECT sessions::text FROM sessions");
        Assert.That(row, Does.Not.Contain(_first.RefreshToken["suite_refresh_".Length..]));
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(_first.RefreshToken.AsSpan("suite_refresh_".Length));
        Assert.That(row, Does.Not.Contain(Convert.ToHexStringLower(bytes.AsSpan(24, 32))));
        Assert.That(row, Does.Contain(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(bytes))));
    }
}
