namespace Suite.Faults.Wires;

/// <summary>The mode of a wire, which connections look at for every piece they carry; and the moment at which it is another one.</summary>
internal sealed record WireSetting(WireMode Mode, TimeSpan Latency)
{
    public static WireSetting Through => new(WireMode.Through, TimeSpan.Zero);

    /// <summary>Completes when another setting is in force.</summary>
    public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
