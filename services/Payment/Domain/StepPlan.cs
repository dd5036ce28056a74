namespace Suite.Payments.Domain;

/// <summary>What a step is to do, as the payment allowed it when the step began.</summary>
/// <param name="Kind">Capture, void or refund.</param>
/// <param name="AmountMinor">How much, more than 0, in minor units of the payment's currency.</param>
/// <param name="IsFinal">Of a capture: what it leaves of the hold is released.</param>
internal readonly record struct StepPlan(StepKind Kind, long AmountMinor, bool IsFinal);
