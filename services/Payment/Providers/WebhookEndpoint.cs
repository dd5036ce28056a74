using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Suite.Payments.Providers;

/// <summary>
/// <c>POST /webhooks/{provider}</c>. It is open to anybody and believes nobody: the signature is the credential. Answers 200 for what is
/// taken in, was before, or is of no concern; 400, 401, 404 and 413 for what is not, with nothing changed; 503 when it is to be sent
/// again. The body is never logged.
/// </summary>
internal sealed class WebhookEndpoint(IProviderWebhooks webhooks, ILogger<WebhookEndpoint> logger)
{
    public const string Route = "/webhooks/{provider}";

    /// <summary>The most bytes of a body.</summary>
    public const int MostBytes = 64 * 1024;

    /// <summary>Takes a webhook in.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        var result = await AnswerAsync(context);
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await result.ExecuteAsync(context);
        }
    }

    private async Task<IResult> AnswerAsync(HttpContext context)
    {
        if (context.GetRouteValue("provider") as string != webhooks.Name)
        {
            return Problem(StatusCodes.Status404NotFound, "There is no such provider here.");
        }

        try
        {
            return await ReadBodyAsync(context) is not { } body
                ? Problem(StatusCodes.Status413PayloadTooLarge, $"A webhook has {MostBytes} bytes at most.")
                : await TakeAsync(context, body);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
#pragma warning disable CA1031 // Whatever it is, the sender is to send it again, and is not to read what it was.
        catch (Exception e)
#pragma warning restore CA1031
        {
            PaymentLog.WebhookFailed(logger, webhooks.Name, e);
            return Problem(StatusCodes.Status503ServiceUnavailable, "It could not be taken in now; send it again.");
        }
    }

    private async Task<IResult> TakeAsync(HttpContext context, ReadOnlyMemory<byte> body)
    {
        switch (await webhooks.ReadAsync(context.Request.Headers, body, context.RequestAborted))
        {
            case WebhookReading.NotAuthentic refused:
                PaymentLog.WebhookRefused(logger, webhooks.Name, refused.Why);
                return Problem(StatusCodes.Status401Unauthorized, $"The webhook is not to be believed: {refused.Why}.");
            case WebhookReading.Malformed refused:
                PaymentLog.WebhookRefused(logger, webhooks.Name, refused.Why);
                return Problem(StatusCodes.Status400BadRequest, $"The webhook cannot be read: {refused.Why}.");
            case WebhookReading.Event { Told: var told }:
                // A webhook that is read is taken in even if its sender goes away.
                var verdict = await context.RequestServices.GetRequiredService<IProviderEvents>().TakeAsync(told, CancellationToken.None);
                PaymentLog.WebhookTaken(logger, webhooks.Name, told.EventId, told.GetType().Name, verdict);
                return verdict switch
                {
                    ProviderEventVerdict.UnknownPayment => Problem(StatusCodes.Status404NotFound, "No such payment is known here."),
                    ProviderEventVerdict.TooEarly => Problem(StatusCodes.Status503ServiceUnavailable, "It comes too early; send it again."),
                    _ => TypedResults.Ok(),
                };
            default:
                return TypedResults.Ok();
        }
    }

    /// <summary>The body, or null when it is too large.</summary>
    private static async Task<ReadOnlyMemory<byte>?> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > MostBytes)
        {
            return null;
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            limit.MaxRequestBodySize = MostBytes;
        }

        var buffer = new MemoryStream();
        try
        {
            await context.Request.Body.CopyToAsync(buffer, context.RequestAborted);
        }
        catch (BadHttpRequestException e) when (e.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            return null;
        }

        return buffer.Length > MostBytes ? null : buffer.GetBuffer().AsMemory(0, (int)buffer.Length);
    }

    private static ProblemHttpResult Problem(int status, string detail) => TypedResults.Problem(detail, statusCode: status);
}
