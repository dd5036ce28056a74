namespace Suite.Platform.Overload;

/// <summary>
/// On a gRPC method: it ends what was begun before (captures, refunds, cancels, signs out), or every other call rests on it. It is
/// never refused for overload, because refusing it would keep work in the system that could leave it.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class FinishesWorkAttribute : Attribute;
