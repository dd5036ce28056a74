using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Suite.Cli.Output;

/// <summary>One thing as a list of names and values.</summary>
internal static class Facts
{
    /// <summary>The facts that have a value.</summary>
    public static IRenderable Table(Printer printer, params (string Name, string Value)[] facts)
    {
        var table = printer.NewTable("FIELD", "VALUE");
        table.ShowHeaders = false;
        foreach (var (name, value) in facts)
        {
            if (value.Length > 0)
            {
                table.AddRow(new Text(name), new Text(value));
            }
        }

        return table;
    }

    /// <summary>A time in UTC, to the millisecond.</summary>
    public static string Time(Timestamp? time) =>
        time?.ToDateTime().ToString("yyyy-MM-dd HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? string.Empty;

    public static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
