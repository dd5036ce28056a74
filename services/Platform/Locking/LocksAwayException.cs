namespace Suite.Platform.Locking;

/// <summary>Redis, which keeps the locks, does not answer.</summary>
public sealed class LocksAwayException(Exception inner) : Exception("The locks are away: Redis does not answer.", inner);
