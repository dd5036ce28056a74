using System.Collections.Concurrent;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Suite.Platform.Errors;
using Suite.Platform.Security;

namespace Suite.Platform.Hosting;

/// <summary>
/// Keeps one caller from taking all of a service: beyond <c>SUITE_MAX_CALLS_PER_CALLER</c> (1000; 0 for no limit) calls at once,
/// from however many connections, further ones are refused before any work. Who has no credentials is counted by address;
/// other services are not counted, since their callers were, and neither is who asks for the health.
/// </summary>
internal sealed class CallLimitMiddleware(RequestDelegate next, IConfiguration configuration)
{
    /// <summary>How many callers without a call are remembered before they are swept out.</summary>
    private const int Remembered = 10_000;

    private readonly int _most = (int)(ConnectionLimit.Number(configuration, "SUITE_MAX_CALLS_PER_CALLER", 1000) ?? int.MaxValue);
    private readonly ConcurrentDictionary<string, Count> _callers = new(StringComparer.Ordinal);

    public Task InvokeAsync(HttpContext context)
    {
        var caller = context.GetCaller();
        if (caller.Kind == CallerKind.Service || !IsCounted(context.GetEndpoint()))
        {
            return next(context);
        }

        var count = CountOf(caller.Kind == CallerKind.Anonymous ? AddressOf(context) : caller.Name);
        if (Interlocked.Increment(ref count.Calls) > _most)
        {
            Interlocked.Decrement(ref count.Calls);
            return Refusals.WriteAsync(context, DomainError.TooManyCalls(_most));
        }

        Task call;
        try
        {
            call = next(context);
        }
        catch
        {
            Interlocked.Decrement(ref count.Calls);
            throw;
        }

        if (call.IsCompletedSuccessfully)
        {
            Interlocked.Decrement(ref count.Calls);
            return call;
        }

        return AwaitAsync(call, count);
    }

    private static bool IsCounted(Endpoint? endpoint) =>
        endpoint?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } grpc && !MethodPolicies.IsOpen(grpc.Method);

    private static async Task AwaitAsync(Task call, Count count)
    {
        try
        {
            await call;
        }
        finally
        {
            Interlocked.Decrement(ref count.Calls);
        }
    }

    private static string AddressOf(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? string.Empty;

    private Count CountOf(string name)
    {
        if (_callers.TryGetValue(name, out var count))
        {
            return count;
        }

        if (_callers.Count >= Remembered)
        {
            // A call that begins just now with a count that is dropped here is counted apart, once: the limit is a guard, not an account.
            foreach (var (idle, its) in _callers)
            {
                if (Volatile.Read(ref its.Calls) == 0)
                {
                    _callers.TryRemove(idle, out _);
                }
            }
        }

        return _callers.GetOrAdd(name, static _ => new Count());
    }

    private sealed class Count
    {
        public int Calls;
    }
}
