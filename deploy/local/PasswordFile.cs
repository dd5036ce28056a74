using System.Security.Cryptography;

namespace Suite.Local;

/// <summary>The password of a private server, in a file that only its owner may read.</summary>
internal static class PasswordFile
{
    /// <summary>The password in <paramref name="path"/>; the first call chooses one of 128 random bits.</summary>
    public static async Task<string> ReadOrCreateAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            await using var writer = new StreamWriter(path, OwnerOnly);
            await writer.WriteAsync(RandomNumberGenerator.GetHexString(32, lowercase: true));
        }

        return (await File.ReadAllTextAsync(path, cancellationToken)).Trim();
    }

    /// <summary>How to make a file that is nobody else's business.</summary>
    public static FileStreamOptions OwnerOnly
    {
        get
        {
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            return options;
        }
    }
}
