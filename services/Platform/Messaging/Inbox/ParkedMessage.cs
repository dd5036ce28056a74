namespace Suite.Platform.Messaging.Inbox;

/// <summary>Why a message is in the parking lot; the numbers are those of the contract.</summary>
internal enum DeadLetterKind : short
{
    /// <summary>It can not be applied.</summary>
    Failed = 1,

    /// <summary>An earlier one of its key is parked.</summary>
    Waiting = 2,
}

/// <summary>A message on its way into the parking lot.</summary>
internal sealed record ParkedMessage(IncomingMessage Message, DeadLetterKind Kind, string Reason, int Attempts);
