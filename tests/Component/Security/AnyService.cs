using System.Reflection;
using System.Reflection.Emit;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Suite.Platform.Naming;

namespace Suite.Tests.Component.Security;

/// <summary>Every service of the contracts, so that one that is added to them is walked without anybody thinking of it.</summary>
internal static class AnyService
{
    public static IReadOnlyList<ServiceDescriptor> Descriptors { get; } = [.. ContractDescriptors.Files.SelectMany(file => file.Services)];

    private static readonly ModuleBuilder s_module = AssemblyBuilder
        .DefineDynamicAssembly(new AssemblyName("Suite.Tests.AnyService"), AssemblyBuilderAccess.Run)
        .DefineDynamicModule("main");

    private static readonly Lazy<Type[]> s_types = new(() => [.. Descriptors!.Select(Implement)]);

    public static IEnumerable<MethodDescriptor> Methods => Descriptors.SelectMany(service => service.Methods);

    /// <summary>Maps all of them; their methods do nothing of their own.</summary>
    public static void MapAll(WebApplication app)
    {
        var map = typeof(GrpcEndpointRouteBuilderExtensions).GetMethod(
            nameof(GrpcEndpointRouteBuilderExtensions.MapGrpcService), genericParameterCount: 1, [typeof(IEndpointRouteBuilder)])!;
        foreach (var type in s_types.Value)
        {
            map.MakeGenericMethod(type).Invoke(null, [(IEndpointRouteBuilder)app]);
        }
    }

    private static Type Implement(ServiceDescriptor service)
    {
        var name = $"{service.File.GetOptions().CsharpNamespace}.{service.Name}+{service.Name}Base";
        var generated = typeof(Suite.Contracts.Common.V1.AuthPolicy).Assembly.GetType(name, throwOnError: true)!;
        var type = s_module.DefineType(service.FullName, TypeAttributes.Public | TypeAttributes.Class, generated);
        type.DefineDefaultConstructor(MethodAttributes.Public);
        return type.CreateType();
    }
}

/// <summary>Notes which methods are reached, by whom, and ends them there.</summary>
internal sealed class Reached : Interceptor
{
    /// <summary>How a call ends that reached its method.</summary>
    public const string Word = "reached";

    public System.Collections.Concurrent.ConcurrentQueue<(string Method, Suite.Platform.Security.Caller Caller)> Calls { get; } = [];

    public override Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation) => throw Note(context);

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) => throw Note(context);

    public override Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation) =>
        throw Note(context);

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) => throw Note(context);

    private RpcException Note(ServerCallContext context)
    {
        Calls.Enqueue((context.Method, Suite.Platform.Security.CallerContext.GetCaller(context)));
        return new RpcException(new Status(StatusCode.Unimplemented, Word));
    }
}
