using System.Diagnostics;
using System.Diagnostics.Metrics;
using Suite.Platform.Telemetry;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders;

/// <summary>What Order tells of itself beside its calls and its log.</summary>
internal sealed class OrderTelemetry : IDisposable
{
    public const string Name = SuiteTelemetry.Prefix + "Orders";

    public static readonly ActivitySource Source = new(Name);

    private readonly Meter _meter;
    private readonly Histogram<double> _saga;

    public OrderTelemetry(IMeterFactory meters)
    {
        _meter = meters.Create(Name);
        _saga = _meter.CreateSeconds("suite.order.saga.duration", "From an order's placing to what became of it: confirmed, rejected or cancelled.");
    }

    /// <summary>Notes that an order left PENDING; for after the commit.</summary>
    public void Left(Domain.Order order) => _saga.Record(
        Math.Max(0, (order.UpdateTime - order.CreateTime).TotalSeconds),
        new KeyValuePair<string, object?>("outcome", order.State switch
        {
            State.Rejected => "rejected",
            State.Cancelled => "cancelled",
            _ => "confirmed",
        }));

    public void Dispose() => _meter.Dispose();
}
