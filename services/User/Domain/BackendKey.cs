using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Trust.V1;
using Suite.Contracts.Users.V1;
using Suite.Platform.Naming;

namespace Suite.Users.Domain;

/// <summary>The API key of a backend, as the record has it: a hash of its secret, never the secret.</summary>
internal sealed record BackendKey(
    Guid Id,
    string DisplayName,
    IReadOnlyList<string> Scopes,
    string Prefix,
    string Creator,
    byte[] SecretHash,
    bool Administrator,
    DateTimeOffset CreateTime,
    DateTimeOffset? ExpireTime,
    DateTimeOffset? RevokeTime,
    DateTimeOffset? LastUseTime)
{
    public const string Collection = "apiKeys";

    /// <summary>What every secret begins with, so that tools which look for leaked secrets find it.</summary>
    public const string SecretPrefix = "suite_key_";

    /// <summary>How many characters of the secret tell keys apart: 36 of its 256 bits.</summary>
    private const int PrefixLength = 16;

    private const int SecretBytes = 32;

    public string Name => ResourceName.Format(Collection, Id);

    /// <summary>The secret of 32 bytes.</summary>
    public static string Secret(byte[] bytes) => SecretPrefix + Base64Url.EncodeToString(bytes);

    /// <summary>Whether a text has the form of a secret.</summary>
    public static bool IsSecret(string text) =>
        text.StartsWith(SecretPrefix, StringComparison.Ordinal)
        && Base64Url.IsValid(text.AsSpan(SecretPrefix.Length), out var length)
        && length == SecretBytes
        && text.Length == SecretPrefix.Length + 43;

    /// <summary>What is stored of a secret. It is random, so that it needs neither salt nor slowness.</summary>
    public static byte[] Hash(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>A new key.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="displayName">What it is for.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="creator">Who makes it.</param>
    /// <param name="secret">Its secret.</param>
    /// <param name="now">When.</param>
    /// <param name="expireTime">When it ends by itself; null for never.</param>
    public static BackendKey Create(
        Guid id,
        string displayName,
        IEnumerable<string> scopes,
        string creator,
        string secret,
        DateTimeOffset now,
        DateTimeOffset? expireTime) =>
        new(
            id,
            displayName,
            [.. scopes.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
            secret[..PrefixLength],
            creator,
            Hash(secret),
            false,
            now,
            expireTime,
            null,
            null);

    public ApiKey ToProto(DateTimeOffset now) => new()
    {
        Name = Name,
        DisplayName = DisplayName,
        Scopes = { Scopes },
        Prefix = Prefix,
        Creator = Creator,
        State = RevokeTime is not null ? ApiKey.Types.State.Revoked
            : ExpireTime <= now ? ApiKey.Types.State.Expired
            : ApiKey.Types.State.Active,
        CreateTime = Timestamp.FromDateTimeOffset(CreateTime),
        ExpireTime = ToTimestamp(ExpireTime),
        LastUseTime = ToTimestamp(LastUseTime),
    };

    public ApiKeyGrant ToGrant() => new() { Name = Name, Scopes = { Scopes }, ExpireTime = ToTimestamp(ExpireTime) };

    private static Timestamp? ToTimestamp(DateTimeOffset? time) => time is { } known ? Timestamp.FromDateTimeOffset(known) : null;
}
