using Google.Protobuf.WellKnownTypes;
using Suite.Contracts.Ops.V1;

namespace Suite.Client.Testing;

/// <summary>FaultService. The fake keeps one list for all services, and no call meets what is in it: calls are scripted instead.</summary>
internal static class FakeFaults
{
    public static Fault Set(FakeState state, SetFaultRequest request) => FakeOnce.Run(state, "SetFault", request, request.RequestId, () =>
    {
        if (request.Fault is not { Target: not Fault.Types.Target.Unspecified, Kind: not Fault.Types.Kind.Unspecified } fault)
        {
            throw FakeErrors.Invalid("fault", "must have a target and a kind.");
        }

        var set = fault.Clone();
        set.CreateTime = state.Now();
        set.ExpireTime = fault.Ttl is { } ttl ? Timestamp.FromDateTime(set.CreateTime.ToDateTime() + ttl.ToTimeSpan()) : null;
        state.Faults[Key(set)] = set;
        return set.Clone();
    });

    public static ListFaultsResponse List(FakeState state, ListFaultsRequest request)
    {
        var (items, next) = FakePages.Cut("ListFaults", Current(state), Key, request.PageSize, request.PageToken);
        return new ListFaultsResponse { Faults = { items.Select(f => f.Clone()) }, NextPageToken = next };
    }

    public static ClearFaultsResponse Clear(FakeState state, ClearFaultsRequest request) =>
        FakeOnce.Run(state, "ClearFaults", request, request.RequestId, () =>
        {
            var cleared = Current(state).Where(f => request.Target == Fault.Types.Target.Unspecified || f.Target == request.Target).Select(Key).ToList();
            cleared.ForEach(key => state.Faults.Remove(key));
            return new ClearFaultsResponse { ClearedCount = cleared.Count };
        });

    private static List<Fault> Current(FakeState state)
    {
        var now = state.Time.GetUtcNow();
        return [.. state.Faults.Values.Where(f => f.ExpireTime is not { } end || end.ToDateTimeOffset() > now)];
    }

    private static string Key(Fault fault) => FormattableString.Invariant($"{(int)fault.Target}/{(int)fault.Kind}");
}
