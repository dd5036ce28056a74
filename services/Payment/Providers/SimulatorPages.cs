using System.Globalization;
using System.Net;
using Suite.Payments.Features;
using Suite.Platform.Time;

namespace Suite.Payments.Providers;

/// <summary>
/// The page to which the simulator sends the holder of a card (<c>tok_requires_action</c>): two buttons, and <c>POST</c> with
/// <c>outcome=approve</c> or <c>outcome=decline</c>. A bank's page knows its holder by its own means, so nobody is asked who they are.
/// </summary>
internal sealed class SimulatorPages(SimulatorRecord record, PaymentOptions options, TimeProvider time)
{
    public const string Route = "/simulator/actions/{key}";

    /// <summary>Why an authorization is declined that its holder refused.</summary>
    public const string RefusedReason = "authentication_failed";

    private const int MostBytes = 1024;

    /// <summary>Shows the page.</summary>
    public async Task ShowAsync(HttpContext context)
    {
        var (key, entry) = await FindAsync(context);
        if (entry is null)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, "<p>There is nothing to approve here.</p>");
            return;
        }

        if (!IsOpen(entry))
        {
            await WriteAsync(context, StatusCodes.Status410Gone, "<p>This is over.</p>");
            return;
        }

        var amount = WebUtility.HtmlEncode(
            string.Create(CultureInfo.InvariantCulture, $"{entry.Amount.MinorUnits} minor units of {entry.Amount.CurrencyCode}"));
        await WriteAsync(
            context,
            StatusCodes.Status200OK,
            $"""
            <p>A payment of {amount} asks for your approval.</p>
            <form method="post" action="/simulator/actions/{WebUtility.HtmlEncode(Uri.EscapeDataString(key))}">
            <button name="outcome" value="approve">Approve</button>
            <button name="outcome" value="decline">Decline</button>
            </form>
            """);
    }

    /// <summary>Takes what the holder says.</summary>
    public async Task DecideAsync(HttpContext context)
    {
        var (key, entry) = await FindAsync(context);
        if (entry is null)
        {
            await WriteAsync(context, StatusCodes.Status404NotFound, "<p>There is nothing to approve here.</p>");
            return;
        }

        var outcome = await OutcomeAsync(context);
        if (outcome is not ("approve" or "decline"))
        {
            await WriteAsync(context, StatusCodes.Status400BadRequest, "<p>The outcome is approve or decline.</p>");
            return;
        }

        var (now, refusal) = (time.GetMicrosecondUtcNow(), outcome == "approve" ? null : RefusedReason);
        var webhook = SimulatorWebhook.OfStep(
            SimulatorScript.For(entry.Token ?? string.Empty),
            Domain.StepKind.Authorize,
            key,
            key,
            entry.PaymentId,
            refusal is null ? SimulatedProvider.ReferencePrefix + key : null,
            refusal,
            now,
            options.SimulatorLater);
        var taken = await record.DecideAsync(key, refusal, now, [webhook], context.RequestAborted);
        await WriteAsync(
            context,
            taken ? StatusCodes.Status200OK : StatusCodes.Status409Conflict,
            !taken ? "<p>This is over.</p>" : refusal is null ? "<p>Approved.</p>" : "<p>Declined.</p>");
    }

    private async Task<(string Key, SimulatorEntry? Entry)> FindAsync(HttpContext context)
    {
        var key = (string)context.GetRouteValue("key")!;
        var entry = await record.FindAsync(key, context.RequestAborted);
        return (key, entry is { Action: not SimulatorAction.None } && entry.Calls >= entry.AnswersOnCall ? entry : null);
    }

    private bool IsOpen(SimulatorEntry entry) => entry.Action == SimulatorAction.Waiting && entry.ActionExpireTime > time.GetUtcNow();

    private static async Task<string?> OutcomeAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not <= MostBytes || !context.Request.HasFormContentType)
        {
            return null;
        }

        try
        {
            var form = await context.Request.ReadFormAsync(context.RequestAborted);
            return form["outcome"];
        }
        catch (Exception e) when (e is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }

    private static Task WriteAsync(HttpContext context, int status, string content)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/html; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        context.Response.Headers.ContentSecurityPolicy = "default-src 'none'; form-action 'self'";
        return context.Response.WriteAsync(
            $"<!doctype html><html lang=\"en\"><title>Simulated bank</title><h1>Simulated bank</h1>{content}</html>",
            context.RequestAborted);
    }
}
