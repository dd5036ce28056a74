using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Suite.Client;

/// <summary>Registers a <see cref="SuiteClient"/> as a singleton, alone or under a key beside others.</summary>
public static class SuiteRegistration
{
    /// <summary>
    /// Adds a client with settings from code, over those of the environment and the profile file. Logging, clock and
    /// <see cref="ISuiteCredentials"/> come from the container where it has them and the settings do not.
    /// </summary>
    public static IServiceCollection AddSuite(this IServiceCollection services, Action<SuiteClientOptions>? configure = null) =>
        services.Add(null, () => SuiteSettings.FromEnvironment(), configure);

    /// <summary>Adds a client with settings from a configuration section, see <see cref="SuiteSettings.FromConfiguration"/>, and from code over it.</summary>
    public static IServiceCollection AddSuite(
        this IServiceCollection services, IConfiguration section, Action<SuiteClientOptions>? configure = null) =>
        services.Add(null, () => SuiteSettings.FromConfiguration(section), configure);

    /// <summary>Adds a client under a key, with settings from code over those of the environment and the profile file.</summary>
    public static IServiceCollection AddKeyedSuite(
        this IServiceCollection services, object key, Action<SuiteClientOptions>? configure = null) =>
        services.Add(key, () => SuiteSettings.FromEnvironment(), configure);

    /// <summary>Adds a client under a key, with settings from a configuration section and from code over it.</summary>
    public static IServiceCollection AddKeyedSuite(
        this IServiceCollection services, object key, IConfiguration section, Action<SuiteClientOptions>? configure = null) =>
        services.Add(key, () => SuiteSettings.FromConfiguration(section), configure);

    private static IServiceCollection Add(
        this IServiceCollection services, object? key, Func<SuiteClientOptions> read, Action<SuiteClientOptions>? configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        if (key is null)
        {
            services.TryAddSingleton(provider => Make(provider, null));
        }
        else
        {
            services.TryAddKeyedSingleton(key, Make);
        }

        return services;

        SuiteClient Make(IServiceProvider provider, object? _)
        {
            var options = read();
            configure?.Invoke(options);
            options.LoggerFactory ??= provider.GetService<ILoggerFactory>();
            options.Credentials ??= key is null
                ? provider.GetService<ISuiteCredentials>()
                : provider.GetKeyedService<ISuiteCredentials>(key) ?? provider.GetService<ISuiteCredentials>();
            if (options.TimeProvider == TimeProvider.System && provider.GetService<TimeProvider>() is { } time)
            {
                options.TimeProvider = time;
            }

            return new SuiteClient(options);
        }
    }
}
