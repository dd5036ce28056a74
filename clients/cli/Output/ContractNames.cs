using System.Globalization;
using System.Reflection;
using Google.Protobuf.Reflection;

namespace Suite.Cli.Output;

/// <summary>Values of enums by the names the contract gives them, for example PARTIALLY_REFUNDED.</summary>
internal static class ContractNames
{
    /// <summary>The name; the number of a value that this program does not know.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum =>
        typeof(T).GetField(value.ToString())?.GetCustomAttribute<OriginalNameAttribute>()?.Name
        ?? Convert.ToInt32(value, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);

    /// <summary>The names of all values but the first, which stands for none.</summary>
    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Where(v => Convert.ToInt32(v, CultureInfo.InvariantCulture) != 0).Select(Of)];
}
