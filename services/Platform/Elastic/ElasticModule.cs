using System.Net.Http.Headers;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Suite.Platform.Elastic;

/// <summary>
/// Elasticsearch (7.10 or later) or OpenSearch, where things are found by what is in them. It is optional, and one that is away neither stops the
/// start nor fails a call that looks for nothing.
/// </summary>
public static class ElasticModule
{
    /// <summary>The configuration key of the server.</summary>
    public const string AddressKey = "SUITE_ELASTICSEARCH";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(10);

    /// <summary>Adds <see cref="ElasticClient"/> for the server of <c>SUITE_ELASTICSEARCH</c>, and a health check that never says more than Degraded.</summary>
    /// <returns>False when <c>SUITE_ELASTICSEARCH</c> is not set; nothing was added then.</returns>
    /// <exception cref="InvalidOperationException"><c>SUITE_ELASTICSEARCH</c> can not be read.</exception>
    public static bool AddElastic(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration[AddressKey] is not { } address || string.IsNullOrWhiteSpace(address))
        {
            return false;
        }

        var http = Http(address);
        services.AddSingleton(_ => new ElasticClient(http));
        services.AddHealthChecks().AddCheck<ElasticHealthCheck>("elasticsearch", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3));
        return true;
    }

    /// <summary>A client for a server.</summary>
    internal static HttpClient Http(string address)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
        {
            // The text is not repeated: a password may be in it.
            throw new InvalidOperationException($"{AddressKey} can not be read: it is http[s]://[user:password@]host:port.");
        }

        var http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = TimeSpan.FromSeconds(3),
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            UseProxy = false,
        })
        {
            BaseAddress = new Uri(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped).TrimEnd('/') + "/"),
            Timeout = s_limit,
        };
        if (uri.UserInfo.Length > 0)
        {
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
                "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(uri.UserInfo))));
        }

        return http;
    }
}
