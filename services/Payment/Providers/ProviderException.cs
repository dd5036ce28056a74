namespace Suite.Payments.Providers;

/// <summary>The provider answered with an error: whether it did the work is unknown.</summary>
internal sealed class ProviderException(string message, Exception? inner = null) : Exception(message, inner);
