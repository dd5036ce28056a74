using System.Threading.Channels;
using Grpc.Core;

namespace Suite.Client.Testing;

/// <summary>One direction of a stream.</summary>
internal sealed class MessagePipe<T> : IAsyncStreamReader<T>, IClientStreamWriter<T>
    where T : class
{
    private readonly Channel<T> _messages = Channel.CreateUnbounded<T>();
    private T? _current;

    public T Current => _current ?? throw new InvalidOperationException("Nothing was read yet.");

    public WriteOptions? WriteOptions { get; set; }

    /// <summary>Runs what sends into this pipe, and ends it the way that ends.</summary>
    public async Task RunAsync(CallEnding ending, Func<CancellationToken, Task> send)
    {
        try
        {
            await ending.RunAsync(async token =>
            {
                await Task.Yield();
                await send(token).ConfigureAwait(false);
                return true;
            }).ConfigureAwait(false);
            _messages.Writer.TryComplete();
        }
        catch (RpcException e)
        {
            _messages.Writer.TryComplete(e);
        }
    }

    public void Send(T message) => _messages.Writer.TryWrite(message);

    /// <summary>Takes no more messages: whoever writes learns that the call is over.</summary>
    public void Close() => _messages.Writer.TryComplete();

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        try
        {
            if (!await _messages.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
            {
                return false;
            }
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.Cancelled, "Call canceled by the client."));
        }

        return _messages.Reader.TryRead(out _current);
    }

    public Task WriteAsync(T message) => _messages.Writer.TryWrite(message)
        ? Task.CompletedTask
        : Task.FromException(new RpcException(new Status(StatusCode.Cancelled, "The call is over.")));

    public Task WriteAsync(T message, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested ? Task.FromCanceled(cancellationToken) : WriteAsync(message);

    public Task CompleteAsync()
    {
        _messages.Writer.TryComplete();
        return Task.CompletedTask;
    }
}
