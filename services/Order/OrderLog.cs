using Grpc.Core;
using Suite.Orders.Domain;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Orders;

/// <summary>What the Order service says in its log.</summary>
internal static partial class OrderLog
{
    [LoggerMessage(2001, LogLevel.Warning, "Payment does not answer ({StatusCode}); overdue orders are looked at later")]
    public static partial void PaymentDoesNotAnswer(ILogger logger, StatusCode statusCode);

    [LoggerMessage(2002, LogLevel.Error, "Overdue orders could not be looked at; trying again later")]
    public static partial void SweepFailed(ILogger logger, Exception exception);

    [LoggerMessage(2003, LogLevel.Information, "The overdue order {OrderId} is {State} now; its payment was {PaymentState}")]
    public static partial void Swept(ILogger logger, Guid orderId, OrderState state, PaymentState? paymentState);

    [LoggerMessage(2004, LogLevel.Warning, "PostgreSQL refused a batch of {Count} orders ({SqlState}); they are written one by one")]
    public static partial void BatchRefused(ILogger logger, int count, string sqlState);

    [LoggerMessage(2005, LogLevel.Information, "{Count} orders of customers who are gone were cancelled")]
    public static partial void DepartedCustomersOrdersCancelled(ILogger logger, int count);

    [LoggerMessage(2006, LogLevel.Error, "Orders of customers who are gone could not be looked at; trying again later")]
    public static partial void DeparturesNotSwept(ILogger logger, Exception exception);

    [LoggerMessage(2007, LogLevel.Information, "Overdue orders are looked at by another replica by now")]
    public static partial void SweptByAnother(ILogger logger);

    [LoggerMessage(2008, LogLevel.Warning, "Payment did not say what became of the {Kind} {StepId} of the order {OrderId} ({StatusCode}); it is asked again")]
    public static partial void StepOutcomeUnknown(ILogger logger, StepKind kind, Guid stepId, Guid orderId, StatusCode statusCode);

    [LoggerMessage(2009, LogLevel.Information, "The {Kind} {StepId} of the order {OrderId} was left behind; it has ended at attempt {Attempts}")]
    public static partial void StepResumed(ILogger logger, StepKind kind, Guid stepId, Guid orderId, int attempts);

    [LoggerMessage(2010, LogLevel.Error, "The {Kind} {StepId} of the order {OrderId} could not be ended; trying again later")]
    public static partial void StepNotResumed(ILogger logger, StepKind kind, Guid stepId, Guid orderId, Exception exception);

    [LoggerMessage(2011, LogLevel.Error, "Steps that were left behind could not be looked at; trying again later")]
    public static partial void StepsNotResumed(ILogger logger, Exception exception);
}
