using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Grpc.Core;
using Suite.Contracts.Orders.V1;

namespace Suite.Client;

/// <summary>
/// Imports orders over as many streams as it takes. One task draws from the source, one sends, one hears the answers; what was
/// sent and not answered when a stream breaks goes over the next, under the same request ids. A request that ends the
/// stream it is sent on (a message too large, say) is found by sending what was in flight one at a time, and fails alone.
/// </summary>
internal sealed class OrderImport : IDisposable
{
    private static readonly RpcName Name = new(OrdersClient.Name, "ImportOrders");

    private readonly CallEnvironment _environment;
    private readonly ServiceEndpoint _endpoint;
    private readonly SuiteImportOptions _import;
    private readonly SuiteRetryOptions _retry;
    private readonly CallSession _session;
    private readonly CancellationTokenSource _stop;
    private readonly ImportQueue _queue = new();
    private readonly SemaphoreSlim _window;
    private readonly Channel<ImportResult> _results = Channel.CreateUnbounded<ImportResult>(new UnboundedChannelOptions { SingleReader = true });
    private Exception? _sourceFailure;

    private OrderImport(
        CallEnvironment environment, ServiceEndpoint endpoint, SuiteImportOptions import, SuiteCallOptions? options, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(import.Window, 1, nameof(SuiteImportOptions.Window));
        _environment = environment;
        _endpoint = endpoint;
        _import = import;
        _retry = options?.Retry ?? environment.Retry;
        _session = new CallSession(environment, endpoint, Name, null, options, isStream: true, cancellationToken);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(_session.Ending);
        _window = new SemaphoreSlim(import.Window);
    }

    public static async IAsyncEnumerable<ImportResult> RunAsync(
        CallEnvironment environment,
        ServiceEndpoint endpoint,
        IAsyncEnumerable<CreateOrderRequest> requests,
        SuiteImportOptions import,
        SuiteCallOptions? options,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var run = new OrderImport(environment, endpoint, import, options, cancellationToken);
        _ = run.DrawAsync(requests);
        var streaming = run.StreamAsync();
        try
        {
            // Not the caller's token: the work below ends by it, and says how.
            await foreach (var result in run._results.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            {
                run._window.Release();
                yield return result;
            }
        }
        finally
        {
            await run._stop.CancelAsync().ConfigureAwait(false);
            await streaming.ConfigureAwait(false);
        }
    }

    // The window and the stop are left alone: a source that does not heed its token may still come back to them.
    public void Dispose() => _session.Dispose();

    /// <summary>Draws requests from the source, one for each free place in the window. Never throws.</summary>
    private async Task DrawAsync(IAsyncEnumerable<CreateOrderRequest> requests)
    {
        try
        {
            var source = requests.GetAsyncEnumerator(_stop.Token);
            await using (source.ConfigureAwait(false))
            {
                for (var index = 0L; ; index++)
                {
                    await _window.WaitAsync(_stop.Token).ConfigureAwait(false);
                    if (!await source.MoveNextAsync().ConfigureAwait(false))
                    {
                        break;
                    }

                    var request = source.Current ?? throw new InvalidOperationException("The source gave null instead of a request.");
                    _queue.Add(new ImportItem(index, request, new RetryState(_retry, _retry.StreamPatience, _environment.Time)));
                }
            }
        }
        catch (Exception e)
        {
            // What was drawn before is finished first; then the caller sees this.
            _sourceFailure = e;
        }
        finally
        {
            _queue.EndSource();
        }
    }

    /// <summary>Opens streams until all is answered. Never throws: results end with what it has to say.</summary>
    private async Task StreamAsync()
    {
        try
        {
            while (await WaitForWorkAsync().ConfigureAwait(false))
            {
                _session.StartAttempt();
                if (await RunStreamAsync().ConfigureAwait(false) is { } failure)
                {
                    if (!await HandleAsync(failure).ConfigureAwait(false))
                    {
                        break;
                    }
                }
                else
                {
                    // One may have been taken while the stream was ending.
                    _queue.AllAgain(suspect: false);
                    _session.EndAttempt(StatusCode.OK, null);
                }
            }

            if (_sourceFailure is null)
            {
                _session.Succeed();
            }
            else
            {
                await QuitAsync(_sourceFailure).ConfigureAwait(false);
            }

            _results.Writer.Complete(_sourceFailure);
        }
        catch (Exception e)
        {
            _results.Writer.Complete(e);
        }
    }

    private async Task<bool> WaitForWorkAsync()
    {
        try
        {
            return await _queue.WaitAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            return await QuitAsync(e).ConfigureAwait(false);
        }
    }

    /// <summary>Ends the work: silently when the consumer stopped listening, else with what the session makes of it.</summary>
    private async Task<bool> QuitAsync(Exception e)
    {
        if (_session.Ending.IsCancellationRequested)
        {
            await _session.RecoverAsync(e).ConfigureAwait(false);
        }

        return false;
    }

    /// <summary>Runs one stream to its end; what it failed with, if it did.</summary>
    private async Task<Exception?> RunStreamAsync()
    {
        using var stall = new CancellationTokenSource(_import.StallTimeout, _environment.Time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, stall.Token);
        var sending = Task.CompletedTask;
        try
        {
            var options = await _session.PrepareAsync().ConfigureAwait(false);
            using var call = new OrderService.OrderServiceClient(_endpoint.Invoker).ImportOrders(options.WithCancellationToken(end.Token));
            sending = SendAsync(call.RequestStream, stall, end.Token);
            while (await call.ResponseStream.MoveNext(end.Token).ConfigureAwait(false))
            {
                Hear(call.ResponseStream.Current);
                stall.CancelAfter(_import.StallTimeout);
            }

            return _queue.InFlight == 0 ? null : Broken("The stream ended before everything was answered.");
        }
        catch (IOException)
        {
            return Broken("The connection was lost.");
        }
        catch (Exception e) when (e is RpcException or OperationCanceledException)
        {
            if (!stall.IsCancellationRequested || _stop.IsCancellationRequested)
            {
                return e;
            }

            // A stream on which nothing is to be answered has had its time; the next request opens another.
            return _queue.InFlight == 0 ? null : Broken("The stream left requests unanswered for too long.");
        }
        finally
        {
            await end.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(false);
        }
    }

    /// <summary>Sends what is ready until the stream ends. Never throws: how the stream ended is heard from its answers.</summary>
    private async Task SendAsync(IClientStreamWriter<ImportOrdersRequest> stream, CancellationTokenSource stall, CancellationToken cancellationToken)
    {
        try
        {
            while (await _queue.NextAsync(cancellationToken).ConfigureAwait(false) is { } item)
            {
                if (_queue.InFlight == 1)
                {
                    stall.CancelAfter(_import.StallTimeout);
                }

                await stream.WriteAsync(item.Wire, cancellationToken).ConfigureAwait(false);
            }

            await stream.CompleteAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is RpcException or IOException or OperationCanceledException or InvalidOperationException or ObjectDisposedException)
        {
            // A broken stream, or a connection that was reset while it was written to.
        }
    }

    private void Hear(ImportOrdersResponse answer)
    {
        _session.Progressed();
        if (_queue.Answered(answer.RequestId) is not { } item)
        {
            return;
        }

        if (answer.ResultCase == ImportOrdersResponse.ResultOneofCase.Order)
        {
            Finish(item, item.Placed(answer.Order));
            return;
        }

        var failure = answer.Error is { } error
            ? CallFailure.Read(error)
            : new CallFailure { Code = StatusCode.Internal, Detail = "The service answered with neither an order nor an error." };
        if (item.Retries.Next(failure, TimeSpan.MaxValue) is { } delay && _endpoint.Budget.TrySpend())
        {
            _session.Tell(failure, delay, item.Attempts, item.RequestId);
            _ = SendAgainAsync(item, delay);
        }
        else
        {
            Finish(item, item.Failed(failure, Name, _session.TraceId));
        }
    }

    private async Task SendAgainAsync(ImportItem item, TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _environment.Time, _stop.Token).ConfigureAwait(false);
            _queue.Again(item);
        }
        catch (OperationCanceledException)
        {
            // The import is over.
        }
    }

    /// <summary>Takes the failure of a stream: waits for the time of another, finds the request that is to blame, or throws.</summary>
    /// <returns>Whether there is to be another stream; not when the consumer stopped listening.</returns>
    private async Task<bool> HandleAsync(Exception exception)
    {
        if (_stop.IsCancellationRequested)
        {
            return await QuitAsync(exception).ConfigureAwait(false);
        }

        var failure = exception is RpcException rpc ? CallFailure.Read(rpc) : null;
        if (failure is not null && RetryRules.MayBeOfOneRequest(failure))
        {
            _session.EndAttempt(failure.Code, failure.Detail);
            if (_queue.TakeOnly() is { } culprit)
            {
                Finish(culprit, culprit.Failed(failure, Name, _session.TraceId, exception));
                return true;
            }

            if (_queue.InFlight > 0)
            {
                _queue.AllAgain(suspect: true);
                return true;
            }
        }

        _queue.AllAgain(suspect: failure is not null && RetryRules.Judge(failure) == RetryRules.Verdict.UnknownOutcome);
        await _session.RecoverAsync(exception).ConfigureAwait(false);
        return true;
    }

    private void Finish(ImportItem item, ImportResult result)
    {
        _results.Writer.TryWrite(result);
        _queue.Close(item);
    }

    private static RpcException Broken(string detail) => new(new Status(StatusCode.Unavailable, detail));
}
