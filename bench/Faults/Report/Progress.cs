using System.Globalization;
using Suite.Local;

namespace Suite.Faults.Report;

/// <summary>What is going on, line by line.</summary>
internal sealed class Progress : IStages
{
    public static void Say(FormattableString text) =>
        Console.WriteLine($"{DateTime.Now.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} {text.ToString(CultureInfo.InvariantCulture)}");

    public async Task RunAsync(string title, Func<Task<string>> stage) => Say($"  {title}: {await stage()}");
}
