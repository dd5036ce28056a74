using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Suite.Platform.Messaging.Inbox;
using Suite.Platform.Messaging.Kafka;
using Suite.Platform.Messaging.Relay;
using Suite.Platform.Postgres;

namespace Suite.Platform.Messaging;

/// <summary>Gives a service its outbox and relay, its consumers with their inbox, and its dead letters. It needs a database first.</summary>
public static class MessagingModule
{
    /// <summary>The configuration key of Kafka's bootstrap servers.</summary>
    public const string BootstrapKey = "SUITE_KAFKA";

    /// <summary>The configuration key of further client settings: <c>name=value</c> pairs separated by semicolons.</summary>
    public const string OptionsKey = "SUITE_KAFKA_OPTIONS";

    /// <summary>Adds the outbox, published as coming from <paramref name="source"/> to <paramref name="topics"/>.</summary>
    public static IServiceCollection AddMessaging(this IServiceCollection services, IConfiguration configuration, string source, params string[] topics)
    {
        services.AddSingleton(Read(configuration, source, topics));
        services.AddMigrations(new MigrationSet("messaging", typeof(MessagingModule).Assembly, "Suite.Platform.Messaging.Migrations"));
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<InboxRange>();
        services.AddSingleton<KafkaClients>();
        services.AddSingleton<RelaySignal>();
        services.AddSingleton<RelayPeers>();
        services.AddSingleton<RelayOwner>();
        services.AddMetrics();
        services.AddSingleton<MessagingMetrics>();
        services.AddSingleton<IOutbox, Outbox>();
        services.AddSingleton<InboxApplier>();
        services.AddSingleton<ParkingLot>();
        services.AddSingleton<DeadLetterReplayer>();
        services.AddSingleton<DeadLetterGrpcService>();

        // Stopped in the opposite order: what consumers commit last is still relayed.
        services.AddHostedService<PartitionKeeper>();
        services.AddHostedService<TopicCreation>();
        services.AddHostedService<OutboxRelay>();
        services.AddHostedService(provider => provider.GetRequiredService<DeadLetterReplayer>());
        services.AddHostedService<ConsumerHost>();
        services.AddHostedService<BroadcastListener>();
        services.AddHostedService<MessagingWatch>();
        services.AddHealthChecks().AddCheck<KafkaHealthCheck>("kafka", HealthStatus.Degraded, ["ready"], TimeSpan.FromSeconds(3));
        services.AddSingleton<KafkaHealthCheck>();
        return services;
    }

    /// <summary>
    /// Adds a consumer. Its name is the consumer group and stands in the inbox, so it never changes once it was used.
    /// </summary>
    public static IServiceCollection AddConsumer<THandler>(this IServiceCollection services, string name, params string[] topics)
        where THandler : class, IMessageHandler
    {
        services.TryAddSingleton<THandler>();
        return services.AddSingleton(provider => new ConsumerRegistration(name, topics, provider.GetRequiredService<THandler>()));
    }

    /// <summary>Has <typeparamref name="THandler"/> hear of every message on the topics, in every replica.</summary>
    public static IServiceCollection AddBroadcast<THandler>(this IServiceCollection services, params string[] topics)
        where THandler : class, IBroadcastHandler
    {
        services.TryAddSingleton<THandler>();
        return services.AddSingleton(provider => new BroadcastRegistration(topics, provider.GetRequiredService<THandler>()));
    }

    /// <summary>Maps <c>suite.ops.v1.DeadLetterService</c>.</summary>
    public static void MapDeadLetters(this IEndpointRouteBuilder app) => app.MapGrpcService<DeadLetterGrpcService>();

    private static MessagingOptions Read(IConfiguration configuration, string source, string[] topics)
    {
        var bootstrap = configuration[BootstrapKey];
        if (string.IsNullOrWhiteSpace(bootstrap))
        {
            throw new InvalidOperationException($"{BootstrapKey} is not set: give Kafka's bootstrap servers such as \"127.0.0.1:9092\".");
        }

        return new MessagingOptions
        {
            Source = source,
            Topics = topics,
            Bootstrap = bootstrap,
            ClientSettings = ReadSettings(configuration[OptionsKey]),
            Partitions = (int)Number(configuration, "SUITE_KAFKA_PARTITIONS", 12),
            OutboxRetention = TimeSpan.FromHours(Number(configuration, "SUITE_OUTBOX_RETENTION_HOURS", 48)),
        };
    }

    private static Dictionary<string, string> ReadSettings(string? text)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var pair in (text ?? string.Empty).Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var at = pair.IndexOf('=', StringComparison.Ordinal);
            if (at < 1)
            {
                // The value is not repeated: it may be a secret.
                throw new InvalidOperationException($"{OptionsKey} has an entry that is not name=value.");
            }

            settings[pair[..at].Trim()] = pair[(at + 1)..].Trim();
        }

        return settings;
    }

    private static double Number(IConfiguration configuration, string key, double otherwise)
    {
        if (configuration[key] is not { Length: > 0 } text)
        {
            return otherwise;
        }

        return double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number > 0
            ? number
            : throw new InvalidOperationException($"{key} is '{text}', which is no positive number.");
    }
}
