using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Ops.V1;

namespace Suite.Client.Testing;

/// <summary>DeadLetterService. The fake has one parking lot for all services; what is replayed succeeds.</summary>
internal static class FakeDeadLetters
{
    public static DeadLetter Add(FakeState state, DeadLetter deadLetter)
    {
        var added = deadLetter.Clone();
        added.Id = state.DeadLetters.Count == 0 ? 1 : state.DeadLetters.Max(d => d.Id) + 1;
        added.ParkTime ??= state.Now();
        state.DeadLetters.Add(added);
        return added.Clone();
    }

    public static ListDeadLettersResponse List(FakeState state, ListDeadLettersRequest request)
    {
        var (items, next) = FakePages.Cut(
            "ListDeadLetters",
            state.DeadLetters,
            d => d.Id.ToString(System.Globalization.CultureInfo.InvariantCulture),
            request.PageSize,
            request.PageToken);
        return new ListDeadLettersResponse { DeadLetters = { items.Select(d => d.Clone()) }, NextPageToken = next };
    }

    public static ReplayDeadLettersResponse Replay(FakeState state, ReplayDeadLettersRequest request) =>
        FakeOnce.Run(state, "ReplayDeadLetters", request, request.RequestId, () =>
        {
            if (request.Note.Length == 0)
            {
                throw FakeErrors.Invalid("note", "must be set.");
            }

            // Everything parked of a matching key goes, so that the key stays in order.
            var keys = state.DeadLetters.Where(d => Matches(d, request)).Select(d => (d.Consumer, d.Key)).ToHashSet();
            return new ReplayDeadLettersResponse { MarkedCount = state.DeadLetters.RemoveAll(d => keys.Contains((d.Consumer, d.Key))) };
        });

    private static bool Matches(DeadLetter letter, ReplayDeadLettersRequest request) =>
        (request.Key.Length == 0 || letter.Key == request.Key)
        && (request.Type.Length == 0 || letter.Type == request.Type)
        && (request.StartTime is null || letter.ParkTime >= request.StartTime)
        && (request.EndTime is null || letter.ParkTime < request.EndTime);
}
