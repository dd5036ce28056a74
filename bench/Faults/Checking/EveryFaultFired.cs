using Suite.Faults.History;

namespace Suite.Faults.Checking;

/// <summary>Each fault that was planned fired, and really hit something.</summary>
internal sealed class EveryFaultFired : Property
{
    public override IEnumerable<Violation> Check(Evidence evidence)
    {
        var fired = evidence.Of<FaultFired>().ToLookup(fault => fault.Fault);
        foreach (var planned in evidence.Of<FaultPlanned>())
        {
            if (!fired[planned.Fault].Any(fault => fault.Hits > 0 && fault.Kind == planned.Kind && fault.Target == planned.Target))
            {
                yield return Broken($"{planned.Fault} ({planned.Kind} at {planned.Target}) was planned, and hit nothing.", [planned, .. fired[planned.Fault]]);
            }
        }
    }
}
