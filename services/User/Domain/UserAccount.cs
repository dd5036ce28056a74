using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Users.V1;
using Suite.Platform.Naming;

namespace Suite.Users.Domain;

/// <summary>A user as the record has it.</summary>
internal sealed record UserAccount(
    Guid Id,
    string Email,
    string DisplayName,
    User.Types.State State,
    long Version,
    DateTimeOffset CreateTime,
    DateTimeOffset UpdateTime)
{
    public const string Collection = "users";

    public static UserAccount Create(EmailAddress email, string displayName, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), email.Value, displayName, User.Types.State.Active, 1, now, now);

    public User ToProto() => new()
    {
        Name = ResourceName.Format(Collection, Id),
        Email = Email,
        DisplayName = DisplayName,
        State = State,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Etag = Version.ToString(CultureInfo.InvariantCulture),
    };

    public UserCreated ToCreatedEvent() => new()
    {
        User = ResourceName.Format(Collection, Id),
        Version = Version,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
    };
}
