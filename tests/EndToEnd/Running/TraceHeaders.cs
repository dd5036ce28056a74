using System.Diagnostics;
using Grpc.Core;

namespace Suite.Tests.EndToEnd.Running;

/// <summary>What a caller sends who is in a trace already.</summary>
internal static class TraceHeaders
{
    /// <summary>The trace <paramref name="traceId"/>, which the caller records, below some span of the caller's.</summary>
    public static Metadata Sampled(string traceId) => new() { { "traceparent", $"00-{traceId}-{ActivitySpanId.CreateRandom()}-01" } };
}
