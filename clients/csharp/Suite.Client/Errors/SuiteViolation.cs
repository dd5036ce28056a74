namespace Suite.Client;

/// <summary>One thing that is wrong with a request or with what it met.</summary>
/// <param name="Field">The field of the request (<c>order.lines[0].quantity</c>), or the resource that stands in the way (<c>orders/…</c>).</param>
/// <param name="Description">What is wrong, for people.</param>
/// <param name="Reason">Why, for programs: the name of an <c>ErrorReason</c>; may be empty.</param>
public sealed record SuiteViolation(string Field, string Description, string Reason);
