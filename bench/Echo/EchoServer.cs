using System.Globalization;
using System.Net;
using Google.Protobuf;
using Grpc.Core;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Suite.Contracts.Users.V1;

namespace Suite.Bench.Echo;

/// <summary>
/// The yardstick of <c>GetUser</c>: ASP.NET Core's gRPC with nothing in it, which answers the same request with the same message.
/// It runs as a process of its own, with the settings Kestrel has in the services.
/// </summary>
internal static class EchoServer
{
    /// <summary>The argument that makes this program the echo server.</summary>
    public const string Verb = "echo";

    public const string PortVariable = "SUITE_BENCH_ECHO_PORT";

    /// <summary>The user it answers with, as base64 of its protobuf.</summary>
    public const string UserVariable = "SUITE_BENCH_ECHO_USER";

    public static async Task<int> RunAsync()
    {
        var port = int.Parse(Environment.GetEnvironmentVariable(PortVariable)!, CultureInfo.InvariantCulture);
        var user = User.Parser.ParseFrom(ByteString.FromBase64(Environment.GetEnvironmentVariable(UserVariable)!));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.Http2.MaxStreamsPerConnection = 1000;
            kestrel.Limits.Http2.InitialConnectionWindowSize = 1024 * 1024;
            kestrel.Limits.Http2.InitialStreamWindowSize = 768 * 1024;
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromSeconds(60);
            kestrel.Listen(IPAddress.Loopback, port, endpoint => endpoint.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new Service(user));
        await using var app = builder.Build();
        app.MapGrpcService<Service>();
        await app.RunAsync();
        return 0;
    }

    private sealed class Service(User user) : UserService.UserServiceBase
    {
        private readonly Task<User> _answer = Task.FromResult(user);

        public override Task<User> GetUser(GetUserRequest request, ServerCallContext context) => _answer;
    }
}
