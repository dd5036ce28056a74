using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Platform.Hosting;

/// <summary>
/// Refuses with a status what is too large before a handler sees it: more metadata than <see cref="ServerLimits.MaxMetadataBytes"/>
/// (the server's own limit, further out, closes the connection and with it whatever else ran on it), and bodies of HTTP/1.
/// </summary>
internal sealed class SizeLimitMiddleware(RequestDelegate next)
{
    /// <summary>What HTTP/2 counts for a field beside its name and value (RFC 9113, 6.5.2).</summary>
    private const int FieldOverhead = 32;

    public Task InvokeAsync(HttpContext context)
    {
        if (Size(context.Request.Headers) > ServerLimits.MaxMetadataBytes)
        {
            return Refusals.WriteAsync(context, DomainError.MetadataTooLarge(ServerLimits.MaxMetadataBytes));
        }

        return HttpProtocol.IsHttp2(context.Request.Protocol) ? next(context) : LimitBodyAsync(context);
    }

    /// <summary>Over HTTP/1 a message is the whole body, and nothing else would look at its size.</summary>
    private Task LimitBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength > ServerLimits.MaxRequestBytes)
        {
            return Refusals.WriteAsync(context, DomainError.MessageTooLarge());
        }

        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } body)
        {
            body.MaxRequestBodySize = ServerLimits.MaxRequestBytes;
        }

        return next(context);
    }

    private static int Size(IHeaderDictionary headers)
    {
        var size = 0;
        foreach (var (name, values) in headers)
        {
            foreach (var value in values)
            {
                size += name.Length + (value?.Length ?? 0) + FieldOverhead;
            }
        }

        return size;
    }
}
