using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Suite.Tests.Component.Payments;

/// <summary>
/// A Stripe that keeps state, as far as a payment's life needs it: payment intents, captures, cancels, refunds, replays by
/// idempotency key, and whatever trouble a test asks for. The forms of its requests are checked against stripe-mock elsewhere.
/// </summary>
internal sealed class StripeStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, JsonObject> _intents = new();
    private readonly ConcurrentDictionary<string, JsonObject> _refunds = new();
    private readonly ConcurrentDictionary<string, (string Content, int Status, string Body)> _replays = new();
    private int _ids;

    private StripeStub(WebApplication app) => _app = app;

    /// <summary>The next requests that change something do it and lose their answer.</summary>
    public int LostAnswers { get; set; }

    /// <summary>The next requests are answered with this status and nothing is done.</summary>
    public Queue<int> Trouble { get; } = new();

    /// <summary>Intents that the search knows of; it lags behind as Stripe's does.</summary>
    public bool IsSearchable { get; set; } = true;

    /// <summary>Every request that changed something or asked for it: method, path, idempotency key.</summary>
    public ConcurrentQueue<(string Path, string Key, IReadOnlyDictionary<string, string> Form)> Requests { get; } = new();

    public string Address => _app.Urls.First();

    public IReadOnlyDictionary<string, JsonObject> Intents => _intents;

    public static async Task<StripeStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stub = new StripeStub(app);
        app.MapPost("/v1/payment_intents", c => stub.ChangeAsync(c, stub.Create));
        app.MapPost("/v1/payment_intents/{id}/capture", c => stub.ChangeAsync(c, f => stub.Capture(IdOf(c), f)));
        app.MapPost("/v1/payment_intents/{id}/cancel", c => stub.ChangeAsync(c, f => stub.Cancel(IdOf(c), f)));
        app.MapPost("/v1/refunds", c => stub.ChangeAsync(c, stub.Refund));
        app.MapGet(
            "/v1/payment_intents/search",
            c => ListAsync(c, "/v1/payment_intents/search", stub.IsSearchable ? stub.Searched(c) : []));
        app.MapGet("/v1/payment_intents", c => ListAsync(c, "/v1/payment_intents", stub._intents.Values));
        app.MapGet("/v1/payment_intents/{id}", c => stub._intents.TryGetValue(IdOf(c), out var found)
            ? WriteAsync(c, 200, found.ToJsonString())
            : WriteAsync(c, 404, Error("invalid_request_error", "resource_missing").ToJsonString()));
        app.MapGet("/v1/refunds", c => ListAsync(
            c, "/v1/refunds", stub._refunds.Values.Where(r => (string?)r["payment_intent"] == (string?)c.Request.Query["payment_intent"])));
        await app.StartAsync();
        return stub;
    }

    /// <summary>The intent as the webhook of an event would carry it.</summary>
    public string Event(string type, JsonNode subject) => new JsonObject
    {
        ["id"] = "evt_" + Interlocked.Increment(ref _ids),
        ["object"] = "event",
        ["api_version"] = "2020-08-27",
        ["created"] = 1_760_000_000,
        ["type"] = type,
        ["data"] = new JsonObject { ["object"] = subject.DeepClone() },
    }.ToJsonString();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private static string IdOf(HttpContext context) => (string)context.Request.RouteValues["id"]!;

    private async Task ChangeAsync(HttpContext context, Func<IReadOnlyDictionary<string, string>, (int Status, JsonObject Body)> change)
    {
        var form = (await context.Request.ReadFormAsync()).ToDictionary(f => f.Key, f => f.Value.ToString());
        var key = context.Request.Headers["Idempotency-Key"].ToString();
        Requests.Enqueue((context.Request.Path, key, form));
        if (Trouble.TryDequeue(out var trouble))
        {
            await WriteAsync(context, trouble, Error("api_error", "trouble").ToJsonString());
            return;
        }

        var fields = form.OrderBy(f => f.Key, StringComparer.Ordinal).Select(f => $"{f.Key}={f.Value}");
        var content = context.Request.Path + string.Join('&', fields);
        if (!_replays.TryGetValue(key, out var replay))
        {
            var (status, body) = change(form);
            _replays[key] = replay = (content, status, body.ToJsonString());
        }

        if (replay.Content != content)
        {
            await WriteAsync(context, 400, Error("idempotency_error", null).ToJsonString());
            return;
        }

        if (LostAnswers > 0)
        {
            LostAnswers--;
            context.Abort();
            return;
        }

        await WriteAsync(context, replay.Status, replay.Body);
    }

    private (int, JsonObject) Create(IReadOnlyDictionary<string, string> form)
    {
        var id = "pi_" + Interlocked.Increment(ref _ids);
        var amount = long.Parse(form["amount"], CultureInfo.InvariantCulture);
        var method = form["payment_method"];
        var intent = new JsonObject
        {
            ["id"] = id,
            ["object"] = "payment_intent",
            ["amount"] = amount,
            ["amount_capturable"] = 0L,
            ["amount_received"] = 0L,
            ["currency"] = form["currency"],
            ["created"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["status"] = "requires_capture",
            ["metadata"] = MetadataOf(form),
        };
        _intents[id] = intent;
        switch (method)
        {
            case "pm_card_visa":
                intent["amount_capturable"] = amount;
                intent["latest_charge"] = ChargeOf(id, amount);
                return (200, intent);
            case "pm_card_authenticationRequired":
                intent["status"] = "requires_action";
                intent["next_action"] = new JsonObject
                {
                    ["type"] = "redirect_to_url",
                    ["redirect_to_url"] = new JsonObject { ["url"] = "https://bank.example/" + id, ["return_url"] = form["return_url"] },
                };
                return (200, intent);
            default:
                intent["status"] = "requires_payment_method";
                var error = Error("card_error", "card_declined");
                error["error"]!["decline_code"] = "insufficient_funds";
                return (402, error);
        }
    }

    private (int, JsonObject) Capture(string id, IReadOnlyDictionary<string, string> form)
    {
        var intent = _intents[id];
        var amount = long.Parse(form["amount_to_capture"], CultureInfo.InvariantCulture);
        if ((string?)intent["status"] != "requires_capture")
        {
            return (400, Error("invalid_request_error", "payment_intent_unexpected_state"));
        }

        if (amount > (long)intent["amount_capturable"]!)
        {
            return (400, Error("invalid_request_error", "amount_too_large"));
        }

        intent["status"] = "succeeded";
        intent["amount_capturable"] = 0L;
        intent["amount_received"] = amount;
        foreach (var (name, value) in MetadataOf(form))
        {
            intent["metadata"]![name] = value!.DeepClone();
        }

        return (200, intent);
    }

    private (int, JsonObject) Cancel(string id, IReadOnlyDictionary<string, string> form)
    {
        var intent = _intents[id];
        if ((string?)intent["status"] is "succeeded" or "canceled")
        {
            return (400, Error("invalid_request_error", "payment_intent_unexpected_state"));
        }

        intent["status"] = "canceled";
        intent["amount_capturable"] = 0L;
        intent["cancellation_reason"] = form["cancellation_reason"];
        return (200, intent);
    }

    private (int, JsonObject) Refund(IReadOnlyDictionary<string, string> form)
    {
        var intent = _intents[form["payment_intent"]];
        var amount = long.Parse(form["amount"], CultureInfo.InvariantCulture);
        var charge = intent["latest_charge"]!.AsObject();
        var refunded = (long)charge["amount_refunded"]!;
        if (refunded + amount > (long)intent["amount_received"]!)
        {
            return (400, Error("invalid_request_error", refunded == 0 ? "amount_too_large" : "charge_already_refunded"));
        }

        charge["amount_refunded"] = refunded + amount;
        var id = "re_" + Interlocked.Increment(ref _ids);
        return (200, _refunds[id] = new JsonObject
        {
            ["id"] = id,
            ["object"] = "refund",
            ["amount"] = amount,
            ["currency"] = (string?)intent["currency"],
            ["payment_intent"] = (string?)intent["id"],
            ["status"] = "succeeded",
            ["metadata"] = MetadataOf(form),
        });
    }

    private static JsonObject ChargeOf(string intent, long amount) => new()
    {
        ["id"] = "ch_" + intent,
        ["object"] = "charge",
        ["amount"] = amount,
        ["amount_refunded"] = 0L,
        ["status"] = "succeeded",
        ["payment_method_details"] = new JsonObject
        {
            ["type"] = "card",
            ["card"] = new JsonObject { ["capture_before"] = DateTimeOffset.UtcNow.AddDays(7).ToUnixTimeSeconds() },
        },
    };

    private static JsonObject MetadataOf(IReadOnlyDictionary<string, string> form)
    {
        var metadata = new JsonObject();
        foreach (var (name, value) in form.Where(f => f.Key.StartsWith("metadata[", StringComparison.Ordinal)))
        {
            metadata[name["metadata[".Length..^1]] = value;
        }

        return metadata;
    }

    private IEnumerable<JsonObject> Searched(HttpContext context)
    {
        var query = context.Request.Query["query"].ToString();
        return _intents.Values.Where(i => query.Contains($"'{(string?)i["metadata"]!["suite_step"]}'", StringComparison.Ordinal));
    }

    private static Task ListAsync(HttpContext context, string url, IEnumerable<JsonObject> items) => WriteAsync(context, 200, new JsonObject
    {
        ["object"] = url.EndsWith("search", StringComparison.Ordinal) ? "search_result" : "list",
        ["url"] = url,
        ["has_more"] = false,
        ["data"] = new JsonArray([.. items.Select(i => i.DeepClone())]),
    }.ToJsonString());

    private static JsonObject Error(string type, string? code) => new()
    {
        ["error"] = new JsonObject { ["type"] = type, ["code"] = code, ["message"] = "sk_test_secret is not to be repeated" },
    };

    private static Task WriteAsync(HttpContext context, int status, string body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }
}
