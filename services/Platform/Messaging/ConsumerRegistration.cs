namespace Suite.Platform.Messaging;

/// <summary>A consumer of this service.</summary>
/// <param name="Name">Its name: the consumer group, and the key of its inbox rows. Never changed once used.</param>
/// <param name="Topics">What it reads.</param>
/// <param name="Handler">What it does.</param>
internal sealed record ConsumerRegistration(string Name, IReadOnlyList<string> Topics, IMessageHandler Handler);
