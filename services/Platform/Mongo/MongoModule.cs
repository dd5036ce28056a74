using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using MongoDB.Driver;
using MongoDB.Driver.Core.Configuration;

namespace Suite.Platform.Mongo;

/// <summary>
/// MongoDB, a single server, a replica set or a sharded cluster: where documents are that can be made anew. It is optional, and one that
/// is away neither stops the start nor fails a call that needs no document.
/// </summary>
public static class MongoModule
{
    /// <summary>The configuration key of the servers.</summary>
    public const string ServersKey = "SUITE_MONGO";

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Adds <see cref="IMongoDatabase"/> for the servers of <c>SUITE_MONGO</c>, a connection string such as
    /// <c>mongodb://127.0.0.1:27017</c>, and a health check that never says more than Degraded.
    /// </summary>
    /// <param name="services">Where to.</param>
    /// <param name="configuration">Where the key stands.</param>
    /// <param name="database">The database, unless the connection string names one.</param>
    /// <returns>False when <c>SUITE_MONGO</c> is not set; nothing was added then.</returns>
    /// <exception cref="InvalidOperationException"><c>SUITE_MONGO</c> can not be read.</exception>
    public static bool AddMongo(this IServiceCollection services, IConfiguration configuration, string database)
    {
        if (configuration[ServersKey] is not { } servers || string.IsNullOrWhiteSpace(servers))
        {
            return false;
        }

        var (settings, named) = Read(servers);
        services.AddSingleton<IMongoClient>(_ => new MongoClient(settings));
        services.AddSingleton(provider => provider.GetRequiredService<IMongoClient>().GetDatabase(named ?? database));
        services.AddHealthChecks().AddCheck<MongoHealthCheck>("mongo", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3));
        return true;
    }

    /// <summary>What is asked of the driver. What the text sets itself stays, except what durability rests on.</summary>
    internal static (MongoClientSettings Settings, string? Database) Read(string servers)
    {
        MongoUrl url;
        try
        {
            url = new MongoUrl(servers);
        }
        catch (Exception e) when (e is MongoConfigurationException or ArgumentException or FormatException)
        {
            // The text is not repeated, and the exception is not kept: a password may be in both.
            throw new InvalidOperationException($"{ServersKey} can not be read: it is mongodb://[user:password@]host:port[,host:port…][/database][?replicaSet=…].");
        }

        var settings = MongoClientSettings.FromUrl(url);
        settings.ApplicationName ??= "suite";
        // What is acknowledged is on most of the replica set: the offset of the topic goes on with it.
        settings.WriteConcern = WriteConcern.WMajority;
        settings.RetryWrites = true;
        // A server that hangs is given up in time for who asks; the driver itself would wait for half a minute and for ever.
        settings.ServerSelectionTimeout = Least(settings.ServerSelectionTimeout, MongoDefaults.ServerSelectionTimeout);
        settings.ConnectTimeout = Least(settings.ConnectTimeout, MongoDefaults.ConnectTimeout);
        settings.SocketTimeout = settings.SocketTimeout == MongoDefaults.SocketTimeout ? 2 * s_limit : settings.SocketTimeout;
        return (settings, url.DatabaseName);
    }

    private static TimeSpan Least(TimeSpan set, TimeSpan byDefault) => set == byDefault ? s_limit : set;
}
