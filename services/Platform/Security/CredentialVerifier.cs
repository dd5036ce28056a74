using Microsoft.AspNetCore.Http;
using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>
/// Finds out who is calling: an access token, an API key or a service's token, in <c>authorization: Bearer …</c> and nowhere else.
/// What was verified is remembered by its text until it expires, so that a call costs one look-up; what was revoked meanwhile is
/// refused all the same.
/// </summary>
internal sealed class CredentialVerifier(
    TrustStore trust, AccessTokens accessTokens, ApiKeys apiKeys, ServiceKeys serviceKeys, PeerCertificates peers, TimeProvider time)
{
    /// <summary>The longest credentials that are looked at, in characters; ours have less than a thousand.</summary>
    public const int MostLength = 8192;

    private const string Scheme = "Bearer ";

    /// <summary>An unknown key is one that does not exist only when the trust is fresh.</summary>
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    private readonly BoundedCache<Credential> _verified = new(50_000);

    /// <summary>Who makes a call.</summary>
    public ValueTask<Verdict> VerifyAsync(HttpContext context)
    {
        var headers = context.Request.Headers.Authorization;
        if (headers.Count != 1 || headers[0] is not { } header)
        {
            // Of two, nobody knows which one another server on the way would have taken.
            return new(Verdict.No(headers.Count == 0 ? DomainError.CredentialsMissing() : DomainError.CredentialsInvalid()));
        }

        return _verified.Find(header) is { } credential && time.GetUtcNow() < credential.GoodUntil
            ? new(Judge(credential, context))
            : VerifyAnewAsync(header, context);
    }

    private async ValueTask<Verdict> VerifyAnewAsync(string header, HttpContext context)
    {
        if (header.Length > MostLength || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Verdict.No(DomainError.CredentialsInvalid());
        }

        try
        {
            if (await FindAsync(header[Scheme.Length..], context.RequestAborted) is not { } credential)
            {
                return Verdict.No(DomainError.CredentialsInvalid());
            }

            _verified.Set(header, credential);
            return Judge(credential, context);
        }
        catch (DomainException e)
        {
            return Verdict.No(e);
        }
        catch (Exception e) when (!context.RequestAborted.IsCancellationRequested)
        {
            return Verdict.No(DomainError.DependencyUnavailable("user", e));
        }
    }

    private async ValueTask<Credential?> FindAsync(string text, CancellationToken cancellationToken)
    {
        if (text.StartsWith(ApiKeys.Prefix, StringComparison.Ordinal))
        {
            return await apiKeys.VerifyAsync(text, cancellationToken);
        }

        var token = SignedTokens.Read(text);
        switch (token?.Typ)
        {
            case ServiceKeys.Type:
                return await serviceKeys.VerifyAsync(token);
            case AccessTokens.Type:
                return await accessTokens.VerifyAsync(token, await TrustForAsync(token.Kid, cancellationToken));
            default:
                return null;
        }
    }

    /// <summary>The trust, asked for once more when it does not know a key.</summary>
    /// <exception cref="DomainException">UNAVAILABLE when nobody says whether there is such a key.</exception>
    private async ValueTask<TrustSnapshot> TrustForAsync(string kid, CancellationToken cancellationToken)
    {
        if (trust.Current is { } current && current.Find(kid) is not null)
        {
            return current;
        }

        await trust.RefreshAsync(cancellationToken);
        return trust.Current is { } fresh && (fresh.Find(kid) is not null || trust.Age < Fresh)
            ? fresh
            : throw DomainError.DependencyUnavailable("user");
    }

    private Verdict Judge(Credential credential, HttpContext context)
    {
        if (credential.Caller.Kind == CallerKind.Service)
        {
            // The files say what services may do, User is not asked; else User could not be asked.
            return peers.Vouch(context.Connection, credential.Caller.Name)
                ? Verdict.Of(credential)
                : Verdict.No(DomainError.CredentialsInvalid());
        }

        if (trust.Current is not { } current)
        {
            return Verdict.No(DomainError.DependencyUnavailable("user"));
        }

        return credential.IsAcceptedBy(current) ? Verdict.Of(credential) : Verdict.No(DomainError.CredentialsInvalid());
    }
}
