using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Suite.Payments.Providers;

/// <summary>
/// Where the simulator reaches the service, and holders of cards the simulator's pages: <c>SUITE_SIMULATOR_WEBHOOK_ADDRESS</c>, for
/// example <c>http://payment:8080</c>; when that is not set, this process's own HTTP port.
/// </summary>
internal sealed class SimulatorAddress(Uri? named, IServer? server)
{
    /// <summary>The configuration key.</summary>
    public const string Key = "SUITE_SIMULATOR_WEBHOOK_ADDRESS";

    /// <summary>Of a simulator without a server around it.</summary>
    public static readonly SimulatorAddress Unknown = new(new Uri("http://127.0.0.1"), null);

    /// <summary>The address, without a path; null while the process does not listen yet.</summary>
    public Uri? Base => named ?? Own();

    /// <exception cref="InvalidOperationException">It is set and is no address.</exception>
    public static SimulatorAddress From(IConfiguration configuration, IServer server)
    {
        if (configuration[Key] is not { Length: > 0 } text)
        {
            return new SimulatorAddress(null, server);
        }

        return Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new SimulatorAddress(address, null)
            : throw new InvalidOperationException($"{Key} is '{text}', which is no address such as http://payment:8080.");
    }

    /// <summary>The page on which the holder of a card approves or refuses.</summary>
    public string ActionOf(string key) => new Uri(Base ?? Unknown.Base!, $"/simulator/actions/{Uri.EscapeDataString(key)}").ToString();

    // The first address is the HTTP port; what listens everywhere is reached by loopback.
    private Uri? Own() =>
        server?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() is { } first
            ? new Uri(first
                .Replace("//0.0.0.0", "//127.0.0.1", StringComparison.Ordinal)
                .Replace("//[::]", "//[::1]", StringComparison.Ordinal))
            : null;
}
