using System.Runtime.CompilerServices;
using Grpc.Core;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Errors;
using Suite.Platform.Messaging;

namespace Suite.Platform.Projections;

/// <summary>The history of another service, by its HistoryService.</summary>
/// <param name="name">Whose, for example <c>payment</c>.</param>
/// <param name="topic">The topic it tells its events on.</param>
/// <param name="client">Calls it.</param>
public sealed class RemoteHistory(string name, string topic, HistoryService.HistoryServiceClient client) : IHistorySource
{
    // A stream has no deadline of its own; one that stands still is begun again where it was.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public string Name => name;

    /// <inheritdoc/>
    public async IAsyncEnumerable<HistoryPage> ReadAsync(string cursor, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var call = client.ReadHistory(new ReadHistoryRequest { Cursor = cursor }, cancellationToken: cancellationToken);
        while (await NextAsync(call.ResponseStream, cancellationToken))
        {
            var page = call.ResponseStream.Current;
            yield return new HistoryPage([.. page.Events.Select(ToMessage)], page.Cursor, page.TotalCount > 0 ? page.TotalCount : null);
        }
    }

    private async Task<bool> NextAsync(IAsyncStreamReader<ReadHistoryResponse> pages, CancellationToken cancellationToken)
    {
        try
        {
            return await pages.MoveNext(cancellationToken).WaitAsync(Patience, cancellationToken);
        }
        catch (Exception e) when (e is RpcException or TimeoutException && !cancellationToken.IsCancellationRequested)
        {
            throw DomainError.DependencyUnavailable(name, e);
        }
    }

    private IncomingMessage ToMessage(HistoryEvent e) => KeptMessages.Of(topic, e.Type, e.Body.Memory, Guid.TryParseExact(e.TraceId, "N", out var id) ? id : null);
}
