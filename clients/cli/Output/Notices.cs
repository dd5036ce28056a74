using System.Text.Json.Nodes;
using Spectre.Console;
using Suite.Cli.Errors;

namespace Suite.Cli.Output;

/// <summary>Tells people what goes on, on standard error; programs that asked for JSON get errors as JSON there and nothing else.</summary>
internal sealed class Notices(IAnsiConsole console, bool json, bool quiet, bool terminal)
{
    private readonly Lock _lock = new();

    /// <summary>The console of standard error.</summary>
    public IAnsiConsole Console => console;

    /// <summary>Whether moving things such as progress bars may be drawn.</summary>
    public bool CanAnimate => terminal && !quiet && console.Profile.Capabilities.Ansi;

    /// <summary>Whether plain lines of progress are welcome.</summary>
    public bool IsTalkative => !quiet && !json;

    /// <summary>A remark: left out when quiet, and when a program reads along.</summary>
    public void Info(string text)
    {
        if (!quiet && (!json || terminal))
        {
            Write(text, Style.Plain);
        }
    }

    /// <summary>Something to look at, which does not end the command.</summary>
    public void Warning(string text)
    {
        if (json)
        {
            Write(ProtoJson.Compact(new JsonObject { ["warning"] = new JsonObject { ["message"] = text } }), Style.Plain);
        }
        else
        {
            Write("warning: " + text, new Style(Color.Yellow));
        }
    }

    /// <summary>A line of a file that was not taken.</summary>
    public void BadLine(string file, Import.BadLine bad)
    {
        if (json)
        {
            Write(ProtoJson.Compact(new JsonObject { ["error"] = bad.ToJson(file) }), Style.Plain);
        }
        else
        {
            var reference = bad.Reference.Length > 0 ? bad.Reference + ": " : string.Empty;
            Write($"{file}:{bad.Line}: {reference}{bad.Message}", new Style(Color.Yellow));
        }
    }

    /// <summary>What ended the command.</summary>
    public void Error(ErrorReport report)
    {
        if (json)
        {
            Write(ProtoJson.Compact(report.ToJson()), Style.Plain);
            return;
        }

        Write(report.Headline, new Style(Color.Red));
        foreach (var violation in report.Violations.Where(v => !report.Message.Contains(v.Description, StringComparison.Ordinal)))
        {
            Write($"  {violation.Field}: {violation.Description}", Style.Plain);
        }

        Detail("request id", report.RequestId);
        Detail("trace id", report.TraceId);
        Detail("hint", report.Hint);

        void Detail(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                Write($"  {name}: {value}", Style.Plain);
            }
        }
    }

    // Through the console even while a progress bar is drawn on it: it writes above the bar then.
    private void Write(string text, Style style)
    {
        lock (_lock)
        {
            console.Write(new Text(text + "\n", style));
        }
    }
}
