namespace Suite.Platform.Locking;

/// <summary>
/// Locks between replicas, by name. They keep work from being done twice; they do not make it safe: between the moment a lock is lost
/// and the moment its holder notices, two may work. Whatever must not happen twice is guarded by the store, with <see cref="Fences"/>.
/// </summary>
public interface ILocks
{
    /// <summary>Takes the lock if nobody has it. It extends itself while it is held, until it is disposed.</summary>
    /// <param name="name">What is locked, for example <c>order-sweep</c>.</param>
    /// <param name="lease">After how long without its holder it is free again, from half a second.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The lock, or null when another has it.</returns>
    /// <exception cref="LocksAwayException">Whether another has it can not be said.</exception>
    Task<HeldLock?> TryAcquireAsync(string name, TimeSpan lease, CancellationToken cancellationToken);
}
