using Suite.Contracts.Ops.V1;
using Service = Suite.Contracts.Ops.V1.ProjectionService.ProjectionServiceClient;

namespace Suite.Client;

/// <summary>
/// Documents that Order makes of events, such as the stories of orders: how they are, making them anew, comparing them with the record. Every
/// method throws <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class ProjectionsClient
{
    private const string Name = "suite.ops.v1.ProjectionService";

    private static readonly UnaryCall<ListProjectionsRequest, ListProjectionsResponse> ListProjections =
        new(Name, "ListProjections", static (invoker, request, options) => new Service(invoker).ListProjectionsAsync(request, options));

    private static readonly UnaryCall<GetProjectionRequest, Projection> GetProjection =
        new(Name, "GetProjection", static (invoker, request, options) => new Service(invoker).GetProjectionAsync(request, options));

    private static readonly UnaryCall<RebuildProjectionRequest, Projection> RebuildProjection =
        new(Name, "RebuildProjection", static (invoker, request, options) => new Service(invoker).RebuildProjectionAsync(request, options));

    private static readonly UnaryCall<VerifyProjectionRequest, Projection> VerifyProjection =
        new(Name, "VerifyProjection", static (invoker, request, options) => new Service(invoker).VerifyProjectionAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;

    internal ProjectionsClient(CallEnvironment environment, ServiceEndpoint endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Walks all of them, by name.</summary>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<Projection> List(SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListProjectionsRequest { PageSize = size, PageToken = token };
            var response = await ListProjections.InvokeAsync(_environment, _endpoint, request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<Projection>(response.Projections, response.NextPageToken);
        });

    /// <summary>How one is.</summary>
    /// <param name="name"><c>projections/timelines</c>, for example.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Projection> GetAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default) =>
        GetProjection.InvokeAsync(_environment, _endpoint, new GetProjectionRequest { Name = name }, null, options, cancellationToken);

    /// <summary>Begins to make the documents anew, and returns at once; <see cref="GetAsync"/> tells how far it is.</summary>
    /// <param name="name"><c>projections/timelines</c>, for example.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Projection> RebuildAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new RebuildProjectionRequest { Name = name, RequestId = RequestIds.Choose(string.Empty, options) };
        return RebuildProjection.InvokeAsync(_environment, _endpoint, request, request.RequestId, options, cancellationToken);
    }

    /// <summary>
    /// Begins to compare the documents with the record, and returns at once; <see cref="GetAsync"/> tells how far it is, and then
    /// what it found.
    /// </summary>
    /// <param name="name"><c>projections/timelines</c>, for example.</param>
    /// <param name="options">What this call does differently.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task<Projection> VerifyAsync(string name, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = new VerifyProjectionRequest { Name = name, RequestId = RequestIds.Choose(string.Empty, options) };
        return VerifyProjection.InvokeAsync(_environment, _endpoint, request, request.RequestId, options, cancellationToken);
    }
}
