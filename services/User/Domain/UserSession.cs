using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Users.V1;
using Suite.Platform.Naming;

namespace Suite.Users.Domain;

/// <summary>One sign-in of one user, as the record has it.</summary>
internal sealed record UserSession(
    Guid Id,
    Guid UserId,
    string UserAgent,
    DateTimeOffset CreateTime,
    DateTimeOffset RefreshTime,
    DateTimeOffset ExpireTime,
    DateTimeOffset? EndTime)
{
    public const string Collection = "sessions";

    private const int MostUserAgent = 200;

    public string Name => ResourceName.Format(Collection, Id);

    public string User => ResourceName.Format(UserAccount.Collection, UserId);

    public static UserSession Begin(Guid userId, string userAgent, DateTimeOffset now, TimeSpan lifetime) =>
        new(Guid.CreateVersion7(now), userId, Printable(userAgent), now, now, now + lifetime, null);

    public bool Lives(DateTimeOffset now) => EndTime is null && ExpireTime > now;

    public Session ToProto() => new()
    {
        Name = Name,
        User = User,
        UserAgent = UserAgent,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        RefreshTime = Timestamp.FromDateTimeOffset(RefreshTime),
        ExpireTime = Timestamp.FromDateTimeOffset(ExpireTime),
    };

    public static SessionEnded ToEndedEvent(Guid id, Guid userId, SessionEnded.Types.Reason reason, DateTimeOffset now) => new()
    {
        User = ResourceName.Format(UserAccount.Collection, userId),
        Session = ResourceName.Format(Collection, id),
        Reason = reason,
        EndTime = Timestamp.FromDateTimeOffset(now),
    };

    /// <summary>What a stranger sent, made fit to be stored and shown.</summary>
    private static string Printable(string text) => new([.. text.Where(c => c is >= ' ' and <= '~').Take(MostUserAgent)]);
}
