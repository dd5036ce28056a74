using System.Collections.Frozen;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Routing;
using Suite.Contracts.Common.V1;
using Suite.Platform.Naming;

namespace Suite.Platform.Security;

/// <summary>Who may call each method, as the contract says it with <c>(suite.common.v1.auth)</c>.</summary>
public static class MethodPolicies
{
    /// <summary>What only services can hold, whatever the token of a user or the grant of a key says.</summary>
    internal static readonly FrozenSet<string> ForServicesAlone = ["trust.read", "history.read"];

    private static readonly FrozenDictionary<string, MethodPolicy> ByMethod = ContractDescriptors.Files
        .SelectMany(file => file.Services)
        .SelectMany(service => service.Methods)
        .Select(method => (Name: $"/{method.Service.FullName}/{method.Name}", Auth: method.GetOptions()?.GetExtension(AuthExtensions.Auth)))
        .Where(method => method.Auth is { Public: true } or { Scope.Length: > 0 })
        .ToFrozenDictionary(method => method.Name, method => new MethodPolicy(method.Auth!.Public ? null : method.Auth.Scope));

    // What tells whether a server lives and what it can do is for everybody: load balancers and tools have no credentials.
    private static readonly FrozenSet<string> Open =
        ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"];

    /// <summary>Every scope that a method or a field of the contracts names.</summary>
    public static FrozenSet<string> AllScopes { get; } =
        ByMethod.Values.Select(policy => policy.Scope).OfType<string>().Concat(FieldScopes.All.Values).ToFrozenSet();

    /// <summary>Every scope that an API key can be given. What is left out is for services alone.</summary>
    public static FrozenSet<string> GrantableScopes { get; } = AllScopes.Where(scope => !ForServicesAlone.Contains(scope)).ToFrozenSet();

    /// <summary>Who may call a method.</summary>
    /// <exception cref="InvalidOperationException">The contracts do not say; <see cref="Check"/> found it at the start.</exception>
    internal static MethodPolicy Of(IMethod method)
    {
        if (ByMethod.TryGetValue(method.FullName, out var policy))
        {
            return policy;
        }

        return IsOpen(method) ? MethodPolicy.Public : throw Unknown(method);
    }

    /// <summary>Whether it is a method of health or reflection.</summary>
    internal static bool IsOpen(IMethod method) => Open.Contains(method.ServiceName);

    /// <summary>Makes sure that the contract says of every gRPC method that can be reached who may call it.</summary>
    /// <exception cref="InvalidOperationException">It does not; the message names the method.</exception>
    internal static void Check(IEnumerable<EndpointDataSource> endpoints)
    {
        foreach (var endpoint in endpoints.SelectMany(source => source.Endpoints))
        {
            if (endpoint.Metadata.GetMetadata<GrpcMethodMetadata>() is { } grpc)
            {
                Of(grpc.Method);
            }
        }
    }

    private static InvalidOperationException Unknown(IMethod method) => new(
        $"The contract does not say who may call {method.FullName}. Give the method the option (suite.common.v1.auth) in its .proto: "
        + "{public: true}, or the scope it needs.");
}
