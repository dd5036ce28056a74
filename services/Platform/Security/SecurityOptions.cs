using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Suite.Platform.Security;

/// <summary>What a service is told of credentials.</summary>
internal sealed record SecurityOptions
{
    /// <summary>The one audience of users' access tokens.</summary>
    public const string UserAudience = "suite";

    /// <summary>This service, for example <c>order</c>.</summary>
    public required string Service { get; init; }

    /// <summary>Who makes users' access tokens: <c>SUITE_ISSUER</c>.</summary>
    public required string Issuer { get; init; }

    /// <summary>The file of this service's private key: <c>SUITE_SERVICE_KEY</c>.</summary>
    public required string? ServiceKeyFile { get; init; }

    /// <summary>The file of every service's public key: <c>SUITE_SERVICE_KEYS</c>.</summary>
    public required string? ServiceKeysFile { get; init; }

    /// <summary>Whether keys that were made for development are refused.</summary>
    public required bool IsProduction { get; init; }

    /// <summary>How a service is called in tokens: <c>services/order</c>.</summary>
    public static string NameOf(string service) => "services/" + service;

    public static SecurityOptions From(IConfiguration configuration, IHostEnvironment environment, string service) => new()
    {
        Service = service,
        Issuer = configuration["SUITE_ISSUER"] is { Length: > 0 } issuer ? issuer : "http://localhost:8101",
        ServiceKeyFile = configuration["SUITE_SERVICE_KEY"],
        ServiceKeysFile = configuration["SUITE_SERVICE_KEYS"],
        IsProduction = environment.IsProduction(),
    };
}
