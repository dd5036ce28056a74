using System.Collections.Concurrent;
using Grpc.Core;

namespace Suite.Platform.Telemetry;

/// <summary>Names of methods as conventions have them: <c>suite.order.v1.OrderService/CreateOrder</c>, without the slash in front.</summary>
internal static class MethodNames
{
    private static readonly ConcurrentDictionary<IMethod, string> s_names = new(ReferenceEqualityComparer.Instance);

    public static string Of(IMethod method) => s_names.GetOrAdd(method, static m => m.FullName.TrimStart('/'));
}
