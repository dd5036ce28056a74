using Suite.Faults.History;
using OrderState = Suite.Contracts.Orders.V1.Order.Types.State;
using PaymentState = Suite.Contracts.Payments.V1.Payment.Types.State;
using StepOutcome = Suite.Contracts.Payments.V1.Payment.Types.Step.Types.Outcome;

namespace Suite.Faults.Checking;

/// <summary>Once faults and load have ended, all that was begun is finished within the bound; what waits for a person may wait.</summary>
internal sealed class EverythingDrained : Property
{
    // As the contract has it: an order that waits for the holder of the card.
    private const string RequiresAction = "requires_action";

    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        foreach (var drained in evidence.Of<Drained>())
        {
            foreach (var (what, count) in drained.Open.Where(open => open.Value > 0))
            {
                yield return Broken($"{count} of {what} were still open after {(drained.At - drained.Start).TotalSeconds:F0} s.", drained);
            }

            if (drained.At - drained.Start > drained.Bound)
            {
                yield return Broken($"Draining took longer than {drained.Bound.TotalSeconds:F0} s.", drained);
            }
        }

        foreach (var order in evidence.Final.Orders.Where(order => order is { State: OrderState.Pending, StateReason: not RequiresAction }))
        {
            yield return Broken($"{order.Name} is still PENDING at the end.", order);
        }

        foreach (var payment in evidence.Final.Payments.Where(payment => payment.State != PaymentState.RequiresAction))
        {
            var open = payment.Steps.Where(step => step.Outcome is StepOutcome.Intended or StepOutcome.Unknown).ToList();
            if (payment.State == PaymentState.Pending || payment.ReservedMinor != 0 || open.Count > 0)
            {
                yield return Broken($"{payment.Name} has something open at the end: {payment.State}, {payment.ReservedMinor} reserved.", [payment, .. open]);
            }
        }
    }
}
