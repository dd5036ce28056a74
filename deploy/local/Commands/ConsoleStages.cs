using System.Diagnostics;
using System.Globalization;

namespace Suite.Local.Commands;

/// <summary>One line a stage, with how long it took.</summary>
internal sealed class ConsoleStages : IStages
{
    public async Task RunAsync(string title, Func<Task<string>> stage)
    {
        var took = Stopwatch.StartNew();
        Console.Write($"  {title,-12}");
        try
        {
            var result = await stage();
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Elapsed.TotalSeconds,6:0.0} s  {result}"));
        }
        catch
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took.Elapsed.TotalSeconds,6:0.0} s  failed"));
            throw;
        }
    }
}
