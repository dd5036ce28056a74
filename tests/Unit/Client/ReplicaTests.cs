using System.Collections.Concurrent;
using System.Net;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NUnit.Framework;
using Suite.Client;
using Suite.Contracts.Users.V1;

namespace Suite.Tests.Unit.Client;

/// <summary>The client with the addresses of two replicas, each a real server in this process.</summary>
internal sealed class ReplicaTests
{
    private readonly ConcurrentDictionary<int, int> _calls = new();

    [Test]
    public async Task Replicas_are_called_in_turn_and_one_that_goes_and_comes_back_is_not_noticed()
    {
        await using var stays = await StartAsync(0);
        var goes = await StartAsync(0);
        var addresses = new[] { stays, goes }.Select(app => new Uri(app.Urls.Single())).ToArray();
        await using var client = new SuiteClient(new SuiteClientOptions
        {
            UserAddress = addresses[0],
            Replicas = { [SuiteService.User] = addresses },
        });
        await UntilCalledAsync(client, addresses[0]);
        await UntilCalledAsync(client, addresses[1]);

        await goes.DisposeAsync();
        for (var i = 0; i < 20; i++)
        {
            Assert.That((await client.Users.GetAsync("users/it")).Name, Is.EqualTo("users/it"));
        }

        await using var back = await StartAsync(addresses[1].Port);
        _calls.Clear();
        await UntilCalledAsync(client, addresses[1]);
    }

    [Test]
    public void Addresses_of_one_service_are_all_http_or_all_https() => Assert.That(
        () => new SuiteClient(new SuiteClientOptions
        {
            UserAddress = new Uri("http://a"),
            Replicas = { [SuiteService.User] = [new Uri("http://a"), new Uri("https://b")] },
        }),
        Throws.ArgumentException);

    [Test]
    public void An_address_that_is_set_later_takes_the_place_of_all_replicas()
    {
        var variables = new Dictionary<string, string> { ["SUITE_ORDER_ADDRESS"] = "http://a:1, http://b:2" };
        var options = SuiteSettings.FromEnvironment(profiles: SuiteProfiles.Load(Path.GetRandomFileName()), variable: variables.GetValueOrDefault);
        Assert.That(options.AddressesOf(SuiteService.Order), Is.EqualTo(new[] { new Uri("http://a:1"), new Uri("http://b:2") }));

        options.OrderAddress = new Uri("http://c:3");

        Assert.That(options.AddressesOf(SuiteService.Order), Is.EqualTo(new[] { new Uri("http://c:3") }));
    }

    private async Task UntilCalledAsync(SuiteClient client, Uri address)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!_calls.ContainsKey(address.Port))
        {
            await client.Users.GetAsync("users/it", cancellationToken: limit.Token);
        }
    }

    private async Task<WebApplication> StartAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Users(_calls));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port, listen => listen.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.MapGrpcService<Users>();
        await app.StartAsync();
        return app;
    }

    private sealed class Users(ConcurrentDictionary<int, int> calls) : UserService.UserServiceBase
    {
        public override Task<User> GetUser(GetUserRequest request, ServerCallContext context)
        {
            calls.AddOrUpdate(context.GetHttpContext().Connection.LocalPort, 1, static (_, n) => n + 1);
            return Task.FromResult(new User { Name = request.Name });
        }
    }
}
