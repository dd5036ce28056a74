using System.Text;
using System.Text.Json.Serialization;

namespace Suite.Client;

/// <summary>Settings under a name, as the profile file keeps them. What is <c>null</c> is left to the defaults.</summary>
public sealed record SuiteProfile
{
    /// <summary>The one address for all services.</summary>
    public string? Address { get; init; }

    /// <summary>Where User listens.</summary>
    public string? UserAddress { get; init; }

    /// <summary>Where Order listens.</summary>
    public string? OrderAddress { get; init; }

    /// <summary>Where Payment listens.</summary>
    public string? PaymentAddress { get; init; }

    /// <summary>A bearer token. A secret: <see cref="ToString"/> does not show it, and neither should you.</summary>
    public string? Token { get; init; }

    /// <summary>A file that holds a bearer token; <see cref="Token"/> goes first.</summary>
    public string? TokenFile { get; init; }

    /// <summary>A signed-in user; goes before <see cref="Token"/> and <see cref="TokenFile"/>.</summary>
    public SuiteProfileSession? Session { get; init; }

    /// <summary>The default deadline of unary calls: seconds (<c>30</c>), or with a unit (<c>500ms</c>, <c>30s</c>, <c>2m</c>), or <c>none</c>.</summary>
    public string? Timeout { get; init; }

    /// <summary>Lets tokens travel unencrypted to other hosts.</summary>
    public bool? AllowTokenOverPlaintext { get; init; }

    /// <summary>Whether any address is set.</summary>
    [JsonIgnore]
    public bool HasAddress => (Address ?? UserAddress ?? OrderAddress ?? PaymentAddress) is not null;

    private bool PrintMembers(StringBuilder text)
    {
        text.Append("Address = ").Append(Address)
            .Append(", UserAddress = ").Append(UserAddress)
            .Append(", OrderAddress = ").Append(OrderAddress)
            .Append(", PaymentAddress = ").Append(PaymentAddress)
            .Append(", Token = ").Append(Token is null ? string.Empty : "(set)")
            .Append(", TokenFile = ").Append(TokenFile)
            .Append(", Session = ").Append(Session)
            .Append(", Timeout = ").Append(Timeout)
            .Append(", AllowTokenOverPlaintext = ").Append(AllowTokenOverPlaintext);
        return true;
    }
}
