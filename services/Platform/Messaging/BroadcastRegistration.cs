namespace Suite.Platform.Messaging;

/// <summary>A listener of this process.</summary>
internal sealed record BroadcastRegistration(IReadOnlyList<string> Topics, IBroadcastHandler Handler);
