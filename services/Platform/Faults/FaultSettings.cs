using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Faults;

/// <summary>Whether faults can be set on this process: <c>SUITE_FAULTS</c> is <c>on</c> or <c>off</c>.</summary>
public static class FaultSettings
{
    private const string Key = "SUITE_FAULTS";

    /// <summary>Whether they can; they can not unless it is said.</summary>
    /// <exception cref="InvalidOperationException">The setting is neither, or it is on in Production.</exception>
    public static bool AreOn(IConfiguration configuration, IHostEnvironment environment) => configuration[Key] switch
    {
        null or "" or "off" => false,
        "on" when environment.IsProduction() => throw new InvalidOperationException($"{Key} is for development and is refused in Production."),
        "on" => true,
        var other => throw new InvalidOperationException($"{Key} is '{other}', which is neither on nor off."),
    };
}
