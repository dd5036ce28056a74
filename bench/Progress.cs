using System.Globalization;
using Suite.Local;

namespace Suite.Bench;

/// <summary>What is going on, on stderr, so that stdout is the table alone.</summary>
internal sealed class Progress : IStages
{
    public static void Say(FormattableString text) =>
        Console.Error.WriteLine($"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {text.ToString(CultureInfo.InvariantCulture)}");

    public async Task RunAsync(string title, Func<Task<string>> stage)
    {
        var result = await stage();
        Say($"  {title}: {result}");
    }
}
