using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Suite.Platform.Security;

/// <summary>Where the caller of a call is found.</summary>
public static class CallerContext
{
    /// <summary>Who is calling. Set before the request's body is read.</summary>
    public static Caller GetCaller(this ServerCallContext context) => context.GetHttpContext().GetCaller();

    /// <inheritdoc cref="GetCaller(ServerCallContext)"/>
    public static Caller GetCaller(this HttpContext context) => context.Features.Get<Caller>() ?? Caller.Anonymous;

    internal static void SetCaller(this HttpContext context, Caller caller) => context.Features.Set(caller);
}
