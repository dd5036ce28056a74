using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Suite.Contracts.Common.V1;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>Every method of every service, with every kind of credentials that is not good enough for it.</summary>
internal sealed class AuthorizationWalkTests
{
    private static readonly string s_user = $"users/{Guid.CreateVersion7()}";

    private readonly PlayedTrust _trust = new();
    private readonly ECDsa _stranger = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private TestKeys _keys = null!;
    private SecuredHost _host = null!;

    private static IEnumerable<TestCaseData> Methods =>
        AnyService.Methods.Select(method => new TestCaseData(method).SetArgDisplayNames(method.FullName));

    [OneTimeSetUp]
    public async Task StartAsync()
    {
        _keys = new TestKeys();
        _host = await (await SecuredHost.StartAsync("order", _keys, _trust)).TrustedAsync();
    }

    [OneTimeTearDown]
    public async Task StopAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }
    }

    [TestCaseSource(nameof(Methods))]
    public async Task A_method_is_reached_by_those_the_contract_names_and_nobody_else(MethodDescriptor method)
    {
        var path = $"{method.Service.FullName}/{method.Name}";
        var scope = method.GetOptions().GetExtension(AuthExtensions.Auth).Scope;
        var before = Calls(path).Length;
        foreach (var (what, credentials) in NotValid())
        {
            var answer = await _host.CallAsync(path, credentials);
            if (scope.Length == 0)
            {
                Assert.That(answer, Is.EqualTo(Reach), $"{what}: a public method does not look at credentials");
                continue;
            }

            var reason = credentials.Length == 0 ? "CREDENTIALS_MISSING" : "CREDENTIALS_INVALID";
            Assert.That((answer.Code, answer.Reason), Is.EqualTo((StatusCode.Unauthenticated, reason)), what);
            // A message that is none would be found out by whoever reads it.
            var garbage = await _host.CallAsync(path, credentials, [0xff, 0xff, 0xff]);
            Assert.That(garbage, Is.EqualTo(answer), $"{what}, with a body that is no message");
        }

        if (scope.Length == 0)
        {
            return;
        }

        Assert.That(Calls(path), Has.Length.EqualTo(before));
        var others = MethodPolicies.AllScopes.Where(s => s != scope).ToArray();
        foreach (var token in new[] { _trust.Token(s_user, scopes: string.Join(' ', others)), _trust.AddKey(others).Secret, _trust.Token(s_user) })
        {
            var answer = await _host.CallAsync(path, ["Bearer " + token], [0xff, 0xff, 0xff]);
            Assert.That((answer.Code, answer.Reason, answer.Scope), Is.EqualTo((StatusCode.PermissionDenied, "SCOPE_MISSING", scope)));
        }

        Assert.That(Calls(path), Has.Length.EqualTo(before));
        if (scope is "trust.read" or "history.read")
        {
            // For services alone, whatever a grant says.
            Assert.That((await _host.CallAsync(path, _trust.AddKey(scope).Secret)).Reason, Is.EqualTo("SCOPE_MISSING"));
            Assert.That((await _host.CallAsync(path, _trust.Token(s_user, scopes: scope))).Reason, Is.EqualTo("SCOPE_MISSING"));
            Assert.That(await _host.CallAsync(path, _keys.Token("payment", "order")), Is.EqualTo(Reach));
            return;
        }

        var key = _trust.AddKey(scope);
        Assert.That(await _host.CallAsync(path, _trust.Token(s_user, scopes: $"other.scope {scope}")), Is.EqualTo(Reach));
        Assert.That(await _host.CallAsync(path, key.Secret), Is.EqualTo(Reach));
        Assert.That(Calls(path).Skip(before).Select(c => (c.Kind, c.Name)), Is.EqualTo(new[] { (CallerKind.User, s_user), (CallerKind.ApiKey, key.Name) }));
    }

    [Test]
    public async Task A_service_may_do_what_the_file_of_keys_says_and_nothing_its_token_says()
    {
        var allowed = await _host.CallAsync("suite.order.v1.OrderService/GetOrder", _keys.Token("user", "order", onBehalfOf: s_user));
        var refused = await _host.CallAsync("suite.order.v1.OrderService/CancelOrder", _keys.Token("payment", "order"));

        Assert.That(allowed, Is.EqualTo(Reach));
        Assert.That(refused.Scope, Is.EqualTo("orders.write"));
        var caller = _host.Reached.Calls.Last(c => c.Caller.Kind == CallerKind.Service && c.Method.EndsWith("/GetOrder", StringComparison.Ordinal)).Caller;
        Assert.That((caller.Name, caller.OnBehalfOf), Is.EqualTo(("services/user", s_user)));
        Assert.That(caller.MayKnowOf("users/anybody"), Is.True);
    }

    [Test]
    public async Task What_else_a_caller_says_of_who_it_is_means_nothing()
    {
        var victim = $"users/{Guid.CreateVersion7()}";
        (string, string)[] claims =
        [
            ("x-user-id", victim), ("x-forwarded-user", victim), ("x-forwarded-for", "127.0.0.1"), ("x-forwarded-authorization", "Bearer " + _keys.Token("user", "order")),
            ("x-suite-caller", "services/user"), ("x-scopes", "orders.read ops.write"), ("forwarded", "for=127.0.0.1"), ("x-client-cert", "CN=user"),
        ];

        var refused = await _host.CallAsync("suite.ops.v1.DeadLetterService/ListDeadLetters", ["Bearer " + _trust.Token(s_user, scopes: "orders.read")], null, claims);
        var nobody = await _host.CallAsync("suite.order.v1.OrderService/ListOrders", [], null, claims);
        var allowed = await _host.CallAsync("suite.order.v1.OrderService/ListOrders", ["Bearer " + _trust.Token(s_user, scopes: "orders.read")], null, claims);

        Assert.That(refused.Reason, Is.EqualTo("SCOPE_MISSING"));
        Assert.That(nobody.Reason, Is.EqualTo("CREDENTIALS_MISSING"));
        Assert.That(allowed, Is.EqualTo(Reach));
        Assert.That(_host.Reached.Calls.Where(c => c.Caller.Name == victim), Is.Empty);
    }

    [Test]
    public async Task Over_json_and_grpc_web_the_same_is_refused()
    {
        using var http = new HttpClient { BaseAddress = _host.Http };
        foreach (var path in new[] { $"v1/orders/{Guid.NewGuid()}", "v1/orders", "v1/deadLetters", "v1/trust" })
        {
            foreach (var (what, credentials) in NotValid())
            {
                using var request = new HttpRequestMessage(HttpMethod.Get, path);
                request.Headers.TryAddWithoutValidation("Authorization", credentials);
                using var response = await http.SendAsync(request);
                var body = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
                Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), $"{path}, {what}: {body}");
                Assert.That((int)body["code"]!, Is.EqualTo((int)StatusCode.Unauthenticated));
                Assert.That(response.Headers.WwwAuthenticate.ToString(), Does.StartWith("Bearer"));
            }
        }

        using var web = new HttpRequestMessage(HttpMethod.Post, "suite.order.v1.OrderService/GetOrder") { Content = new ByteArrayContent([0, 0, 0, 0, 3, 0xff, 0xff, 0xff]) };
        web.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc-web");
        using var answer = await http.SendAsync(web);
        Assert.That(answer.Content.Headers.ContentType!.MediaType, Is.EqualTo("application/grpc-web"));
        Assert.That(Answer.Of(answer.Headers).Reason, Is.EqualTo("CREDENTIALS_MISSING"));
        Assert.That(Calls("suite.order.v1.OrderService/GetOrder").Where(c => c.Kind == CallerKind.Anonymous), Is.Empty);
    }

    [Test]
    public async Task Health_and_reflection_need_no_credentials()
    {
        using var http = new HttpClient { BaseAddress = _host.Http };
        Assert.That((await http.GetAsync("/livez")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That((await http.GetAsync("/readyz")).StatusCode, Is.EqualTo(HttpStatusCode.OK));
        foreach (var method in new[] { "grpc.health.v1.Health/Check", "grpc.reflection.v1.ServerReflection/ServerReflectionInfo" })
        {
            Assert.That((await _host.CallAsync(method, [])).Code, Is.Not.EqualTo(StatusCode.Unauthenticated), method);
        }
    }

    private static Answer Reach { get; } = new(StatusCode.Unimplemented, Security.Reached.Word, string.Empty, null);

    private Caller[] Calls(string path) => [.. _host.Reached.Calls.Where(c => c.Method == "/" + path).Select(c => c.Caller)];

    private IEnumerable<(string What, string[] Credentials)> NotValid()
    {
        var all = string.Join(' ', MethodPolicies.AllScopes);
        var good = _trust.Token(s_user, scopes: all);
        string User(Action<Dictionary<string, object>>? change = null, ECDsa? signedBy = null, string algorithm = "ES256", string type = "at+jwt", string? kid = null) =>
            "Bearer " + _trust.Token(s_user, null, all, signedBy, algorithm, type, kid, change);
        yield return ("no credentials", []);
        yield return ("expired", [User(claims => claims["exp"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60)]);
        yield return ("without an end", [User(claims => claims.Remove("exp"))]);
        yield return ("of the future", [User(claims => claims["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 60)]);
        yield return ("wrong signature", [User(signedBy: _stranger)]);
        yield return ("alg none", [User(algorithm: "none")]);
        yield return ("HS256 with the public key as the secret", [User(algorithm: "HS256")]);
        yield return ("other audience", [User(claims => claims["aud"] = "services/order")]);
        yield return ("other issuer", [User(claims => claims["iss"] = "http://localhost:9999")]);
        yield return ("other type", [User(type: "JWT")]);
        yield return ("a key nobody published", [User(kid: "nobody", signedBy: _stranger)]);
        yield return ("without a session", [User(claims => claims.Remove("sid"))]);
        yield return ("for something that is no user", [User(claims => claims["sub"] = "services/user")]);
        yield return ("a user's token that says it is a service's", [User(type: "suite-service+jwt", kid: "kid-user")]);
        yield return ("changed after signing", ["Bearer " + good[..^4] + (good[^4..] == "AAAA" ? "BBBB" : "AAAA")]);
        yield return ("for another service", ["Bearer " + _keys.Token("order", "payment")]);
        yield return ("of a service, signed by another", ["Bearer " + _keys.Token("user", "order", signedBy: "payment")]);
        yield return ("of a service with another's name", ["Bearer " + _keys.Token("payment", "order", issuer: "services/user")]);
        yield return ("of a service, for a day", ["Bearer " + _keys.Token("user", "order", lifetime: 86400)]);
        yield return ("of a service, expired", ["Bearer " + _keys.Token("user", "order", age: 120)]);
        yield return ("unknown API key", ["Bearer suite_key_" + new string('A', 43)]);
        yield return ("no API key", ["Bearer suite_key_short"]);
        yield return ("nothing after the scheme", ["Bearer "]);
        yield return ("another scheme", ["Basic dXNlcjpwYXNz"]);
        yield return ("twice", ["Bearer " + good, "Bearer " + good]);
        yield return ("too long", ["Bearer " + good + new string('A', CredentialVerifier.MostLength)]);
        yield return ("no token", ["Bearer a.b.c"]);
    }
}
