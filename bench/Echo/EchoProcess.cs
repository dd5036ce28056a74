using System.Globalization;
using Google.Protobuf;
using Grpc.Core;
using Suite.Bench.Load;
using Suite.Contracts.Users.V1;
using Suite.Local;
using Suite.Local.Ports;
using Suite.Local.Processes;

namespace Suite.Bench.Echo;

/// <summary>The running <see cref="EchoServer"/>.</summary>
internal sealed class EchoProcess : IAsyncDisposable
{
    private static readonly TimeSpan s_startLimit = TimeSpan.FromSeconds(20);

    private readonly ChildProcess _process;

    private EchoProcess(ChildProcess process, string address)
    {
        _process = process;
        Address = address;
    }

    public string Address { get; }

    public int ProcessId => _process.Id;

    /// <summary>Starts it and returns when it answers with <paramref name="user"/>.</summary>
    /// <exception cref="SuiteLocalException">It does not.</exception>
    public static async Task<EchoProcess> StartAsync(User user, CancellationToken cancellationToken)
    {
        var port = FreePorts.Next();
        List<string> output = [];
        var program = Checkout.Program("bench", "Suite.Bench");
        var process = ChildProcess.Start(
            new ChildStart(Checkout.DotNet, [program, EchoServer.Verb])
            {
                WorkingDirectory = Path.GetDirectoryName(program),
                Environment = new Dictionary<string, string?>
                {
                    [EchoServer.PortVariable] = port.ToString(CultureInfo.InvariantCulture),
                    [EchoServer.UserVariable] = user.ToByteString().ToBase64(),
                    ["ASPNETCORE_URLS"] = null,
                },
            },
            output.Add);
        var echo = new EchoProcess(process, string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        try
        {
            var answer = await AskAsync(echo, user.Name, output, cancellationToken);
            return answer.Equals(user) ? echo : throw new SuiteLocalException("The echo server answers with another message.");
        }
        catch
        {
            await echo.DisposeAsync();
            throw;
        }
    }

    public ValueTask DisposeAsync() => _process.DisposeAsync();

    private static async Task<User> AskAsync(EchoProcess echo, string name, List<string> output, CancellationToken cancellationToken)
    {
        using var connections = new Connections(echo.Address, keyFile: null, 1);
        var client = connections.Clients(channel => new UserService.UserServiceClient(channel))[0];
        var deadline = DateTime.UtcNow + s_startLimit;
        while (true)
        {
            try
            {
                return await client.GetUserAsync(new GetUserRequest { Name = name }, cancellationToken: cancellationToken);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                if (echo._process.HasExited || DateTime.UtcNow > deadline)
                {
                    throw new SuiteLocalException($"The echo server does not answer ({e.Status.Detail}):\n  " + string.Join("\n  ", output), e);
                }

                await Task.Delay(50, cancellationToken);
            }
        }
    }
}
