using System.Security.Cryptography;
using Suite.Platform.Errors;
using Suite.Platform.Locking;
using Suite.Platform.Time;
using Suite.Users.Storage;

namespace Suite.Users.Features.SigningKeys;

/// <summary>
/// The signing keys as this replica knows them, in memory: what it publishes, and what it signs with. <see cref="KeepAsync"/>
/// brings it up to date and rotates.
/// </summary>
internal sealed class SigningKeyRing(
    SigningKeyStore store, KeyVault vault, SigningKeyOptions options, ILocks locks, TimeProvider time, ILogger<SigningKeyRing> logger)
{
    private const string LockName = "signing-keys";

    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    private volatile IReadOnlyList<SigningKey> _keys = [];
    private volatile Signer? _signer;

    /// <summary>Every key that signs, has signed tokens that still live, or will sign soon; in the order of their turns.</summary>
    public IReadOnlyList<SigningKey> Keys => _keys;

    /// <summary>Signs with the key whose turn it is.</summary>
    /// <param name="write">Given the key's id, makes the bytes to sign.</param>
    /// <returns>The bytes, and the signature over them: r and s, 32 bytes each (RFC 7518, 3.4).</returns>
    /// <exception cref="DomainException">UNAVAILABLE while no key is known.</exception>
    public (byte[] Signed, byte[] Signature) Sign(Func<string, byte[]> write)
    {
        var current = SigningKeySchedule.Current(_keys, time.GetUtcNow()) ?? throw DomainError.DependencyUnavailable("signing keys");
        var signer = _signer;
        if (signer?.Kid != current.Kid)
        {
            // The one before may be in use by another call; the finalizer frees it.
            _signer = signer = new Signer(current, vault);
        }

        var bytes = write(signer.Kid);
        return (bytes, signer.Sign(bytes));
    }

    /// <summary>Makes the next key when it is due, drops what is spent, and learns what other replicas made.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var keys = await store.ListAsync(cancellationToken);
        if (IsDue(keys))
        {
            // Nothing can be signed without a first key, so nobody waits for a lock to make it.
            keys = keys.Count == 0 ? await store.RotateAsync(Change, null, cancellationToken) : await RotateAsync(keys, cancellationToken);
        }

        _keys = keys;
    }

    /// <summary>
    /// Rotates, one replica at a time. What makes it safe is in the database: the row that is locked, and the fence; the lock spares the
    /// others the work. While Redis is away the row is enough.
    /// </summary>
    private async Task<IReadOnlyList<SigningKey>> RotateAsync(IReadOnlyList<SigningKey> known, CancellationToken cancellationToken)
    {
        try
        {
            await using var held = await locks.TryAcquireAsync(LockName, Lease, cancellationToken);
            return held is null ? known : await store.RotateAsync(Change, (LockName, held.FencingToken), cancellationToken);
        }
        catch (LocksAwayException)
        {
            return await store.RotateAsync(Change, null, cancellationToken);
        }
        catch (FencingException)
        {
            // Another replica was at it since.
            return await store.ListAsync(cancellationToken);
        }
    }

    private bool IsDue(IReadOnlyList<SigningKey> keys)
    {
        var now = time.GetUtcNow();
        return SigningKeySchedule.NextSignTime(keys, options, now) is not null || SigningKeySchedule.Spent(keys, options, now).Count > 0;
    }

    private (SigningKey? Added, IReadOnlyList<SigningKey> Dropped) Change(IReadOnlyList<SigningKey> keys)
    {
        var now = time.GetMicrosecondUtcNow();
        SigningKey? added = null;
        if (SigningKeySchedule.NextSignTime(keys, options, now) is { } signTime)
        {
            added = SigningKey.Create(vault, now, signTime);
            UserLog.SigningKeyMade(logger, added.Kid, signTime);
        }

        var spent = SigningKeySchedule.Spent(keys, options, now);
        foreach (var key in spent)
        {
            UserLog.SigningKeyDropped(logger, key.Kid);
        }

        return (added, spent);
    }

    private sealed class Signer(SigningKey key, KeyVault vault)
    {
        private readonly Lock _lock = new();
        private readonly ECDsa _pair = Import(vault.Decrypt(key.Kid, key.PrivateKey));

        public string Kid => key.Kid;

        public byte[] Sign(byte[] bytes)
        {
            // Not documented to be safe for several threads at once; a signature takes some 50 microseconds.
            lock (_lock)
            {
                return _pair.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            }
        }

        private static ECDsa Import(byte[] pkcs8)
        {
            var pair = ECDsa.Create();
            pair.ImportPkcs8PrivateKey(pkcs8, out _);
            CryptographicOperations.ZeroMemory(pkcs8);
            return pair;
        }
    }
}
