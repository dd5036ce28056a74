using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Suite.Payments.Features;
using Suite.Payments.Providers;

namespace Suite.Tests.Component.Payments;

/// <summary>The part of a Payment process that has to do with its provider: wired and mapped as there, on a free port.</summary>
internal sealed class ProviderHost : IAsyncDisposable
{
    /// <summary>How long what happens by itself takes.</summary>
    public static readonly TimeSpan Later = TimeSpan.FromSeconds(1);

    private readonly WebApplication _app;

    private ProviderHost(WebApplication app, RecordingEvents events)
    {
        _app = app;
        Events = events;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public RecordingEvents Events { get; }

    public HttpClient Http { get; }

    public IPaymentProvider Provider => _app.Services.GetRequiredService<IPaymentProvider>();

    public SimulatorRecord Record => _app.Services.GetRequiredService<SimulatorRecord>();

    public static async Task<ProviderHost> StartAsync(
        NpgsqlDataSource? dataSource,
        RecordingEvents? events = null,
        TimeProvider? time = null,
        params (string Key, string? Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = "Development" });
        builder.Configuration.AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, s.Value)));
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        if (dataSource is not null)
        {
            builder.Services.AddSingleton(dataSource);
        }

        events ??= new RecordingEvents();
        builder.Services.AddSingleton(PaymentReplica.Fast with { SimulatorLater = Later });
        builder.Services.AddSingleton(time ?? TimeProvider.System);
        builder.Services.AddSingleton<IProviderEvents>(events);
        builder.Services.AddProvider(builder.Configuration, builder.Environment);
        var app = builder.Build();
        app.MapProvider();
        await app.StartAsync();
        return new ProviderHost(app, events);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
