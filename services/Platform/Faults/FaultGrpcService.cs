using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Ops.V1;
using Suite.Platform.Errors;
using Suite.Platform.Idempotency;
using Suite.Platform.Listing;
using Suite.Platform.Security;

namespace Suite.Platform.Faults;

/// <summary>FaultService: translate, call, translate. Without a board it refuses everything.</summary>
internal sealed class FaultGrpcService(FaultRequests requests, PageTokens tokens, ILogger<FaultGrpcService> logger, FaultBoard? board = null)
    : FaultService.FaultServiceBase
{
    private const string ListQuery = "ListFaults";

    private static readonly TimeSpan s_longestLatency = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestLife = TimeSpan.FromDays(1);

    private FaultBoard Board => board ?? throw DomainError.FailedPrecondition(
        ErrorReason.FaultsOff,
        "SUITE_FAULTS",
        "Faults can not be set on this service: start it with SUITE_FAULTS=on, in development.");

    public override Task<Fault> SetFault(SetFaultRequest request, ServerCallContext context)
    {
        var faults = Board;
        Check(request.Fault);
        var caller = context.GetCaller();
        return Task.FromResult(requests.Once(RequestKey.Of("SetFault", request.RequestId, request, caller), () =>
        {
            var set = faults.Set(request.Fault);
            FaultLog.Set(logger, caller.Name, set.Kind, set.Target);
            return set;
        }));
    }

    public override Task<ListFaultsResponse> ListFaults(ListFaultsRequest request, ServerCallContext context)
    {
        var size = PageTokens.Size(request.PageSize);
        var after = tokens.Decode(ListQuery, request.PageToken) is { } cursor ? int.Parse(cursor, CultureInfo.InvariantCulture) : -1;
        var faults = Board.List().Where(f => Place(f) > after).Take(size + 1).ToList();
        return Task.FromResult(new ListFaultsResponse
        {
            Faults = { faults.Take(size) },
            NextPageToken = faults.Count > size ? tokens.Encode(ListQuery, Place(faults[size - 1]).ToString(CultureInfo.InvariantCulture)) : string.Empty,
        });
    }

    public override Task<ClearFaultsResponse> ClearFaults(ClearFaultsRequest request, ServerCallContext context)
    {
        var faults = Board;
        CheckKnown("target", request.Target);
        var caller = context.GetCaller();
        return Task.FromResult(requests.Once(RequestKey.Of("ClearFaults", request.RequestId, request, caller), () =>
        {
            var cleared = faults.Clear(request.Target);
            FaultLog.Cleared(logger, caller.Name, cleared);
            return new ClearFaultsResponse { ClearedCount = cleared };
        }));
    }

    // By target and kind, as they are listed.
    private static int Place(Fault fault) => ((int)fault.Target * 10) + (int)fault.Kind;

    private static void Check(Fault fault)
    {
        CheckKnown("fault.target", fault.Target);
        CheckKnown("fault.kind", fault.Kind);
        if (fault.Kind == Fault.Types.Kind.Latency)
        {
            Check("fault.latency", fault.Latency ?? throw DomainError.InvalidArgument("fault.latency", "must be set for LATENCY."), s_longestLatency);
        }
        else if (fault.Latency is not null)
        {
            throw DomainError.InvalidArgument("fault.latency", "must not be set for an ERROR.");
        }

        if (fault.Target == Fault.Types.Target.Readiness && fault.Kind != Fault.Types.Kind.Error)
        {
            throw DomainError.InvalidArgument("fault.kind", "must be ERROR for READINESS.");
        }

        if (fault.Ttl is { } ttl)
        {
            Check("fault.ttl", ttl, s_longestLife);
        }
    }

    private static void CheckKnown<T>(string field, T value)
        where T : struct, System.Enum
    {
        if (!System.Enum.IsDefined(value))
        {
            throw DomainError.InvalidArgument(field, "is none that this service knows.");
        }
    }

    private static void Check(string field, Duration duration, TimeSpan most)
    {
        // In this order: a duration that is out of its own range has no TimeSpan.
        if (duration.Seconds < 0 || duration.Seconds > most.TotalSeconds || duration.ToTimeSpan() is var span && (span <= TimeSpan.Zero || span > most))
        {
            throw DomainError.InvalidArgument(field, string.Create(CultureInfo.InvariantCulture, $"must be more than 0 s and at most {most.TotalSeconds} s."));
        }
    }
}
