using System.Globalization;
using Npgsql;
using Suite.Platform.Listing;
using Suite.Users.Domain;

namespace Suite.Users.Storage;

/// <summary>Where a page of users ended: what the list is ordered by, of its last user.</summary>
internal sealed record UserPosition
{
    private readonly DateTimeOffset _createTime;
    private readonly Guid _id;
    private readonly string _email = string.Empty;

    private UserPosition(DateTimeOffset createTime, Guid id) => (_createTime, _id) = (createTime, id);

    private UserPosition(string email) => _email = email;

    public static UserPosition Of(UserAccount user, SortOrder order) =>
        order.Field == UserAccount.EmailField ? new UserPosition(user.Email) : new UserPosition(user.CreateTime, user.Id);

    /// <summary>Reads what <see cref="Format"/> wrote for the same order.</summary>
    public static UserPosition Parse(string text, SortOrder order)
    {
        if (order.Field == UserAccount.EmailField)
        {
            return new UserPosition(text);
        }

        var at = text.IndexOf('.', StringComparison.Ordinal);
        var ticks = long.Parse(text.AsSpan(0, at), CultureInfo.InvariantCulture);
        return new UserPosition(new DateTimeOffset(ticks, TimeSpan.Zero), Guid.ParseExact(text.AsSpan(at + 1), "N"));
    }

    /// <summary>The position as the cursor of a page token.</summary>
    public string Format(SortOrder order) => order.Field == UserAccount.EmailField
        ? _email
        : string.Create(CultureInfo.InvariantCulture, $"{_createTime.UtcTicks}.{_id:N}");

    /// <summary>Adds what the list's statement compares with.</summary>
    public void AddTo(NpgsqlParameterCollection parameters, SortOrder order)
    {
        if (order.Field == UserAccount.EmailField)
        {
            parameters.Add(new() { Value = _email });
            return;
        }

        parameters.Add(new() { Value = _createTime });
        parameters.Add(new() { Value = _id });
    }
}
