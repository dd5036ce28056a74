using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using Suite.Platform.Errors;

namespace Suite.Platform.Security;

/// <summary>
/// Lets a call pass that the contract allows its caller, and refuses it otherwise, before its body is read: gRPC reads the message of
/// a unary call before any interceptor runs, so this is no interceptor. It also covers JSON and gRPC-Web, which end in the same
/// methods.
/// </summary>
internal sealed class AuthorizationMiddleware(RequestDelegate next, CredentialVerifier verifier, OpenStreams streams)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is not { } grpc
            || MethodPolicies.Of(grpc.Method).Scope is not { } scope)
        {
            return next(context);
        }

        var verdict = verifier.VerifyAsync(context);
        return verdict.IsCompletedSuccessfully
            ? DecideAsync(context, verdict.Result, grpc.Method, scope)
            : AwaitAsync(context, verdict, grpc.Method, scope);
    }

    private async Task AwaitAsync(HttpContext context, ValueTask<Verdict> pending, IMethod method, string scope)
    {
        Verdict verdict;
        try
        {
            verdict = await pending;
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller went away, so there is nobody to tell.
            return;
        }

        await DecideAsync(context, verdict, method, scope);
    }

    private Task DecideAsync(HttpContext context, Verdict verdict, IMethod method, string scope)
    {
        if (verdict.Credential is not { } credential)
        {
            return Refusals.WriteAsync(context, verdict.Refusal!);
        }

        if (!credential.Caller.Has(scope))
        {
            return Refusals.WriteAsync(context, DomainError.ScopeMissing(scope));
        }

        context.SetCaller(credential.Caller);
        return method.Type == MethodType.Unary ? next(context) : streams.RunAsync(context, credential, next);
    }
}
