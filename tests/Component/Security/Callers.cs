using System.Collections.Frozen;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Security;

namespace Suite.Tests.Component.Security;

/// <summary>Callers as credentials would prove them.</summary>
internal static class Callers
{
    /// <summary>A backend with an API key for everything.</summary>
    public static Caller Backend { get; } = new()
    {
        Kind = CallerKind.ApiKey,
        Name = $"apiKeys/{Guid.CreateVersion7()}",
        Scopes = MethodPolicies.GrantableScopes,
    };

    /// <summary>A signed-in user.</summary>
    public static Caller User(string name) => new()
    {
        Kind = CallerKind.User,
        Name = name,
        Session = $"sessions/{Guid.CreateVersion7()}",
        Scopes = new[] { "orders.read", "orders.write" }.ToFrozenSet(),
    };

    /// <summary>The HTTP side of a call of theirs.</summary>
    public static HttpContext Call(this Caller caller)
    {
        var context = new DefaultHttpContext();
        context.SetCaller(caller);
        return context;
    }
}
