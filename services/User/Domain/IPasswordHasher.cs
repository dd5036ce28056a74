namespace Suite.Users.Domain;

/// <summary>Turns passwords into hashes that are safe to keep. Takes tens of milliseconds of a processor on purpose.</summary>
internal interface IPasswordHasher
{
    /// <summary>A salted hash of <paramref name="password"/>, in a form that says how it was made.</summary>
    string Hash(string password);

    /// <summary>Whether <paramref name="hash"/> was made from <paramref name="password"/>.</summary>
    /// <param name="password">The password that was given.</param>
    /// <param name="hash">What <see cref="Hash"/> returned once.</param>
    /// <param name="rehash">Whether the hash was made with weaker parameters than those of today, and should be made again.</param>
    bool Verify(string password, string hash, out bool rehash);
}
