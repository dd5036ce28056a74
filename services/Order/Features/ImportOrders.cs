using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using Grpc.Core;
using Suite.Contracts.Orders.V1;
using Suite.Platform.Errors;
using Suite.Platform.Security;
using Suite.Platform.Validation;

namespace Suite.Orders.Features;

/// <summary>
/// The fast lane: places the orders of a stream side by side and answers each by its request id. A place is taken before a
/// request is read and given back once its answer is written, so a caller that does not read its answers is not read from
/// either, and nothing piles up here.
/// </summary>
internal sealed class ImportOrders(PlaceOrder placeOrder, ErrorTranslation errors, IHostApplicationLifetime lifetime)
{
    /// <summary>How many orders of one stream are on their way at once.</summary>
    private const int MostInFlight = 128;

    private static readonly WriteOptions Buffered = new(WriteFlags.BufferHint);
    private static readonly WriteOptions Flushed = new();

    /// <exception cref="DomainException">UNAVAILABLE (SERVICE_STOPPING), after everything that was read is answered.</exception>
    public async Task RunAsync(
        IAsyncStreamReader<ImportOrdersRequest> requests, IServerStreamWriter<ImportOrdersResponse> responses, ServerCallContext context)
    {
        // The caller going away, or an answer that can not be written, ends all of it.
        using var call = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        using var places = new SemaphoreSlim(MostInFlight);
        var answers = Channel.CreateUnbounded<ImportOrdersResponse>(new UnboundedChannelOptions { SingleReader = true });
        var writing = WriteAsync(answers.Reader, responses, places, call);
        bool ended;
        try
        {
            ended = await ReadAsync(requests, answers.Writer, places, context, call.Token);
        }
        finally
        {
            for (var i = 0; i < MostInFlight; i++)
            {
                await places.WaitAsync(CancellationToken.None);
            }

            answers.Writer.Complete();
            await writing;
        }

        if (!ended)
        {
            throw DomainError.Stopping();
        }
    }

    /// <summary>Reads to the end of the stream (true), or until this replica stops (false).</summary>
    private async Task<bool> ReadAsync(
        IAsyncStreamReader<ImportOrdersRequest> requests,
        ChannelWriter<ImportOrdersResponse> answers,
        SemaphoreSlim places,
        ServerCallContext context,
        CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        try
        {
            while (true)
            {
                await places.WaitAsync(reading.Token);
                var read = false;
                try
                {
                    read = await requests.MoveNext(reading.Token);
                }
                finally
                {
                    if (!read)
                    {
                        places.Release();
                    }
                }

                if (!read)
                {
                    return true;
                }

                _ = AnswerAsync(requests.Current.Order, answers, context, cancellationToken);
            }
        }
        catch (Exception) when (lifetime.ApplicationStopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }

    private async Task AnswerAsync(
        CreateOrderRequest? request, ChannelWriter<ImportOrdersResponse> answers, ServerCallContext context, CancellationToken cancellationToken)
    {
        var answer = new ImportOrdersResponse { RequestId = request?.RequestId ?? string.Empty };
        try
        {
            if (request is null)
            {
                throw DomainError.InvalidArgument("order", "must be set.");
            }

            FieldScopes.Check(request, context.GetCaller());
            RequestValidator.Validate(request);
            answer.Order = await placeOrder.RunAsync(request, context.GetCaller(), cancellationToken);
        }
        catch (Exception e)
        {
            // When the call is over nobody reads this; it only gives the place back.
            answer.Error = cancellationToken.IsCancellationRequested ? new Google.Rpc.Status() : errors.Translate(e, context).ToStatus();
        }

        answers.TryWrite(answer);
    }

    private static async Task WriteAsync(
        ChannelReader<ImportOrdersResponse> answers,
        IServerStreamWriter<ImportOrdersResponse> responses,
        SemaphoreSlim places,
        CancellationTokenSource call)
    {
        ExceptionDispatchInfo? failure = null;
        await foreach (var answer in answers.ReadAllAsync(CancellationToken.None))
        {
            try
            {
                if (!call.IsCancellationRequested)
                {
                    // Answers that are ready together travel together.
                    responses.WriteOptions = answers.TryPeek(out _) ? Buffered : Flushed;
                    await responses.WriteAsync(answer, call.Token);
                }
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
                await call.CancelAsync();
            }
            finally
            {
                places.Release();
            }
        }

        failure?.Throw();
    }
}
