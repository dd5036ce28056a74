using System.Security.Cryptography;
using System.Text;
using NSec.Cryptography;
using Suite.Platform.Errors;
using Suite.Users.Domain;

namespace Suite.Users.Features.Passwords;

/// <summary>
/// Argon2id by libsodium. A hashing takes much memory and a whole processor on purpose, so only as many run at once as there are
/// processors; who has waited too long for a turn is refused (OVERLOADED) instead of piling up.
/// </summary>
internal sealed class Argon2PasswordHasher : IPasswordHasher, IDisposable
{
    private readonly Argon2Options _options;
    private readonly SemaphoreSlim _turns;
    private readonly string _dummy;
    private long _hashings;

    public Argon2PasswordHasher(Argon2Options options)
    {
        _options = options;
        _turns = new SemaphoreSlim(options.Concurrency);
        // Nobody knows a password for it: the hash is as random as the salt.
        _dummy = new PasswordHash(
            options.MemoryKib,
            options.Iterations,
            RandomNumberGenerator.GetBytes(PasswordHash.SaltBytes),
            RandomNumberGenerator.GetBytes(PasswordHash.HashBytes)).ToString();
    }

    /// <summary>How many hashings were done.</summary>
    internal long Hashings => Interlocked.Read(ref _hashings);

    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (OVERLOADED).</exception>
    public string Hash(string password)
    {
        using var turn = TakeTurn();
        return Make(password);
    }

    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (OVERLOADED).</exception>
    public bool Verify(string password, string hash, out bool rehash)
    {
        using var turn = TakeTurn();
        return Check(password, hash, out rehash);
    }

    /// <summary>As <see cref="Verify"/>, without keeping a thread while it waits for its turn.</summary>
    /// <param name="password">The password that was given.</param>
    /// <param name="hash">The stored hash; null where there is none, which costs the same and is never right.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (OVERLOADED).</exception>
    public async Task<(bool Matches, bool Rehash)> VerifyAsync(string password, string? hash, CancellationToken cancellationToken)
    {
        var stored = hash ?? _dummy;
        if (!await _turns.WaitAsync(_options.Patience, cancellationToken))
        {
            throw DomainError.Overloaded();
        }

        using var turn = new Turn(_turns);
        var matches = Check(password, stored, out var rehash);
        return (matches && hash is not null, rehash);
    }

    public void Dispose() => _turns.Dispose();

    /// <summary>One of the turns, until it is disposed of.</summary>
    /// <exception cref="DomainException">RESOURCE_EXHAUSTED (OVERLOADED).</exception>
    internal IDisposable TakeTurn() => _turns.Wait(_options.Patience) ? new Turn(_turns) : throw DomainError.Overloaded();

    private string Make(string password)
    {
        var salt = RandomNumberGenerator.GetBytes(PasswordHash.SaltBytes);
        var hash = Derive(password, salt, _options.MemoryKib, _options.Iterations);
        return new PasswordHash(_options.MemoryKib, _options.Iterations, salt, hash).ToString();
    }

    private bool Check(string password, string hash, out bool rehash)
    {
        if (!PasswordHash.TryParse(hash, out var stored))
        {
            throw new InvalidOperationException("A stored password hash is in no form this service writes.");
        }

        rehash = stored.MemoryKib < _options.MemoryKib || stored.Iterations < _options.Iterations;
        var derived = Derive(password, stored.Salt, stored.MemoryKib, stored.Iterations);
        return CryptographicOperations.FixedTimeEquals(derived, stored.Hash);
    }

    private byte[] Derive(string password, byte[] salt, int memoryKib, int iterations)
    {
        Interlocked.Increment(ref _hashings);
        // libsodium knows one lane only.
        var parameters = new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = memoryKib, NumberOfPasses = iterations };
        // As bytes of UTF-8, as every other implementation has it: the overload for text takes UTF-16.
        var algorithm = PasswordBasedKeyDerivationAlgorithm.Argon2id(parameters);
        return algorithm.DeriveBytes(Encoding.UTF8.GetBytes(password), salt, PasswordHash.HashBytes);
    }

    private sealed class Turn(SemaphoreSlim turns) : IDisposable
    {
        public void Dispose() => turns.Release();
    }
}
