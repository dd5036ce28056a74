using Grpc.Core;

namespace Suite.Client.Testing;

/// <summary>How a call of the fake ends: by itself, by its token, or by being disposed.</summary>
internal sealed class CallEnding(CancellationToken cancellationToken) : IDisposable
{
    private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

    public Task<Metadata> Headers { get; } = Task.FromResult(new Metadata());

    public Status Status { get; private set; } = Status.DefaultSuccess;

    public Metadata Trailers { get; private set; } = [];

    /// <summary>Runs the call; whatever ends it comes out as an <see cref="RpcException"/>.</summary>
    public async Task<T> RunAsync<T>(Func<CancellationToken, Task<T>> call)
    {
        try
        {
            return await call(_end.Token).ConfigureAwait(false);
        }
        catch (RpcException e)
        {
            Status = e.Status;
            Trailers = e.Trailers;
            throw;
        }
        catch (OperationCanceledException)
        {
            Status = new Status(StatusCode.Cancelled, "Call canceled by the client.");
            throw new RpcException(Status);
        }
        catch (Exception e)
        {
            // A mistake of the fake or of a script; a channel would hide it as well, but a test wants to see it.
            Status = new Status(StatusCode.Internal, e.ToString(), e);
            throw new RpcException(Status);
        }
    }

    // The source stays: the call may still look at its token.
    public void Dispose() => _end.Cancel();
}
