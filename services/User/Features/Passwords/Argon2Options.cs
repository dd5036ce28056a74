using System.Globalization;

namespace Suite.Users.Features.Passwords;

/// <summary>
/// How much work a password hash is: OWASP's first choice by default (Password Storage Cheat Sheet), 19 MiB and two passes. When
/// they rise, a user's hash follows at the next sign-in.
/// </summary>
/// <param name="MemoryKib">Memory in KiB (<c>SUITE_ARGON2_MEMORY_KIB</c>), 1024 to 1048576.</param>
/// <param name="Iterations">Passes over that memory (<c>SUITE_ARGON2_ITERATIONS</c>), 1 to 100.</param>
internal sealed record Argon2Options(int MemoryKib, int Iterations)
{
    public const int LeastMemoryKib = 1024;
    public const int MostMemoryKib = 1_048_576;
    public const int MostIterations = 100;

    /// <summary>How many hashings may run at once.</summary>
    public int Concurrency { get; init; } = Environment.ProcessorCount;

    /// <summary>How long a hashing may wait for its turn.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(3);

    /// <exception cref="InvalidOperationException">A setting is out of range.</exception>
    public static Argon2Options From(IConfiguration configuration) => new(
        Number(configuration, "SUITE_ARGON2_MEMORY_KIB", 19_456, LeastMemoryKib, MostMemoryKib),
        Number(configuration, "SUITE_ARGON2_ITERATIONS", 2, 1, MostIterations));

    private static int Number(IConfiguration configuration, string key, int otherwise, int least, int most) =>
        configuration[key] is not { Length: > 0 } text
            ? otherwise
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                ? number
                : throw new InvalidOperationException($"{key} is '{text}', which is no number from {least} to {most}.");
}
