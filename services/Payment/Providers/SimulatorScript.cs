namespace Suite.Payments.Providers;

/// <summary>What the simulator does for a token, so that anyone can try every path.</summary>
/// <param name="DeclineReason">Why it declines, or null when it approves.</param>
/// <param name="AnswersOnCall">The first call that is answered, from 1; those before it run into the time limit.</param>
/// <param name="FirstAnswerIsLost">The call that does the work ends with an error; asking again shows what was done.</param>
/// <param name="IsSlow">It takes its time before the work.</param>
internal sealed record SimulatorScript(
    string? DeclineReason = null, int AnswersOnCall = 1, bool FirstAnswerIsLost = false, bool IsSlow = false)
{
    /// <summary>The script of a token; what is no token is declined.</summary>
    public static SimulatorScript For(string paymentMethod) => paymentMethod switch
    {
        "tok_visa" => new(),
        "tok_declined" => new(DeclineReason: "card_declined"),
        "tok_insufficient_funds" => new(DeclineReason: "insufficient_funds"),
        "tok_slow" => new(IsSlow: true),
        "tok_timeout" => new(AnswersOnCall: 3),
        "tok_flaky" => new(FirstAnswerIsLost: true),
        _ => new(DeclineReason: "invalid_payment_method"),
    };
}
