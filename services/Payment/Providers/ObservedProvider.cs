using System.Diagnostics;
using Suite.Platform.Telemetry;

namespace Suite.Payments.Providers;

/// <summary>A provider whose calls are spans and are counted by their outcome. What a span says is ids and amounts of nobody.</summary>
internal sealed class ObservedProvider(IPaymentProvider inner, PaymentTelemetry telemetry, TimeProvider time) : IPaymentProvider
{
    public string Name => inner.Name;

    public bool CanCaptureSeveralTimes => inner.CanCaptureSeveralTimes;

    public async Task<ProviderAnswer> AuthorizeAsync(ProviderAuthorization call, CancellationToken cancellationToken) =>
        (await ObserveAsync("authorize", call.PaymentId, async () => await inner.AuthorizeAsync(call, cancellationToken)))!;

    public async Task<ProviderAnswer> CaptureAsync(ProviderCapture call, CancellationToken cancellationToken) =>
        (await ObserveAsync("capture", call.PaymentId, async () => await inner.CaptureAsync(call, cancellationToken)))!;

    public async Task<ProviderAnswer> VoidAsync(ProviderVoid call, CancellationToken cancellationToken) =>
        (await ObserveAsync("void", call.PaymentId, async () => await inner.VoidAsync(call, cancellationToken)))!;

    public async Task<ProviderAnswer> RefundAsync(ProviderRefund call, CancellationToken cancellationToken) =>
        (await ObserveAsync("refund", call.PaymentId, async () => await inner.RefundAsync(call, cancellationToken)))!;

    public Task<ProviderAnswer?> FindAsync(ProviderQuery query, CancellationToken cancellationToken) =>
        ObserveAsync("find", query.PaymentId, () => inner.FindAsync(query, cancellationToken));

    // A report is no call that is waited for.
    public IAsyncEnumerable<ProviderPayment> ListPaymentsAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken) =>
        inner.ListPaymentsAsync(from, until, cancellationToken);

    private async Task<ProviderAnswer?> ObserveAsync(string operation, Guid paymentId, Func<Task<ProviderAnswer?>> call)
    {
        using var span = SuiteTelemetry.IsRecorded ? PaymentTelemetry.Source.StartActivity($"{operation} {Name}", ActivityKind.Client) : null;
        span?.SetTag("suite.provider", Name);
        span?.SetTag("suite.payment.id", paymentId.ToString());
        var begun = time.GetTimestamp();
        try
        {
            var answer = await call();
            var outcome = OutcomeOf(answer);
            span?.SetTag("suite.provider.outcome", outcome);
            telemetry.Called(Name, operation, outcome, time.GetElapsedTime(begun));
            return answer;
        }
        catch (Exception e)
        {
            // Whoever ran out of time has cancelled.
            var outcome = e is OperationCanceledException or TimeoutException ? "timeout" : "error";
            span?.SetTag("suite.provider.outcome", outcome);
            span.Fail(e);
            telemetry.Called(Name, operation, outcome, time.GetElapsedTime(begun));
            throw;
        }
    }

    private static string OutcomeOf(ProviderAnswer? answer) => answer switch
    {
        ProviderAnswer.Approved => "approved",
        ProviderAnswer.Declined => "declined",
        ProviderAnswer.ActionRequired => "action_required",
        ProviderAnswer.Pending => "pending",
        _ => "not_found",
    };
}
