using Google.Protobuf;
using Grpc.Core;

namespace Suite.Client.Testing;

/// <summary>What happens to one call instead of, or beside, what the fake would do.</summary>
internal sealed record ScriptStep
{
    public static ScriptStep Nothing { get; } = new();

    /// <summary>Waits this long first.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Fails like this.</summary>
    public Func<RpcException>? Failure { get; init; }

    /// <summary>Does the work, then fails: the answer is lost.</summary>
    public bool AfterEffect { get; init; }

    /// <summary>How many messages of a stream are sent before it fails.</summary>
    public int AfterMessages { get; init; }

    /// <summary>Answers this instead of doing the work.</summary>
    public Func<IMessage, IMessage>? Reply { get; init; }
}
