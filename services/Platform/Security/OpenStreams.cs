using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Security;

/// <summary>
/// The streams that run, by the credentials they were opened with. A unary call is over before anybody could be told; a watch or an import
/// runs for hours, and must not go on for somebody who was signed out.
/// </summary>
internal sealed class OpenStreams(TrustStore trust)
{
    private readonly ConcurrentDictionary<HttpContext, Credential> _streams = [];
    private TrustSnapshot? _checked;

    /// <summary>How many there are.</summary>
    public int Count => _streams.Count;

    /// <summary>Runs a stream to its end, or until its credentials are revoked.</summary>
    public async Task RunAsync(HttpContext context, Credential credential, RequestDelegate next)
    {
        _streams[context] = credential;
        try
        {
            // What was revoked between the verdict and this line.
            if (trust.Current is { } current)
            {
                EndIfRevoked(context, credential, current);
            }

            await next(context);
        }
        finally
        {
            _streams.TryRemove(context, out _);
        }
    }

    /// <summary>Ends the streams whose credentials are no longer accepted. Callers see a broken stream, and at the next call why.</summary>
    public void Check()
    {
        if (trust.Current is not { } current || ReferenceEquals(current, _checked))
        {
            return;
        }

        _checked = current;
        foreach (var (context, credential) in _streams)
        {
            EndIfRevoked(context, credential, current);
        }
    }

    private static void EndIfRevoked(HttpContext context, Credential credential, TrustSnapshot current)
    {
        if (!credential.IsAcceptedBy(current))
        {
            context.Abort();
        }
    }
}
