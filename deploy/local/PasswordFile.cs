using System.Security.Cryptography;
using Suite.Local.Keys;

namespace Suite.Local;

/// <summary>The password of a private server, in a file that only its owner may read.</summary>
internal static class PasswordFile
{
    /// <summary>The password in <paramref name="path"/>; the first call chooses one of 128 random bits.</summary>
    public static async Task<string> ReadOrCreateAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            OwnerFile.Write(path, RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
    }
}
