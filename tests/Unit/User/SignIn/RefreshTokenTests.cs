using Suite.Contracts.Users.V1;
using Suite.Users.Domain;
using Suite.Users.Features.Sessions;
using Suite.Users.Features.SigningKeys;

namespace Suite.Tests.Unit.Users.SignIn;

internal sealed class RefreshTokenTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(60);
    private static readonly Guid Request = Guid.NewGuid();

    private readonly RefreshTokens _tokens = new(new MasterKey(new byte[32]));
    private readonly UserSession _session = UserSession.Begin(Guid.NewGuid(), "tests/1", Now, Lifetime);

    [Test]
    public void A_token_says_whose_it_is_and_is_long_enough_never_to_be_guessed()
    {
        var (token, hash) = _tokens.Create(_session.Id, 7);
        Assert.That(token, Does.Match("^suite_refresh_[A-Za-z0-9_-]{96}$"));
        var read = _tokens.Read(token);
        Assert.That(read, Is.Not.Null);
        Assert.That((read!.Value.Session, read.Value.Generation), Is.EqualTo((_session.Id, 7L)));
        Assert.That(read.Value.Hash, Is.EqualTo(hash).And.Length.EqualTo(32));
        Assert.That(_tokens.Create(_session.Id, 7).Token, Is.Not.EqualTo(token));
    }

    [Test]
    public void A_token_that_was_changed_anywhere_is_none()
    {
        var (token, _) = _tokens.Create(_session.Id, 1);
        for (var i = 0; i < token.Length; i++)
        {
            var changed = token[..i] + (token[i] == 'A' ? 'B' : 'A') + token[(i + 1)..];
            Assert.That(_tokens.Read(changed), Is.Null, changed);
        }
    }

    [TestCase("")]
    [TestCase("suite_refresh_")]
    [TestCase("suite_refresh_AAAA")]
    [TestCase("suite_refresh_ÄÖÜ")]
    [TestCase("not a token")]
    public void What_is_no_token_is_not_read(string text) => Assert.That(_tokens.Read(text), Is.Null);

    [Test]
    public void A_token_of_another_master_key_is_none() =>
        Assert.That(new RefreshTokens(new MasterKey([1, .. new byte[31]])).Read(_tokens.Create(_session.Id, 1).Token), Is.Null);

    [Test]
    public void The_newest_token_rotates_and_every_older_one_is_theft()
    {
        var (family, first) = Begin();
        var (second, secondToken) = Turn(family, first, Request, Now);
        var (third, thirdToken) = Turn(second, secondToken, Guid.NewGuid(), Now);
        var other = Guid.NewGuid();

        Assert.That(family.Judge(first, Request, Now, Window), Is.EqualTo(RefreshVerdict.Rotate));
        Assert.That(second.Judge(first, other, Now, Window), Is.EqualTo(RefreshVerdict.Reused));
        Assert.That(third.Judge(thirdToken, other, Now, Window), Is.EqualTo(RefreshVerdict.Rotate));
        Assert.That(third.Judge(secondToken, other, Now, Window), Is.EqualTo(RefreshVerdict.Reused));
        Assert.That(third.Judge(first, other, Now, Window), Is.EqualTo(RefreshVerdict.Reused));
        // Its successor was used, so that the answer was not lost.
        Assert.That(third.Judge(first, Request, Now, Window), Is.EqualTo(RefreshVerdict.Reused));
    }

    [TestCase(0, RefreshVerdict.AnswerAgain)]
    [TestCase(60, RefreshVerdict.AnswerAgain)]
    [TestCase(61, RefreshVerdict.Reused)]
    public void A_lost_answer_is_given_again_for_a_minute(int seconds, object expected)
    {
        var (family, first) = Begin();
        var (second, _) = Turn(family, first, Request, Now);
        Assert.That(second.Judge(first, Request, Now.AddSeconds(seconds), Window), Is.EqualTo(expected));
    }

    [Test]
    public void Repetitions_do_not_prolong_that_minute_and_void_the_answers_before()
    {
        var (family, first) = Begin();
        var (second, lost) = Turn(family, first, Request, Now);
        var (again, _) = Turn(second, first, Request, Now.AddSeconds(50));

        Assert.That(again.Judge(first, Request, Now.AddSeconds(59), Window), Is.EqualTo(RefreshVerdict.AnswerAgain));
        Assert.That(again.Judge(first, Request, Now.AddSeconds(61), Window), Is.EqualTo(RefreshVerdict.Reused));
        Assert.That(again.Judge(lost, Guid.NewGuid(), Now.AddSeconds(51), Window), Is.EqualTo(RefreshVerdict.Reused));
    }

    [Test]
    public void A_token_of_a_session_that_is_over_is_of_no_use_and_tells_nothing()
    {
        var (family, first) = Begin();
        Assert.That(family.Judge(first, Request, Now + Lifetime, Window), Is.EqualTo(RefreshVerdict.Invalid));
        var ended = family with { Session = family.Session with { EndTime = Now } };
        Assert.That(ended.Judge(first, Request, Now, Window), Is.EqualTo(RefreshVerdict.Invalid));
    }

    [TestCase(User.Types.State.Suspended)]
    [TestCase(User.Types.State.Deleted)]
    public void A_token_of_a_user_who_may_not_sign_in_is_of_no_use(User.Types.State state)
    {
        var (family, first) = Begin();
        Assert.That((family with { UserState = state }).Judge(first, Request, Now, Window), Is.EqualTo(RefreshVerdict.Invalid));
    }

    [Test]
    public void A_token_newer_than_the_record_comes_from_a_database_set_back_and_is_no_theft()
    {
        var (family, first) = Begin();
        var (_, newer) = Turn(family, first, Request, Now);
        Assert.That(family.Judge(newer, Request, Now, Window), Is.EqualTo(RefreshVerdict.Invalid));
    }

    private (RefreshFamily Family, RefreshToken Token) Begin()
    {
        var (token, hash) = _tokens.Create(_session.Id, 1);
        return (new RefreshFamily(_session, User.Types.State.Active, 1, hash, null, null, null), _tokens.Read(token)!.Value);
    }

    private (RefreshFamily Family, RefreshToken Token) Turn(RefreshFamily family, RefreshToken presented, Guid request, DateTimeOffset now)
    {
        var (token, hash) = _tokens.Create(_session.Id, family.Generation + 1);
        return (family.Next(hash, request, presented.Hash, now, Lifetime), _tokens.Read(token)!.Value);
    }
}
