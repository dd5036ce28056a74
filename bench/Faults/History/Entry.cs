using System.Text.Json.Serialization;

namespace Suite.Faults.History;

/// <summary>One thing that was seen in a run. It is never changed afterwards.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "what")]
[JsonDerivedType(typeof(RunBegan), "run")]
[JsonDerivedType(typeof(PhaseBegan), "phase")]
[JsonDerivedType(typeof(ClientCall), "call")]
[JsonDerivedType(typeof(EventSeen), "event")]
[JsonDerivedType(typeof(ProviderSeen), "provider")]
[JsonDerivedType(typeof(FaultPlanned), "planned")]
[JsonDerivedType(typeof(FaultFired), "fired")]
[JsonDerivedType(typeof(MemorySample), "memory")]
[JsonDerivedType(typeof(Drained), "drained")]
[JsonDerivedType(typeof(Compared), "compared")]
[JsonDerivedType(typeof(FinalState), "final")]
internal abstract record Entry
{
    /// <summary>Counts the entries of a history, from 1; given by <see cref="RunHistory.Add{T}"/>.</summary>
    public long Number { get; init; }

    /// <summary>When it was seen, or was over: since the run began, by a clock that never jumps.</summary>
    public required TimeSpan At { get; init; }
}
