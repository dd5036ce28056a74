namespace Suite.Platform.Locking;

/// <summary>The lock has had a later holder: what was about to be written under it must not be.</summary>
public sealed class FencingException(string name) : Exception($"The lock '{name}' has a later holder.");
