using Google.Protobuf.Reflection;
using Google.Rpc;
using Grpc.AspNetCore.Server;
using Grpc.Health.V1;
using Grpc.Reflection;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Suite.Platform.Naming;

namespace Suite.Platform.Hosting;

/// <summary>
/// Server reflection that also knows the error details of <c>google.rpc</c>, which no method names: without them grpcurl shows
/// the details of an error as bytes.
/// </summary>
internal static class ReflectionModule
{
    public static IServiceCollection AddSuiteReflection(this IServiceCollection services)
    {
        services.AddSingleton(provider => new ReflectionServiceImpl(Services(provider), Symbols()));
        services.AddSingleton(provider => new ReflectionV1ServiceImpl(Services(provider), Symbols()));
        return services.AddGrpcReflection();
    }

    private static IEnumerable<string> Services(IServiceProvider provider) => provider.GetServices<EndpointDataSource>()
        .SelectMany(source => source.Endpoints)
        .Select(endpoint => endpoint.Metadata.GetMetadata<GrpcMethodMetadata>()?.Method.ServiceName)
        .OfType<string>()
        .Distinct()
        .Order(StringComparer.Ordinal);

    private static SymbolRegistry Symbols() => SymbolRegistry.FromFiles(
        [
            .. ContractDescriptors.Files,
            ErrorDetailsReflection.Descriptor,
            HealthReflection.Descriptor,
            Grpc.Reflection.V1Alpha.ReflectionReflection.Descriptor,
            Grpc.Reflection.V1.ReflectionReflection.Descriptor,
        ]);
}
