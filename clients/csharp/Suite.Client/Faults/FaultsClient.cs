using Suite.Contracts.Ops.V1;
using Service = Suite.Contracts.Ops.V1.FaultService.FaultServiceClient;

namespace Suite.Client;

/// <summary>
/// Faults that a running service is made to meet, in development: a service that was not started with <c>SUITE_FAULTS=on</c> refuses. Every
/// replica has its own, so every method asks which service is meant, and speaks to the one replica its address leads to. Every
/// method throws <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class FaultsClient
{
    private const string Name = "suite.ops.v1.FaultService";

    private static readonly UnaryCall<SetFaultRequest, Fault> SetFault =
        new(Name, "SetFault", static (invoker, request, options) => new Service(invoker).SetFaultAsync(request, options));

    private static readonly UnaryCall<ListFaultsRequest, ListFaultsResponse> ListFaults =
        new(Name, "ListFaults", static (invoker, request, options) => new Service(invoker).ListFaultsAsync(request, options));

    private static readonly UnaryCall<ClearFaultsRequest, ClearFaultsResponse> ClearFaults =
        new(Name, "ClearFaults", static (invoker, request, options) => new Service(invoker).ClearFaultsAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly Func<SuiteService, ServiceEndpoint> _endpoint;

    internal FaultsClient(CallEnvironment environment, Func<SuiteService, ServiceEndpoint> endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Begins a fault, in place of one of the same target and kind, and returns it with its times.</summary>
    public Task<Fault> SetAsync(
        SuiteService service, Fault fault, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(fault);
        var write = new SetFaultRequest { Fault = fault.Clone(), RequestId = RequestIds.Choose(string.Empty, options) };
        return SetFault.InvokeAsync(_environment, _endpoint(service), write, write.RequestId, options, cancellationToken);
    }

    /// <summary>Walks the faults there are, by target and kind.</summary>
    /// <param name="service">Whose faults.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Fault> List(SuiteService service, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListFaultsRequest { PageSize = size, PageToken = token };
            var response = await ListFaults
                .InvokeAsync(_environment, _endpoint(service), request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Fault>(response.Faults, response.NextPageToken);
        });

    /// <summary>Ends the faults of a target, or all of them, and returns how many there were.</summary>
    public async Task<int> ClearAsync(
        SuiteService service,
        Fault.Types.Target target = Fault.Types.Target.Unspecified,
        SuiteCallOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var write = new ClearFaultsRequest { Target = target, RequestId = RequestIds.Choose(string.Empty, options) };
        var response = await ClearFaults
            .InvokeAsync(_environment, _endpoint(service), write, write.RequestId, options, cancellationToken).ConfigureAwait(false);
        return response.ClearedCount;
    }
}
