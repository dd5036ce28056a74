using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>The same request id has one effect and the same answer, whoever is asked and however often.</summary>
internal sealed class OneRequestOneEffect : Property
{
    // The same call again is told what it was told, but for these: they say nothing of the request itself.
    private static readonly string[] OfTheMoment = ["ResourceExhausted", "Unauthenticated", "PermissionDenied"];

    public override IEnumerable<Violation> Check(Evidence evidence) =>
    [
        .. Tally.Of(evidence)
            .Where(tally => tally is { IsTooMany: true, Failed: 0, Unknown: 0, Ok: > 0 })
            .Select(tally => Broken($"A request was carried out more than once. {tally}.", tally.Records)),
        .. evidence.Requests.SelectMany(Answers),
        .. evidence.Requests
            .Where(request => request is { Operation: Operation.CreateOrder or Operation.CreateUser, Outcome: Outcome.Ok })
            .GroupBy(request => request.Name)
            .Where(group => group.Count() > 1)
            .Select(group => Broken($"{group.Key} is the answer to {group.Count()} requests.", group.SelectMany(request => request.Attempts))),
    ];

    private IEnumerable<Violation> Answers(Request request)
    {
        if (request.Answers.DistinctBy(Answer).Skip(1).Any())
        {
            yield return Broken($"The same {request.Operation} was answered in different ways.", request.Attempts);
        }

        foreach (var ok in request.Answers)
        {
            if (request.Attempts.FirstOrDefault(attempt => attempt.Start >= ok.At && IsRefusal(attempt)) is { } refused)
            {
                yield return Broken($"The same {request.Operation} was acknowledged, and refused ({refused.Status} {refused.Reason}) later.", ok, refused);
            }

            // Where money is moved, a refusal is kept as the answer.
            if (request.Operation is Operation.CancelOrder or Operation.FulfillOrder or Operation.RefundOrder
                && request.Attempts.FirstOrDefault(attempt => attempt.Status == "FailedPrecondition" && attempt.At <= ok.Start) is { } before)
            {
                yield return Broken($"The same {request.Operation} was refused ({before.Reason}), and done later.", before, ok);
            }
        }
    }

    private static bool IsRefusal(ClientCall attempt) => attempt.Outcome == Outcome.Failed && !OfTheMoment.Contains(attempt.Status);

    // What an answer says: of an order all of it, of a user who it is.
    private static object Answer(ClientCall call) => call.Orders is [var order] ? order : call.Name;
}
