using System.Security.Cryptography;
using Suite.Contracts.Users.V1;

namespace Suite.Users.Domain;

/// <summary>A refresh token as it was read: which session, which one of its family, and SHA-256 of it.</summary>
internal readonly record struct RefreshToken(Guid Session, long Generation, byte[] Hash);

/// <summary>What becomes of a refresh token that came.</summary>
internal enum RefreshVerdict
{
    /// <summary>It is of no use, and nothing else follows from it.</summary>
    Invalid,

    /// <summary>It is the newest: the next one takes its place.</summary>
    Rotate,

    /// <summary>It was used a moment ago by this very call, whose answer got lost: a fresh successor replaces the lost one.</summary>
    AnswerAgain,

    /// <summary>It was used before, so it is in two hands: the session ends.</summary>
    Reused,
}

/// <summary>A session with the state of its refresh tokens: the rules of their rotation.</summary>
/// <param name="Session">The session.</param>
/// <param name="UserState">The state of the user.</param>
/// <param name="Generation">The number of the newest token.</param>
/// <param name="Hash">SHA-256 of the newest token.</param>
/// <param name="PreviousHash">SHA-256 of the token that the newest was given for; null for the first.</param>
/// <param name="RotateRequest">The request that got the newest token.</param>
/// <param name="RotateTime">When the token before was used.</param>
internal sealed record RefreshFamily(
    UserSession Session,
    User.Types.State UserState,
    long Generation,
    byte[] Hash,
    byte[]? PreviousHash,
    Guid? RotateRequest,
    DateTimeOffset? RotateTime)
{
    /// <summary>Judges a token of this session that is known to have been made by this service.</summary>
    public RefreshVerdict Judge(RefreshToken token, Guid requestId, DateTimeOffset now, TimeSpan repeatWindow)
    {
        if (!Session.Lives(now) || UserState != User.Types.State.Active)
        {
            return RefreshVerdict.Invalid;
        }

        if (CryptographicOperations.FixedTimeEquals(token.Hash, Hash))
        {
            return RefreshVerdict.Rotate;
        }

        if (PreviousHash is not null && CryptographicOperations.FixedTimeEquals(token.Hash, PreviousHash)
            && RotateRequest == requestId && now - RotateTime <= repeatWindow)
        {
            return RefreshVerdict.AnswerAgain;
        }

        // A number not given out yet comes from a database that was set back: nobody's theft, but of no use either.
        return token.Generation < Generation ? RefreshVerdict.Reused : RefreshVerdict.Invalid;
    }

    /// <summary>The family with its next token.</summary>
    public RefreshFamily Next(byte[] hash, Guid requestId, byte[] presented, DateTimeOffset now, TimeSpan lifetime) => this with
    {
        Session = Session with { RefreshTime = now, ExpireTime = now + lifetime },
        Generation = Generation + 1,
        Hash = hash,
        PreviousHash = presented,
        RotateRequest = requestId,
        // Repetitions do not prolong the time in which they are answered.
        RotateTime = PreviousHash is not null && presented.AsSpan().SequenceEqual(PreviousHash) ? RotateTime : now,
    };

    /// <summary>The family with a token that replaces all before it, given out for a password.</summary>
    public RefreshFamily Anew(byte[] hash, DateTimeOffset now, TimeSpan lifetime) => this with
    {
        Session = Session with { RefreshTime = now, ExpireTime = now + lifetime },
        Generation = Generation + 1,
        Hash = hash,
        PreviousHash = null,
        RotateRequest = null,
        RotateTime = null,
    };
}
