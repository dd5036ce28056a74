using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Import;

/// <summary>
/// Places the orders of a file over one ImportOrders stream. Every line is answered for: it becomes an order, or it is a bad line
/// with a reason; neither stops the others.
/// </summary>
internal sealed class OrderImport(OrdersClient orders, CustomerBook customers, string scope)
{
    private const int ReadAhead = 256;

    private readonly ConcurrentDictionary<string, Sent> _sent = new(StringComparer.Ordinal);

    /// <summary>Tells of each order that is placed.</summary>
    public required Action<ImportedOrder> Placed { get; init; }

    /// <summary>Tells of each line that is not taken.</summary>
    public required Action<BadLine> Bad { get; init; }

    /// <summary>Places the orders of the lines.</summary>
    /// <exception cref="SuiteException">A service can not be reached any more. What was placed stays; the same import goes on from there.</exception>
    /// <exception cref="InputFileException">The file can not be read any further.</exception>
    public async Task RunAsync(IAsyncEnumerable<InputLine<OrderRow>> lines, CancellationToken cancellationToken)
    {
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var ready = Channel.CreateBounded<(InputLine<OrderRow> Line, Task<string> Customer)>(ReadAhead);
        var reader = ReadAsync(lines, ready.Writer, reading.Token);
        try
        {
            await foreach (var result in orders.ImportAsync(RequestsAsync(ready.Reader, cancellationToken), cancellationToken: cancellationToken))
            {
                var sent = _sent[result.RequestId];
                if (result.IsPlaced)
                {
                    Placed(new ImportedOrder(sent.Line, sent.Reference, result.Order));
                }
                else if (CustomerBook.IsAboutTheRow(result.Error))
                {
                    Bad(new BadLine(sent.Line, sent.Reference, ReasonOf(result.Error), Describe(result.Error)));
                }
                else
                {
                    // After all retries a service still can not do its work: no line is to blame, and the next would meet the same.
                    throw result.Error;
                }
            }
        }
        finally
        {
            await reading.CancelAsync();
            await reader;
        }
    }

    // Customers are looked up while earlier lines are on their way, each once; the order of the lines is kept.
    private async Task ReadAsync(
        IAsyncEnumerable<InputLine<OrderRow>> lines,
        ChannelWriter<(InputLine<OrderRow> Line, Task<string> Customer)> ready,
        CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var line in lines.WithCancellation(cancellationToken))
            {
                await ready.WriteAsync((line, Customer(line, cancellationToken)), cancellationToken);
            }

            ready.TryComplete();
        }
        catch (Exception e)
        {
            // The reader of the channel meets it, after the lines before it.
            ready.TryComplete(e);
        }
    }

    private Task<string> Customer(InputLine<OrderRow> line, CancellationToken cancellationToken)
    {
        try
        {
            return line.Row is { } row ? customers.ResolveAsync(row.Customer, cancellationToken) : Task.FromResult(string.Empty);
        }
        catch (RowException e)
        {
            return Task.FromException<string>(e);
        }
    }

    private async IAsyncEnumerable<CreateOrderRequest> RequestsAsync(
        ChannelReader<(InputLine<OrderRow> Line, Task<string> Customer)> ready, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var (line, customer) in ready.ReadAllAsync(cancellationToken))
        {
            if (line.Row is not { } row)
            {
                Bad(new BadLine(line.Number, string.Empty, BadLine.Unreadable, line.Problem!));
            }
            else if (await RequestAsync(line.Number, row, customer) is { } request)
            {
                yield return request;
            }
        }
    }

    private async Task<CreateOrderRequest?> RequestAsync(long line, OrderRow row, Task<string> customer)
    {
        var requestId = RequestIds.Order(scope, row.Reference).ToString();
        if (!_sent.TryAdd(requestId, new Sent(line, row.Reference)))
        {
            Bad(new BadLine(line, row.Reference, BadLine.Duplicate, $"order_ref: stands on line {_sent[requestId].Line} already."));
            return null;
        }

        try
        {
            return new CreateOrderRequest
            {
                Order = new Order
                {
                    Customer = await customer,
                    Lines = { row.Lines.Select(l => new OrderLine { Product = "products/" + l.Sku, Quantity = l.Quantity }) },
                    PaymentMethod = row.PaymentMethod,
                },
                RequestId = requestId,
            };
        }
        catch (RowException e)
        {
            Bad(new BadLine(line, row.Reference, BadLine.Unreadable, e.Message));
            return null;
        }
    }

    private static string ReasonOf(SuiteException error) => error.ReasonName.Length > 0 ? error.ReasonName : Errors.ErrorReport.CodeName(error.Code);

    private static string Describe(SuiteException error) => error.Reason == ErrorReason.RequestIdReused
        ? "REQUEST_ID_REUSED: was imported before with other content; the order of that time stands, nothing was changed."
        : $"{ReasonOf(error)}: {error.Detail}";

    private readonly record struct Sent(long Line, string Reference);
}
