namespace Suite.Client;

/// <summary>Chooses the request id of a write: the caller's, wherever it stands, else a new one.</summary>
internal static class RequestIds
{
    /// <exception cref="ArgumentException">The request and the options name different ids.</exception>
    public static string Choose(string inRequest, SuiteCallOptions? options)
    {
        var inOptions = options?.RequestId;
        if (string.IsNullOrEmpty(inRequest))
        {
            return string.IsNullOrEmpty(inOptions) ? Guid.NewGuid().ToString() : inOptions;
        }

        return string.IsNullOrEmpty(inOptions) || inOptions == inRequest
            ? inRequest
            : throw new ArgumentException("The request and the call options name different request ids.", nameof(options));
    }
}
