using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>
/// Lets a call pass that the contract allows its caller, and refuses it otherwise, before its body is read: gRPC reads the message of
/// a unary call before any interceptor runs, so this is no interceptor. It also covers JSON and gRPC-Web, which end in the same
/// methods.
/// </summary>
internal sealed class AuthorizationMiddleware(RequestDelegate next, CredentialVerifier verifier)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } grpc
            || MethodPolicies.Of(grpc.Method).Scope is not { } scope)
        {
            return next(context);
        }

        var verdict = verifier.VerifyAsync(context);
        return verdict.IsCompletedSuccessfully ? Decide(context, verdict.Result, scope) : AwaitAsync(context, verdict, scope);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<Verdict> verdict, string scope) => await Decide(context, await verdict, scope);

    private Task Decide(HttpContext context, Verdict verdict, string scope)
    {
        if (verdict.Caller is not { } caller)
        {
            return Refusals.WriteAsync(context, verdict.Refusal!);
        }

        if (!caller.Has(scope))
        {
            return Refusals.WriteAsync(context, DomainError.ScopeMissing(scope));
        }

        context.SetCaller(caller);
        return next(context);
    }
}
