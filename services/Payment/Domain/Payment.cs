using System.Globalization;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Domain;

/// <summary>
/// The money side of one order and its rules. PENDING comes to AUTHORIZED, DECLINED, REQUIRES_ACTION or (when the provider was never
/// asked) VOIDED, and REQUIRES_ACTION to AUTHORIZED, DECLINED or VOIDED. What follows are steps, in <c>PaymentSteps.cs</c>. Every
/// change raises the version by one; nothing goes backwards.
/// </summary>
internal sealed partial record Payment
{
    public const string Collection = "payments";
    public const string Orders = "orders";
    public const string Customers = "users";

    /// <summary>The reason of holds that nobody captured in time.</summary>
    public const string AuthorizationExpired = "authorization_expired";

    /// <summary>The reason of payments whose holder did not act in time.</summary>
    public const string ActionExpired = "action_expired";

    /// <summary>The reason of voids that were asked for by a call.</summary>
    public const string VoidedByCall = "payment_voided";

    public required Guid Id { get; init; }

    public required Guid OrderId { get; init; }

    /// <summary>Whose order it is; null where that is not known.</summary>
    public Guid? CustomerId { get; init; }

    /// <summary>Which provider holds the money.</summary>
    public required string Provider { get; init; }

    public required MoneyAmount Amount { get; init; }

    public required State State { get; init; }

    /// <summary>What was taken, in minor units as all of these.</summary>
    public long CapturedMinor { get; init; }

    /// <summary>What the capture that is running may take.</summary>
    public long CapturingMinor { get; init; }

    /// <summary>What is held no longer without having been taken.</summary>
    public long ReleasedMinor { get; init; }

    /// <summary>What was given back.</summary>
    public long RefundedMinor { get; init; }

    /// <summary>What the refunds that are running may give back.</summary>
    public long RefundingMinor { get; init; }

    /// <summary>What is in disputes that are open or lost.</summary>
    public long DisputedMinor { get; init; }

    public string DeclineReason { get; init; } = string.Empty;

    public string ProviderReference { get; init; } = string.Empty;

    /// <summary>The page for the card's holder; empty when there is none.</summary>
    public string NextActionUri { get; init; } = string.Empty;

    public DateTimeOffset? ActionExpireTime { get; init; }

    public DateTimeOffset? AuthorizationExpireTime { get; init; }

    /// <summary>What is held, or will turn out to be held, is to be released.</summary>
    public bool VoidRequested { get; init; }

    public string VoidReason { get; init; } = string.Empty;

    public required long Version { get; init; }

    public required DateTimeOffset CreateTime { get; init; }

    public required DateTimeOffset UpdateTime { get; init; }

    /// <summary>When the provider said yes or no to the authorization.</summary>
    public DateTimeOffset? OutcomeTime { get; init; }

    /// <summary>How often the provider was, or may have been, asked to authorize.</summary>
    public int Attempts { get; init; }

    /// <summary>The call that made it, where one did.</summary>
    public Guid? RequestId { get; init; }

    /// <summary>The fingerprint of that call.</summary>
    public byte[]? RequestHash { get; init; }

    public string Name => ResourceName.Format(Collection, Id);

    public string OrderName => ResourceName.Format(Orders, OrderId);

    public string Etag => Version.ToString(CultureInfo.InvariantCulture);

    /// <summary>What is held now, in minor units.</summary>
    public long HeldMinor => State == State.Authorized ? Amount.MinorUnits - CapturedMinor - ReleasedMinor : 0;

    /// <summary>What a capture could take.</summary>
    public long CapturableMinor => HeldMinor - CapturingMinor;

    /// <summary>What a refund could give back.</summary>
    public long RefundableMinor => CapturedMinor - RefundedMinor - RefundingMinor;

    /// <summary>The hold is to be released, and no capture is running that may change what there is to release.</summary>
    public bool VoidIsDue => VoidRequested && State == State.Authorized && CapturingMinor == 0;

    /// <summary>
    /// Whether all that was taken is to be given back: its order was cancelled, and somebody captured it all the same. What is disputed
    /// is taken back already, and is for people to look at.
    /// </summary>
    public bool RefundIsDue => VoidRequested && VoidReason.Length == 0 && DisputedMinor == 0 && RefundableMinor > 0
        && State is State.Captured or State.PartiallyRefunded;

    /// <summary>The provider was asked to authorize and has not said yes or no yet.</summary>
    public bool IsOpen => State is State.Pending or State.RequiresAction;

    /// <summary>The intent to authorize, before anyone was asked.</summary>
    public static Payment Intend(Guid orderId, Guid? customerId, MoneyAmount amount, string provider, DateTimeOffset now) => new()
    {
        Id = Guid.CreateVersion7(now),
        OrderId = orderId,
        CustomerId = customerId,
        Provider = provider,
        Amount = amount,
        State = State.Pending,
        Version = 1,
        CreateTime = now,
        UpdateTime = now,
    };

    /// <summary>The provider holds the amount, until <paramref name="expireTime"/> where that is known.</summary>
    /// <exception cref="InvalidOperationException">The payment is neither PENDING nor REQUIRES_ACTION.</exception>
    public Payment Authorize(string providerReference, DateTimeOffset? expireTime, DateTimeOffset now) =>
        Answered(State.Authorized, now) with
        {
            ProviderReference = providerReference,
            AuthorizationExpireTime = Amount.MinorUnits > 0 ? expireTime : null,
        };

    /// <summary>The provider refused.</summary>
    /// <exception cref="InvalidOperationException">The payment is neither PENDING nor REQUIRES_ACTION.</exception>
    public Payment Decline(string reason, DateTimeOffset now) => Answered(State.Declined, now) with { DeclineReason = reason };

    /// <summary>The holder of the card has to do something first.</summary>
    /// <exception cref="InvalidOperationException">The payment is not PENDING.</exception>
    public Payment RequireAction(string providerReference, string redirectUri, DateTimeOffset expireTime, DateTimeOffset now) =>
        State == State.Pending
            ? Next(now) with
            {
                State = State.RequiresAction,
                ProviderReference = providerReference,
                NextActionUri = redirectUri,
                ActionExpireTime = expireTime,
            }
            : throw Impossible("require an action");

    /// <summary>The provider let go of an authorization whose holder never acted: nothing was held, and nothing will be.</summary>
    /// <exception cref="InvalidOperationException">The payment does not require an action.</exception>
    public Payment GiveUp(DateTimeOffset now)
    {
        if (State != State.RequiresAction)
        {
            throw Impossible("be given up");
        }

        return VoidRequested && VoidReason != ActionExpired
            ? Next(now) with { State = State.Voided, NextActionUri = string.Empty, ActionExpireTime = null }
            : Decline(ActionExpired, now);
    }

    /// <summary>
    /// What is held, or may come to be held, is to be released. Closes an intent the provider was never asked about, and one that holds
    /// nothing. Where the order was cancelled, what was taken meanwhile is to be given back. Changes nothing at a payment of which
    /// nothing is left, or whose void was requested before.
    /// </summary>
    /// <param name="reason">Why, in a word; empty when the order was cancelled.</param>
    /// <param name="now">The present.</param>
    public Payment RequestVoid(string reason, DateTimeOffset now) => State switch
    {
        // Nobody is ever asked about nothing.
        State.Pending when Attempts == 0 || Amount.MinorUnits == 0 =>
            Next(now) with { State = State.Voided, VoidRequested = true, VoidReason = reason },
        State.Authorized when Amount.MinorUnits == 0 =>
            Next(now) with { State = State.Voided, VoidRequested = true, VoidReason = reason },
        State.Pending or State.RequiresAction or State.Authorized when !VoidRequested =>
            this with { VoidRequested = true, VoidReason = reason },
        State.Captured or State.PartiallyRefunded when !VoidRequested && reason.Length == 0 => this with { VoidRequested = true },
        _ => this,
    };

    /// <summary>A dispute was opened, or decided for us: how much more, or less, is disputed.</summary>
    public Payment Dispute(long minorUnits, DateTimeOffset now) => Next(now) with { DisputedMinor = DisputedMinor + minorUnits };

    private Payment Answered(State to, DateTimeOffset now)
    {
        if (!IsOpen)
        {
            throw Impossible($"become {to}");
        }

        var next = Next(now);
        return next with { State = to, NextActionUri = string.Empty, ActionExpireTime = null, OutcomeTime = next.UpdateTime };
    }

    private Payment Next(DateTimeOffset now) => this with
    {
        Version = Version + 1,
        // Clocks of replicas differ; the times of one payment never run backwards.
        UpdateTime = now > UpdateTime ? now : UpdateTime,
    };

    private InvalidOperationException Impossible(string what) => new($"{Name} is {State} and can not {what}.");
}
