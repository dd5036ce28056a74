using Suite.Payments.Domain;

namespace Suite.Payments.Providers;

/// <summary>How the simulator goes about a capture, a void or a refund.</summary>
/// <param name="DeclineReason">Why it refuses, or null when it does what is asked.</param>
/// <param name="AnswersOnCall">The first call that is answered, from 1; those before it run into the time limit.</param>
/// <param name="AnswerIsLost">The call that does the work ends with an error; asking again shows what was done.</param>
/// <param name="IsPending">It is taken in; the outcome comes later.</param>
internal sealed record SimulatorStepScript(
    string? DeclineReason = null, int AnswersOnCall = 1, bool AnswerIsLost = false, bool IsPending = false);

/// <summary>
/// What the simulator does for a token, so that anyone can try every path. Words are combined by <c>+</c>:
/// <c>tok_visa+capture_flaky+webhook_lost</c>. The table of them is in <c>docs/providers.md</c>.
/// </summary>
/// <param name="DeclineReason">Why it declines the authorization, or null when it approves.</param>
/// <param name="AnswersOnCall">The first authorization call that is answered, from 1; those before it run into the time limit.</param>
/// <param name="FirstAnswerIsLost">The authorization call that does the work ends with an error; asking again shows what was done.</param>
/// <param name="IsSlow">The authorization takes its time before the work.</param>
internal sealed record SimulatorScript(
    string? DeclineReason = null, int AnswersOnCall = 1, bool FirstAnswerIsLost = false, bool IsSlow = false)
{
    private const string Prefix = "tok_";

    // First, since every script begins with it.
    private static readonly SimulatorStepScript s_plainStep = new();
    private static readonly SimulatorScript s_plain = new();
    private static readonly SimulatorScript s_unknown = new("invalid_payment_method");

    /// <summary>How captures go.</summary>
    public SimulatorStepScript Capture { get; init; } = s_plainStep;

    /// <summary>How voids go.</summary>
    public SimulatorStepScript Void { get; init; } = s_plainStep;

    /// <summary>How refunds go.</summary>
    public SimulatorStepScript Refund { get; init; } = s_plainStep;

    /// <summary>The state that a dispute ends in which is opened after the first capture; null for none.</summary>
    public DisputeState? Dispute { get; init; }

    /// <summary>The holder of the card has to approve on a page.</summary>
    public bool RequiresAction { get; init; }

    /// <summary>The hold ends by itself, earlier than anybody was told.</summary>
    public bool Expires { get; init; }

    /// <summary>Each webhook is delivered twice, at the same time.</summary>
    public bool WebhookDoubled { get; init; }

    /// <summary>The webhooks of steps that follow each other closely are delivered in the opposite order.</summary>
    public bool WebhookReordered { get; init; }

    /// <summary>No webhook is delivered.</summary>
    public bool WebhookLost { get; init; }

    /// <summary>A call is answered only when its webhook was delivered.</summary>
    public bool WebhookFirst { get; init; }

    /// <summary>
    /// Whether an authorization is told by webhook too. Only where the script is about webhooks: it would double the work of the
    /// most frequent step, and tell nothing that the answer did not.
    /// </summary>
    public bool TellsAuthorization => RequiresAction || WebhookDoubled || WebhookReordered || WebhookLost || WebhookFirst;

    /// <summary>The script of a token; what is no token is declined.</summary>
    public static SimulatorScript For(string paymentMethod)
    {
        if (paymentMethod == "tok_visa")
        {
            return s_plain;
        }

        if (!paymentMethod.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return s_unknown;
        }

        var script = s_plain;
        foreach (var word in paymentMethod[Prefix.Length..].Split('+'))
        {
            if (script.With(word) is not { } next)
            {
                return s_unknown;
            }

            script = next;
        }

        return script;
    }

    /// <summary>How the steps of a kind go; authorizations have fields of their own.</summary>
    public SimulatorStepScript Of(StepKind kind) => kind switch
    {
        StepKind.Capture => Capture,
        StepKind.Void => Void,
        StepKind.Refund => Refund,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    private SimulatorScript? With(string word) => word switch
    {
        "visa" => this,
        "declined" => this with { DeclineReason = "card_declined" },
        "insufficient_funds" => this with { DeclineReason = "insufficient_funds" },
        "slow" => this with { IsSlow = true },
        "timeout" => this with { AnswersOnCall = 3 },
        "flaky" => this with { FirstAnswerIsLost = true },
        "requires_action" => this with { RequiresAction = true },
        "expires" => this with { Expires = true },
        "capture_declined" => this with { Capture = Capture with { DeclineReason = "expired" } },
        "capture_timeout" => this with { Capture = Capture with { AnswersOnCall = 3 } },
        "capture_flaky" => this with { Capture = Capture with { AnswerIsLost = true } },
        "void_timeout" => this with { Void = Void with { AnswersOnCall = 3 } },
        "void_flaky" => this with { Void = Void with { AnswerIsLost = true } },
        "refund_declined" => this with { Refund = Refund with { DeclineReason = "expired_or_canceled_card" } },
        "refund_timeout" => this with { Refund = Refund with { AnswersOnCall = 3 } },
        "refund_flaky" => this with { Refund = Refund with { AnswerIsLost = true } },
        "refund_pending" => this with { Refund = Refund with { IsPending = true } },
        "dispute" => this with { Dispute = DisputeState.Open },
        "dispute_won" => this with { Dispute = DisputeState.Won },
        "dispute_lost" => this with { Dispute = DisputeState.Lost },
        "webhook_doubled" => this with { WebhookDoubled = true },
        "webhook_reordered" => this with { WebhookReordered = true },
        "webhook_lost" => this with { WebhookLost = true },
        "webhook_first" => this with { WebhookFirst = true },
        _ => null,
    };
}
