using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Suite.Cli.Import;

/// <summary>Reads newline-delimited JSON, one object a line, without giving up at a bad line. Empty lines are skipped.</summary>
internal static class NdjsonRows
{
    private const int LargestLine = 4 * 1024 * 1024;

    /// <exception cref="InputFileException">A line is larger than 4 MiB: this is no NDJSON.</exception>
    public static async IAsyncEnumerable<InputLine<T>> ReadAsync<T>(
        Stream stream, Func<IFieldSource, T> map, [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var pipe = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 64 * 1024, leaveOpen: true));
        var number = 0L;
        try
        {
            for (var ended = false; !ended;)
            {
                var read = await pipe.ReadAsync(cancellationToken);
                var rest = read.Buffer;
                while (TryTakeLine(ref rest, read.IsCompleted, out var line))
                {
                    number++;
                    if (Parse(line, number, map) is { } parsed)
                    {
                        yield return parsed;
                    }
                }

                if (rest.Length > LargestLine)
                {
                    throw new InputFileException($"line {number + 1} is larger than 4 MiB; NDJSON has one object a line.");
                }

                ended = read.IsCompleted;
                pipe.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await pipe.CompleteAsync();
        }
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> rest, bool last, out byte[] line)
    {
        if (rest.PositionOf((byte)'\n') is { } end)
        {
            line = rest.Slice(0, end).ToArray();
            rest = rest.Slice(rest.GetPosition(1, end));
            return true;
        }

        line = last ? rest.ToArray() : [];
        if (last)
        {
            rest = rest.Slice(rest.End);
        }

        return line.Length > 0;
    }

    private static InputLine<T>? Parse<T>(byte[] line, long number, Func<IFieldSource, T> map)
        where T : class
    {
        var text = line.AsMemory();
        if (number == 1 && text.Span.StartsWith("\uFEFF"u8))
        {
            text = text[3..];
        }

        if (text.Span.Trim(" \t\r"u8).IsEmpty)
        {
            return null;
        }

        if (!Utf8.IsValid(text.Span))
        {
            return InputLine<T>.Bad(number, "is not valid UTF-8.");
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? InputLine<T>.Good(number, map(new JsonFields(document.RootElement)))
                : InputLine<T>.Bad(number, "is no JSON object.");
        }
        catch (JsonException e)
        {
            return InputLine<T>.Bad(number, $"is no JSON: at byte {e.BytePositionInLine + 1} something else is expected.");
        }
        catch (RowException e)
        {
            return InputLine<T>.Bad(number, e.Message);
        }
    }
}
