namespace Suite.Payments.Reconciliation;

/// <summary>What to do about a difference, for whoever is woken by it.</summary>
internal static class Advice
{
    public const string OfLedger =
        "Nothing writes one without the other: run `suite ledger verify`, find out who edited the tables, and restore what they were.";

    public const string OfUnknown =
        "Look the payment up at the provider by its reference; if the money is not there, the payment's state here is wrong: stop fulfilling it.";

    public const string OfAmount =
        "The provider holds another amount than it was asked for: void or refund the payment and ask the customer again.";

    public const string OfReference =
        "Two authorizations may exist under one payment: look both up at the provider, and void the one that this payment does not name.";

    public const string OfForgottenHold =
        "The provider still holds money that is released here: void it at the provider (it may only not have heard of the void).";

    public const string OfLostHold =
        "The hold has ended at the provider: void the payment (`suite payment void`), which releases it here, and authorize anew.";

    public const string OfStep =
        "Somebody moved money at the provider by hand, or its webhook was lost: have the provider send its events again, and do by call what is missing.";

    public const string OfDispute = "A webhook about a dispute was lost or comes late: have the provider send its events again.";

    public const string OfProviderAlone =
        "The provider has money that no payment here accounts for: find out who made it there, and void or refund it.";

    public const string OfOrderAlone =
        "The order must have a payment and has none: look whether its OrderPlaced waits as a dead letter of payment (`suite dead-letters list`).";

    public const string OfLostOrder =
        "The payment is for an order that does not exist: void or refund it, and find out what became of the order's row.";

    private const string OfOrderState =
        "Order has not heard of what became of the payment, or the other way round: look for dead letters of both (`suite dead-letters list`) and replay them.";

    private const string OfOrderAmount =
        "Money was moved beside the order: bring them together by a refund through the order, or by a call to PaymentService.";

    /// <summary>What to do when an order and its payment differ in a field.</summary>
    public static string OfOrder(string field) => field is "state" or "payment" ? OfOrderState : OfOrderAmount;
}
