using System.Net;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Suite.Contracts.Orders.V1;
using Suite.Contracts.Trust.V1;
using Suite.Platform.Errors;
using Suite.Platform.Hosting;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>Two services in this process that talk over gRPC: one that says whom to believe, and one that asks it.</summary>
internal sealed class TrustChainTests
{
    private const string GetOrder = "suite.order.v1.OrderService/GetOrder";
    private static readonly string s_user = $"users/{Guid.CreateVersion7()}";

    private PlayedTrust _trust = null!;
    private TestKeys _keys = null!;
    private SecuredHost _user = null!;
    private SecuredHost _order = null!;

    [SetUp]
    public async Task StartAsync()
    {
        _trust = new PlayedTrust();
        _keys = new TestKeys();
        _user = await SecuredHost.StartAsync("user", _keys, _trust, app =>
        {
            app.MapGrpcService<PlayedTrustService>();
        });
        _order = await (await SecuredHost.StartAsync("order", _keys, null, null, $"--SUITE_USER_ADDRESS={_user.Grpc}")).TrustedAsync();
    }

    [TearDown]
    public async Task StopAsync()
    {
        foreach (var host in new[] { _order, _user })
        {
            if (host is not null)
            {
                await host.DisposeAsync();
            }
        }
    }

    [Test]
    public async Task What_is_revoked_at_user_is_refused_by_the_others_within_their_poll()
    {
        var session = $"sessions/{Guid.CreateVersion7()}";
        var (key, secret) = _trust.AddKey("orders.read");
        var ofSession = _trust.Token(s_user, session, "orders.read");
        var ofUser = _trust.Token(s_user, scopes: "orders.read");
        foreach (var (credentials, subject) in new[] { (ofSession, session), (secret, key), (ofUser, s_user) })
        {
            Assert.That((await _order.CallAsync(GetOrder, credentials)).Message, Is.EqualTo(Reached.Word));
            _trust.Revoke(subject);
            await Eventually.That(async () => (await _order.CallAsync(GetOrder, credentials)).Reason, Is.EqualTo("CREDENTIALS_INVALID"), seconds: 3);
        }
    }

    [Test]
    public async Task A_stream_ends_when_the_credentials_it_was_opened_with_are_revoked_and_the_others_go_on()
    {
        await using var host = await (await SecuredHost.StartAsync("order", _keys, _trust, app => app.MapGrpcService<Endless>())).TrustedAsync();
        var session = $"sessions/{Guid.CreateVersion7()}";
        var open = host.Services.GetRequiredService<OpenStreams>();
        var request = new WatchOrderRequest { Name = $"orders/{Guid.CreateVersion7()}" }.ToByteArray();
        Task<Answer> WatchAsync(string token) => host.CallAsync("suite.order.v1.OrderService/WatchOrder", ["Bearer " + token], request);
        var ended = WatchAsync(_trust.Token(s_user, session, "orders.read"));
        var stays = WatchAsync(_trust.Token(s_user, scopes: "orders.read"));
        await Eventually.That(() => Task.FromResult(open.Count), Is.EqualTo(2));

        _trust.Revoke(session);

        Assert.That(async () => await ended.WaitAsync(TimeSpan.FromSeconds(5)), Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
        await Eventually.That(() => Task.FromResult(open.Count), Is.EqualTo(1));
        Assert.That(stays.IsCompleted, Is.False);
        _trust.Revoke(s_user);
        Assert.That(async () => await stays.WaitAsync(TimeSpan.FromSeconds(5)), Throws.InstanceOf<HttpRequestException>().Or.InstanceOf<IOException>());
    }

    [Test]
    public async Task A_service_without_the_scope_learns_nothing_of_keys()
    {
        foreach (var token in new[] { _keys.Token("user", "user"), _trust.Token(s_user, scopes: "trust.read"), _trust.AddKey("trust.read").Secret })
        {
            Assert.That((await _user.CallAsync("suite.trust.v1.TrustService/GetTrust", token)).Reason, Is.EqualTo("SCOPE_MISSING"));
        }

        Assert.That((await _user.CallAsync("suite.trust.v1.TrustService/GetTrust", _keys.Token("payment", "user"))).Code, Is.EqualTo(StatusCode.OK));
    }

    [Test]
    public async Task User_away_after_the_start_makes_a_service_degraded_and_its_callers_are_served_all_the_same()
    {
        var token = _trust.Token(s_user, scopes: "orders.read");
        await _user.DisposeAsync();
        _user = null!;
        Assert.That(await _order.Services.GetRequiredService<TrustStore>().PollAsync(CancellationToken.None), Is.False);

        Assert.That((await _order.CallAsync(GetOrder, token)).Message, Is.EqualTo(Reached.Word));
        await Eventually.That(() => HealthAsync(_order), Is.EqualTo(HealthStatus.Degraded), seconds: 10);
        Assert.That((await _order.CallAsync(GetOrder, token)).Message, Is.EqualTo(Reached.Word));
    }

    [Test]
    public async Task Of_several_addresses_of_User_those_that_answer_are_asked()
    {
        await using var order = await SecuredHost.StartAsync("order", _keys, null, null, $"--SUITE_USER_ADDRESS=http://127.0.0.1:9,{_user.Grpc}");
        await order.TrustedAsync();
        var (_, secret) = _trust.AddKey("orders.read");

        Assert.That((await order.CallAsync(GetOrder, secret)).Message, Is.EqualTo(Reached.Word));
    }

    [Test]
    public async Task User_away_from_the_start_is_told_as_such_and_nobody_passes()
    {
        await using var order = await SecuredHost.StartAsync("order", _keys, null, null, "--SUITE_USER_ADDRESS=http://127.0.0.1:9");
        var answer = await order.CallAsync(GetOrder, _trust.Token(s_user, scopes: "orders.read"));

        Assert.That((answer.Code, answer.Reason), Is.EqualTo((StatusCode.Unavailable, "DEPENDENCY_UNAVAILABLE")));
        Assert.That(await HealthAsync(order), Is.EqualTo(HealthStatus.Unhealthy));
        Assert.That((await order.CallAsync("suite.order.v1.ProductService/GetProduct", [])).Message, Is.EqualTo(Reached.Word), "public all the same");
        using var http = new HttpClient { BaseAddress = order.Http };
        using var json = new HttpRequestMessage(HttpMethod.Get, "v1/orders");
        json.Headers.Add("Authorization", "Bearer " + _trust.Token(s_user));
        using var response = await http.SendAsync(json);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.ServiceUnavailable));
    }

    [Test]
    public async Task A_refusal_looks_in_json_like_one_that_comes_from_a_method()
    {
        await using var host = await SecuredHost.StartAsync(
            "order", _keys, _trust, app => { app.MapGrpcService<Refusing>(); app.MapGrpcService<AnyOrders>(); });
        using var http = new HttpClient { BaseAddress = (await host.TrustedAsync()).Http };
        foreach (var (sku, credentials) in new[] { ("missing", null), ("invalid", "Bearer x"), ("scope", "Bearer " + _trust.Token(s_user)) })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "v1/orders");
            request.Headers.TryAddWithoutValidation("Authorization", credentials is null ? [] : [credentials]);
            using var refused = await http.SendAsync(request);
            using var thrown = await http.GetAsync($"v1/products/{sku}");

            Assert.That(refused.StatusCode, Is.EqualTo(thrown.StatusCode), sku);
            Assert.That(refused.Content.Headers.ContentType!.MediaType, Is.EqualTo(thrown.Content.Headers.ContentType!.MediaType));
            var (ours, theirs) = (await refused.Content.ReadAsStringAsync(), await thrown.Content.ReadAsStringAsync());
            Assert.That(JsonNode.DeepEquals(JsonNode.Parse(ours), JsonNode.Parse(theirs)), Is.True, $"{ours}\n{theirs}");
        }
    }

    [Test]
    public void A_method_of_which_the_contract_does_not_say_who_may_call_it_stops_the_start()
    {
        Assert.That(
            async () => await SecuredHost.StartAsync("order", _keys, _trust, app => app.MapGrpcService<Silent>()),
            Throws.InvalidOperationException.With.Message.Contains("/suite.order.v1.OrderService/Unspoken").And.Message.Contains("suite.common.v1.auth"));
        Assert.That(
            async () => await SecuredHost.StartAsync("order", _keys, _trust, app => app.MapGrpcService<Stranger>()),
            Throws.InvalidOperationException.With.Message.Contains("/foreign.Service/Call"));
    }

    private static async Task<HealthStatus> HealthAsync(SecuredHost host) =>
        (await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Name == "trust")).Status;

    private sealed class Endless : OrderService.OrderServiceBase
    {
        public override Task WatchOrder(
            WatchOrderRequest request, IServerStreamWriter<WatchOrderResponse> responseStream, ServerCallContext context) =>
            Task.Delay(Timeout.Infinite, context.CancellationToken);
    }

    private sealed class AnyOrders : OrderService.OrderServiceBase;

    private sealed class Refusing : ProductService.ProductServiceBase
    {
        public override Task<Product> GetProduct(GetProductRequest request, ServerCallContext context) => throw (request.Name switch
        {
            "products/missing" => DomainError.CredentialsMissing(),
            "products/invalid" => DomainError.CredentialsInvalid(),
            _ => DomainError.ScopeMissing("orders.read"),
        });
    }

    [BindServiceMethod(typeof(Silent), nameof(Bind))]
    public class Silent
    {
        public static void Bind(ServiceBinderBase binder, Silent service) => binder.AddMethod(
            Method("suite.order.v1.OrderService", "Unspoken"), new UnaryServerMethod<GetOrderRequest, Order>((_, _) => Task.FromResult(new Order())));

        public virtual Task<Order> Unspoken(GetOrderRequest request, ServerCallContext context) => Task.FromResult(new Order());

        protected static Method<GetOrderRequest, Order> Method(string service, string name)
        {
            static byte[] Serialize(Google.Protobuf.IMessage message) => Google.Protobuf.MessageExtensions.ToByteArray(message);
            return new(
                MethodType.Unary,
                service,
                name,
                Marshallers.Create<GetOrderRequest>(Serialize, GetOrderRequest.Parser.ParseFrom),
                Marshallers.Create<Order>(Serialize, Order.Parser.ParseFrom));
        }
    }

    private sealed class Stranger : Foreign;

    [BindServiceMethod(typeof(Foreign), nameof(BindForeign))]
    public abstract class Foreign : Silent
    {
        public virtual Task<Order> Call(GetOrderRequest request, ServerCallContext context) => Task.FromResult(new Order());

        public static void BindForeign(ServiceBinderBase binder, Foreign service) => binder.AddMethod(
            Method("foreign.Service", "Call"), new UnaryServerMethod<GetOrderRequest, Order>((_, _) => Task.FromResult(new Order())));
    }
}
