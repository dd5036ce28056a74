using Suite.Contracts.Orders.V1;

namespace Suite.Client;

/// <summary>One request on its way through an import.</summary>
internal sealed class ImportItem(long index, CreateOrderRequest original, RetryState retries)
{
    public long Index { get; } = index;

    public CreateOrderRequest Original { get; } = original;

    /// <summary>What is sent, each time the same: a copy, with the request id made once.</summary>
    public ImportOrdersRequest Wire { get; } = Copy(original);

    public string RequestId => Wire.Order.RequestId;

    public int Attempts { get; set; }

    public RetryState Retries { get; } = retries;

    /// <summary>May have been what ended a stream; sent with nothing else in flight, to find out.</summary>
    public bool IsSuspect { get; set; }

    /// <summary>The next request with the same id. Answers are told apart by id alone, so it waits for this one's.</summary>
    public ImportItem? Twin { get; set; }

    public ImportResult Placed(Order order) => new()
    {
        Index = Index,
        Request = Original,
        RequestId = RequestId,
        Attempts = Attempts,
        Order = order,
    };

    public ImportResult Failed(CallFailure failure, RpcName method, string? traceId, Exception? inner = null) => new()
    {
        Index = Index,
        Request = Original,
        RequestId = RequestId,
        Attempts = Attempts,
        Error = new SuiteException(failure, method.Full, RequestId, traceId, Attempts, inner),
    };

    private static ImportOrdersRequest Copy(CreateOrderRequest original)
    {
        var copy = original.Clone();
        copy.RequestId = RequestIds.Choose(original.RequestId, null);
        return new ImportOrdersRequest { Order = copy };
    }
}
