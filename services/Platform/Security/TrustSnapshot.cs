using System.Collections.Frozen;
using System.Security.Cryptography;
using Google.Protobuf;
using Microsoft.IdentityModel.Tokens;
using Suite.Contracts.Trust.V1;

namespace Suite.Platform.Security;

/// <summary>Whom to believe, as User said it last: the keys that sign access tokens, and what was revoked. Never changes.</summary>
internal sealed class TrustSnapshot
{
    private readonly FrozenDictionary<string, SigningKey> _published;
    private readonly FrozenDictionary<string, ECDsaSecurityKey> _keys;
    private readonly FrozenDictionary<string, Revoked> _revoked;

    private TrustSnapshot(long revision, FrozenDictionary<string, SigningKey> published, FrozenDictionary<string, Revoked> revoked)
    {
        Revision = revision;
        _published = published;
        _revoked = revoked;
        _keys = published.Values.ToFrozenDictionary(key => key.Kid, Key);
    }

    /// <summary>Knows nobody.</summary>
    public static TrustSnapshot Empty { get; } =
        new(0, FrozenDictionary<string, SigningKey>.Empty, FrozenDictionary<string, Revoked>.Empty);

    /// <summary>What to ask for what is newer.</summary>
    public long Revision { get; }

    /// <summary>The key of an id; null when it is not known (yet).</summary>
    public ECDsaSecurityKey? Find(string kid) => _keys.GetValueOrDefault(kid);

    /// <summary>This with an answer of User's added and what is over left out; the very same when nothing changed.</summary>
    public TrustSnapshot With(GetTrustResponse answer, DateTimeOffset now)
    {
        var keys = answer.SigningKeys.Where(key => key.X.Length == 32 && key.Y.Length == 32).ToFrozenDictionary(key => key.Kid);
        var sameKeys = keys.Count == _published.Count && keys.All(key => key.Value.Equals(_published.GetValueOrDefault(key.Key)));
        if (sameKeys && answer.Revocations.Count == 0 && answer.Revision == Revision && !_revoked.Values.Any(r => r.IsOver(now)))
        {
            return this;
        }

        var revoked = _revoked.Where(r => !r.Value.IsOver(now)).ToDictionary();
        foreach (var revocation in answer.Revocations)
        {
            var time = revocation.RevokeTime?.ToDateTimeOffset() ?? now;
            if (!revoked.TryGetValue(revocation.Subject, out var before) || before.Time < time)
            {
                revoked[revocation.Subject] = new Revoked(time, revocation.ExpireTime?.ToDateTimeOffset());
            }
        }

        return new TrustSnapshot(answer.Revision, keys, revoked.ToFrozenDictionary());
    }

    /// <summary>Whether the credentials were ended before their time.</summary>
    public bool IsRevoked(Credential credential)
    {
        if (_revoked.Count == 0)
        {
            return false;
        }

        var caller = credential.Caller;
        return caller.Kind switch
        {
            CallerKind.ApiKey => _revoked.ContainsKey(caller.Name),
            CallerKind.User => _revoked.ContainsKey(caller.Session!)
                || (_revoked.TryGetValue(caller.Name, out var user) && credential.IssueTime < user.Time),
            _ => false,
        };
    }

    private static ECDsaSecurityKey Key(SigningKey key) => new(ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = key.X.ToByteArray(), Y = key.Y.ToByteArray() },
    }))
    {
        KeyId = key.Kid,
    };

    private readonly record struct Revoked(DateTimeOffset Time, DateTimeOffset? ExpireTime)
    {
        // A little longer than User says: clocks differ.
        public bool IsOver(DateTimeOffset now) => ExpireTime + TimeSpan.FromMinutes(1) < now;
    }
}
