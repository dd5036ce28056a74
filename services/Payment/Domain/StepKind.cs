namespace Suite.Payments.Domain;

/// <summary>What a provider is asked to do, as <c>Payment.Step.Kind</c> numbers it.</summary>
internal enum StepKind
{
    /// <summary>To hold an amount.</summary>
    Authorize = 1,

    /// <summary>To take what is held.</summary>
    Capture = 2,

    /// <summary>To release what is held.</summary>
    Void = 3,

    /// <summary>To give back what was taken.</summary>
    Refund = 4,
}
