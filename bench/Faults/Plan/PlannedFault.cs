using System.Globalization;

namespace Suite.Faults.Plan;

/// <summary>One fault of a plan.</summary>
/// <param name="Id">Names it in this run, for example <c>f17</c>.</param>
/// <param name="Lane">Faults of one lane follow each other; those of different lanes overlap.</param>
/// <param name="Kind">One of <see cref="FaultKind"/>.</param>
/// <param name="Target">A replica, a store, a wire or a token.</param>
/// <param name="Start">When it begins, since the phase of faults began. It begins later when the one before in its lane took longer.</param>
/// <param name="Duration">How long it lasts, before what it broke is mended.</param>
/// <param name="Strength">Seconds of a wrong clock, milliseconds of latency; 0 where it has no meaning.</param>
internal sealed record PlannedFault(string Id, int Lane, string Kind, string Target, TimeSpan Start, TimeSpan Duration, double Strength = 0)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Start.TotalSeconds,6:0.0} s  {Kind} {Target} for {Duration.TotalSeconds:0.0} s{(Strength == 0 ? "" : $" ({Strength:0.#})")}");
}
