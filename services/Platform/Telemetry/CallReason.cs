using Microsoft.AspNetCore.Http;
using Suite.Contracts.Common.V1;
using Suite.Platform.Errors;

namespace Suite.Platform.Telemetry;

/// <summary>Why a call failed, told by who refuses it to who counts it.</summary>
internal static class CallReason
{
    private static readonly object s_key = new();

    public static void Set(HttpContext context, DomainException error) => context.Items[s_key] = error;

    /// <summary>What was told to the caller, or null when nobody said.</summary>
    public static DomainException? Of(HttpContext context) => context.Items.TryGetValue(s_key, out var error) ? error as DomainException : null;
}
