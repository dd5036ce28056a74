using Suite.Contracts.Ops.V1;
using Service = Suite.Contracts.Ops.V1.DeadLetterService.DeadLetterServiceClient;

namespace Suite.Client;

/// <summary>
/// Messages a service could not process. Every service keeps its own, so every method asks which one is meant. Every method
/// throws <see cref="SuiteException"/> when it fails, and <see cref="OperationCanceledException"/> when its caller cancels.
/// </summary>
public sealed class DeadLettersClient
{
    private const string Name = "suite.ops.v1.DeadLetterService";

    private static readonly UnaryCall<ListDeadLettersRequest, ListDeadLettersResponse> ListDeadLetters =
        new(Name, "ListDeadLetters", static (invoker, request, options) => new Service(invoker).ListDeadLettersAsync(request, options));

    private static readonly UnaryCall<ReplayDeadLettersRequest, ReplayDeadLettersResponse> ReplayDeadLetters =
        new(Name, "ReplayDeadLetters", static (invoker, request, options) => new Service(invoker).ReplayDeadLettersAsync(request, options));

    private readonly CallEnvironment _environment;
    private readonly Func<SuiteService, ServiceEndpoint> _endpoint;

    internal DeadLettersClient(CallEnvironment environment, Func<SuiteService, ServiceEndpoint> endpoint)
    {
        _environment = environment;
        _endpoint = endpoint;
    }

    /// <summary>Walks what is parked, oldest first.</summary>
    /// <param name="service">Whose dead letters.</param>
    /// <param name="list">Page size, how many are wanted, where to go on.</param>
    /// <param name="options">What these calls do differently.</param>
    public SuiteList<DeadLetter> List(SuiteService service, SuiteListOptions? list = null, SuiteCallOptions? options = null) =>
        new(list, async (size, token, cancellationToken) =>
        {
            var request = new ListDeadLettersRequest { PageSize = size, PageToken = token };
            var response = await ListDeadLetters
                .InvokeAsync(_environment, _endpoint(service), request, null, options, cancellationToken).ConfigureAwait(false);
            return new SuitePage<DeadLetter>(response.DeadLetters, response.NextPageToken);
        });

    /// <summary>
    /// Asks for another attempt at the parked messages that match, each key in its order, and returns how many were marked.
    /// The request is not changed; a missing <c>request_id</c> is made.
    /// </summary>
    public async Task<int> ReplayAsync(
        SuiteService service, ReplayDeadLettersRequest request, SuiteCallOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var write = request.Clone();
        write.RequestId = RequestIds.Choose(request.RequestId, options);
        var response = await ReplayDeadLetters
            .InvokeAsync(_environment, _endpoint(service), write, write.RequestId, options, cancellationToken).ConfigureAwait(false);
        return response.MarkedCount;
    }
}
