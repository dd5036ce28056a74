using System.Collections.Frozen;
using Suite.Platform.Errors;

namespace Suite.Users.Domain;

/// <summary>
/// Which passwords may be set: long enough, and none that everybody tries first. No rules about kinds of characters, which make
/// passwords no harder to guess (NIST SP 800-63B, 5.1.1.2).
/// </summary>
internal static class PasswordPolicy
{
    /// <summary>The fewest characters (Unicode code points).</summary>
    public const int MinLength = 10;

    /// <summary>The most characters (Unicode code points).</summary>
    public const int MaxLength = 200;

    private const string Resource = "Suite.Users.Domain.WellKnownPasswords.txt";

    /// <summary>What people put around a word to make a password of it.</summary>
    private const string Ornaments = "0123456789 !@#$%^&*()_-+=.,?";

    /// <summary>A word with more around it than this is no longer a guess away.</summary>
    private const int MostOrnaments = 6;

    private static readonly Lazy<FrozenSet<string>> WellKnown = new(Load);

    /// <summary>Refuses a password that may not be set.</summary>
    /// <param name="password">The password.</param>
    /// <param name="field">The field of the request it stands in.</param>
    /// <param name="email">The address it belongs to, which is no password either; empty when it is not at hand.</param>
    /// <exception cref="DomainException">INVALID_ARGUMENT naming <paramref name="field"/>; the text never repeats the password.</exception>
    public static void Check(string password, string field, string email = "")
    {
        var length = password.Length - password.Count(char.IsLowSurrogate);
        if (length is < MinLength or > MaxLength)
        {
            throw DomainError.InvalidArgument(field, $"must have {MinLength} to {MaxLength} characters.");
        }

        if (password.Equals(email, StringComparison.OrdinalIgnoreCase))
        {
            throw DomainError.InvalidArgument(field, "must not be the e-mail address.");
        }

        if (IsWellKnown(password.ToLowerInvariant()))
        {
            throw DomainError.InvalidArgument(field, "is one of the passwords that are tried first; choose another.");
        }
    }

    /// <summary>Whether it stands in the list, is a word of the list with a few ornaments, or one character over and over.</summary>
    private static bool IsWellKnown(string password)
    {
        var core = password.Trim([.. Ornaments]);
        return WellKnown.Value.Contains(password)
            || (password.Length - core.Length <= MostOrnaments && WellKnown.Value.Contains(core))
            || password.All(c => c == password[0]);
    }

    private static FrozenSet<string> Load()
    {
        using var stream = typeof(PasswordPolicy).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The list of well-known passwords ({Resource}) is missing.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
            .Where(line => line[0] != '#')
            .ToFrozenSet(StringComparer.Ordinal);
    }
}
