using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace Suite.Users.Features.Passwords;

/// <summary>An Argon2id hash as the PHC string format has it: <c>$argon2id$v=19$m=19456,t=2,p=1$salt$hash</c>.</summary>
internal sealed partial record PasswordHash(int MemoryKib, int Iterations, byte[] Salt, byte[] Hash)
{
    public const int SaltBytes = 16;
    public const int HashBytes = 32;

    /// <summary>Reads a hash; false for anything else, and for one that would take more memory or time than any setting allows.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out PasswordHash? hash)
    {
        hash = null;
        var match = Form().Match(text);
        if (!match.Success
            || !int.TryParse(match.Groups["m"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var memory)
            || !int.TryParse(match.Groups["t"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var iterations)
            || memory is < Argon2Options.LeastMemoryKib or > Argon2Options.MostMemoryKib
            || iterations is < 1 or > Argon2Options.MostIterations)
        {
            return false;
        }

        var salt = Decode(match.Groups["salt"].Value);
        var bytes = Decode(match.Groups["hash"].Value);
        if (salt?.Length != SaltBytes || bytes?.Length != HashBytes)
        {
            return false;
        }

        hash = new PasswordHash(memory, iterations, salt, bytes);
        return true;
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"$argon2id$v=19$m={MemoryKib},t={Iterations},p=1${Encode(Salt)}${Encode(Hash)}");

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[]? Decode(string text)
    {
        var padded = text.PadRight((text.Length + 3) / 4 * 4, '=');
        var bytes = new byte[padded.Length];
        return Convert.TryFromBase64String(padded, bytes, out var length) ? bytes[..length] : null;
    }

    [GeneratedRegex(@"^\$argon2id\$v=19\$m=(?<m>\d{1,7}),t=(?<t>\d{1,3}),p=1\$(?<salt>[A-Za-z0-9+/]{22})\$(?<hash>[A-Za-z0-9+/]{43})\z")]
    private static partial Regex Form();
}
