using System.Globalization;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Errors;
using Suite.Platform.Naming;
using State = Suite.Contracts.Users.V1.User.Types.State;

namespace Suite.Users.Domain;

/// <summary>
/// A user as the record has it, and its rules: ACTIVE to SUSPENDED and back, and from either to DELETED, which is the end. Every
/// change raises the version by one and is one event; what changes nothing is neither.
/// </summary>
/// <param name="Id">A UUIDv7.</param>
/// <param name="Email">The address as it was given; empty once it is erased.</param>
/// <param name="DisplayName">The name to show; empty once it is erased.</param>
/// <param name="State">The state.</param>
/// <param name="Version">From 1.</param>
/// <param name="CreateTime">In UTC.</param>
/// <param name="UpdateTime">In UTC.</param>
internal sealed record UserAccount(
    Guid Id,
    string Email,
    string DisplayName,
    State State,
    long Version,
    DateTimeOffset CreateTime,
    DateTimeOffset UpdateTime)
{
    public const string Collection = "users";
    public const string EmailField = "email";
    public const string DisplayNameField = "display_name";

    public string Name => ResourceName.Format(Collection, Id);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    public bool IsDeleted => State == State.Deleted;

    public static UserAccount Create(EmailAddress email, string displayName, DateTimeOffset now) =>
        new(Guid.CreateVersion7(now), email.Value, displayName, State.Active, 1, now, now);

    /// <summary>Holds the user to the etag that was read; an empty one asks for nothing.</summary>
    /// <exception cref="DomainException">ABORTED (ETAG_MISMATCH).</exception>
    public UserAccount Match(string etag) => etag.Length == 0 || etag == Etag ? this : throw DomainError.EtagMismatch(Name);

    /// <summary>Gives the user another address or name; null keeps the one there is.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (USER_STATE_CONFLICT) when the user is deleted.</exception>
    public UserAccount Update(EmailAddress? email, string? displayName, DateTimeOffset now)
    {
        var updated = Alive("updated") with { Email = email?.Value ?? Email, DisplayName = displayName ?? DisplayName };
        return updated == this ? this : updated.Next(now);
    }

    /// <summary>Keeps the user out. Changes nothing when that is so already.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (USER_STATE_CONFLICT) when the user is deleted.</exception>
    public UserAccount Suspend(DateTimeOffset now) =>
        Alive("suspended").State == State.Suspended ? this : (this with { State = State.Suspended }).Next(now);

    /// <summary>Lets the user in again. Changes nothing when that is so already.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (USER_STATE_CONFLICT) when the user is deleted.</exception>
    public UserAccount Reactivate(DateTimeOffset now) =>
        Alive("reactivated").State == State.Active ? this : (this with { State = State.Active }).Next(now);

    /// <summary>Erases what is personal, for good. Changes nothing when that is done already.</summary>
    public UserAccount Delete(DateTimeOffset now) =>
        IsDeleted ? this : (this with { State = State.Deleted, Email = string.Empty, DisplayName = string.Empty }).Next(now);

    /// <summary>The event that tells what made this user out of the one <paramref name="before"/>; null of a user that is new.</summary>
    public IMessage ToEvent(UserAccount? before)
    {
        var time = Timestamp.FromDateTimeOffset(UpdateTime);
        return (before?.State, State) switch
        {
            (null, _) => new UserCreated { User = Name, Version = Version, CreateTime = time },
            var (was, @is) when was == @is =>
                new UserUpdated { User = Name, Version = Version, UpdateTime = time, UpdatedFields = { FieldsThatDiffer(before!) } },
            (_, State.Suspended) => new UserSuspended { User = Name, Version = Version, SuspendTime = time },
            (_, State.Active) => new UserReactivated { User = Name, Version = Version, ReactivateTime = time },
            (_, State.Deleted) => new UserDeleted { User = Name, Version = Version, DeleteTime = time },
            _ => throw new InvalidOperationException($"No event tells of {State}."),
        };
    }

    public User ToProto() => new()
    {
        Name = Name,
        Email = Email,
        DisplayName = DisplayName,
        State = State,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        UpdateTime = Timestamp.FromDateTimeOffset(UpdateTime),
        Etag = Etag,
    };

    /// <summary>This user.</summary>
    /// <exception cref="DomainException">FAILED_PRECONDITION (USER_STATE_CONFLICT) when it is deleted.</exception>
    public UserAccount Alive(string step) => IsDeleted
        ? throw DomainError.FailedPrecondition(ErrorReason.UserStateConflict, Name, $"The user is DELETED and can not be {step}.")
        : this;

    private IEnumerable<string> FieldsThatDiffer(UserAccount before)
    {
        if (Email != before.Email)
        {
            yield return EmailField;
        }

        if (DisplayName != before.DisplayName)
        {
            yield return DisplayNameField;
        }
    }

    // Clocks of replicas differ; the times of one user never run backwards.
    private UserAccount Next(DateTimeOffset now) => this with { Version = Version + 1, UpdateTime = now > UpdateTime ? now : UpdateTime };
}
