using System.Text.Json.Nodes;
using Google.Protobuf;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Suite.Cli.Output;

/// <summary>Writes data, and nothing but data, to standard output in the format that was asked for.</summary>
internal sealed class Printer(TextWriter writer, IAnsiConsole console, OutputFormat format, bool terminal)
{
    private readonly List<Table> _tables = [];

    public OutputFormat Format => format;

    /// <summary>Whether a program reads the output.</summary>
    public bool IsJson => format is not OutputFormat.Table;

    /// <summary>A table in the house style: framed on a terminal that is wide enough, bare columns for grep and awk elsewhere.</summary>
    public Table NewTable(params string[] columns)
    {
        var table = new Table { Border = terminal ? TableBorder.Rounded : TableBorder.None };
        _tables.Add(table);
        foreach (var column in columns)
        {
            table.AddColumn(new TableColumn(new Text(column)) { NoWrap = true });
        }

        return table;
    }

    /// <summary>One message of the contract.</summary>
    public void Message(IMessage message, Func<IRenderable> table)
    {
        switch (format)
        {
            case OutputFormat.Json:
                writer.WriteLine(ProtoJson.Indented(message));
                break;
            case OutputFormat.Jsonl:
                writer.WriteLine(ProtoJson.Compact(message));
                break;
            default:
                Draw(table());
                break;
        }
    }

    /// <summary>Several messages: one document around them as JSON, a line each as JSONL.</summary>
    public void Messages<T>(IReadOnlyList<T> items, Func<IEnumerable<T>, IMessage> document, Func<IReadOnlyList<T>, IRenderable> table)
        where T : IMessage
    {
        switch (format)
        {
            case OutputFormat.Json:
                writer.WriteLine(ProtoJson.Indented(document(items)));
                break;
            case OutputFormat.Jsonl:
                foreach (var item in items)
                {
                    writer.WriteLine(ProtoJson.Compact(item));
                }

                break;
            default:
                Draw(table(items));
                break;
        }
    }

    /// <summary>A document of this command's own.</summary>
    public void Document(Func<JsonNode> document, Func<IRenderable> table)
    {
        switch (format)
        {
            case OutputFormat.Json:
                writer.WriteLine(ProtoJson.Indented(document()));
                break;
            case OutputFormat.Jsonl:
                writer.WriteLine(ProtoJson.Compact(document()));
                break;
            default:
                Draw(table());
                break;
        }
    }

    /// <summary>One line of a stream of data: JSON in both JSON formats, else the text.</summary>
    public void StreamLine(Func<JsonNode> document, Func<string> text)
    {
        writer.WriteLine(IsJson ? ProtoJson.Compact(document()) : text());
        writer.Flush();
    }

    /// <summary>A plain line: a value that was asked for by name.</summary>
    public void Line(string text) => writer.WriteLine(text);

    // A frame that the terminal breaks is worse than none.
    private void Draw(IRenderable what)
    {
        var options = RenderOptions.Create(console, console.Profile.Capabilities);
        foreach (var table in _tables.Where(t => ((IRenderable)t).Measure(options, console.Profile.Width).Max > console.Profile.Out.Width))
        {
            table.Border = TableBorder.None;
        }

        _tables.Clear();
        console.Write(what);
    }
}
