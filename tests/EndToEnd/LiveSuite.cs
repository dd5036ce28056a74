namespace Suite.Tests.EndToEnd;

/// <summary>
/// The suite that tests run programs against: the one a fixture has started, else the one that <c>SUITE_USER_ADDRESS</c>,
/// <c>SUITE_ORDER_ADDRESS</c>, <c>SUITE_PAYMENT_ADDRESS</c> and <c>SUITE_TOKEN_FILE</c> name.
/// </summary>
internal static class LiveSuite
{
    private static readonly string[] s_variables = ["SUITE_USER_ADDRESS", "SUITE_ORDER_ADDRESS", "SUITE_PAYMENT_ADDRESS", "SUITE_TOKEN_FILE"];

    private static IReadOnlyDictionary<string, string>? s_addresses;

    /// <summary>The variables with the addresses of the running suite and the key to it; <c>null</c> while there is none. Set by the fixture that starts one.</summary>
    public static IReadOnlyDictionary<string, string>? Addresses
    {
        get => s_addresses ?? FromEnvironment();
        set => s_addresses = value;
    }

    private static Dictionary<string, string>? FromEnvironment()
    {
        var addresses = s_variables
            .Select(name => (name, value: Environment.GetEnvironmentVariable(name)))
            .Where(v => !string.IsNullOrEmpty(v.value))
            .ToDictionary(v => v.name, v => v.value!);
        return addresses.Count == s_variables.Length ? addresses : null;
    }
}
