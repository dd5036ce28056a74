using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Security;

/// <summary>Gives every call to another service this service's token. It names the caller being served, where there is one.</summary>
internal sealed class ServiceTokenHandler(ServiceTokens tokens, IHttpContextAccessor calls, string service) : DelegatingHandler
{
    private const string Header = "Authorization";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Remove(Header);
        request.Headers.TryAddWithoutValidation(Header, tokens.AuthorizationFor(service, OriginalCaller()));
        return base.SendAsync(request, cancellationToken);
    }

    private string? OriginalCaller() => calls.HttpContext?.GetCaller() switch
    {
        null or { Kind: CallerKind.Anonymous } => null,
        { Kind: CallerKind.Service, OnBehalfOf: { } original } => original,
        { } caller => caller.Name,
    };
}
