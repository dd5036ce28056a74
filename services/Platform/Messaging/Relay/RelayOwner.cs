namespace Suite.Platform.Messaging.Relay;

/// <summary>Whom the leases of this process belong to.</summary>
internal sealed class RelayOwner
{
    public Guid Id { get; } = Guid.NewGuid();
}
