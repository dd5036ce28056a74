namespace Suite.Platform.Security;

/// <summary>Who may call one method.</summary>
/// <param name="Scope">What the credentials have to hold; null when anyone may call, and credentials are not even looked at.</param>
internal sealed record MethodPolicy(string? Scope)
{
    /// <summary>Anyone may call.</summary>
    public static MethodPolicy Public { get; } = new((string?)null);
}
