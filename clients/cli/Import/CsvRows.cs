using System.Runtime.CompilerServices;
using System.Text.Unicode;
using CsvHelper;

namespace Suite.Cli.Import;

/// <summary>
/// Reads CSV with a header, as RFC 4180 has it, without giving up at a bad line. A line break ends a record even inside quotes,
/// so that one quote that is never closed costs one line and not the rest of the file.
/// </summary>
internal static class CsvRows
{
    private const int LargestRecord = 4 * 1024 * 1024;

    /// <exception cref="InputFileException">The file is empty, is no CSV at all, or lacks a column.</exception>
    public static async IAsyncEnumerable<InputLine<T>> ReadAsync<T>(
        Stream stream,
        IReadOnlyList<string> requiredColumns,
        Func<IFieldSource, T> map,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var skipped = new Queue<InputLine<T>>();
        var options = new CsvReaderOptions
        {
            Separator = ',',
            TrackLineNumbers = true,
            TrimWhitespace = true,
            AllowLineBreaksInQuotes = false,
            MaxRecordSize = LargestRecord,
            MalformedData = CsvMalformedDataHandling.Skip,
            FieldCountMismatch = CsvFieldCountHandling.Skip,
            OnMalformedRecord = record => skipped.Enqueue(InputLine<T>.Bad(record.LineNumber, Problem(record.Reason))),
        };
        await using var reader = CsvReader.Create(stream, options, leaveOpen: true);
        await ReadHeaderAsync(reader, requiredColumns, cancellationToken);
        var fields = new CsvFields(reader);
        while (await ReadRecordAsync(reader, cancellationToken))
        {
            while (skipped.TryDequeue(out var bad))
            {
                yield return bad;
            }

            yield return Map(reader, fields, map);
        }

        while (skipped.TryDequeue(out var bad))
        {
            yield return bad;
        }
    }

    private static async Task ReadHeaderAsync(CsvReader reader, IReadOnlyList<string> requiredColumns, CancellationToken cancellationToken)
    {
        try
        {
            await reader.ReadHeaderAsync(cancellationToken);
        }
        catch (CsvFormatException e)
        {
            throw new InputFileException("the header can not be read: " + e.Message, e);
        }

        if (reader.Headers.Count == 0)
        {
            throw new InputFileException("the file is empty; a header such as " + string.Join(',', requiredColumns) + " is expected.");
        }

        var missing = requiredColumns.Where(column => !reader.TryGetFieldIndex(column, out _)).ToList();
        if (missing.Count > 0)
        {
            throw new InputFileException(
                $"the header lacks {string.Join(", ", missing)}; it has {string.Join(", ", reader.Headers.Select(RowMapper.Shown))}.");
        }
    }

    private static async ValueTask<bool> ReadRecordAsync(CsvReader reader, CancellationToken cancellationToken)
    {
        try
        {
            return await reader.ReadAsync(cancellationToken);
        }
        catch (CsvFormatException e)
        {
            // Only a record past the size limit ends here; nothing after it can be told apart from it.
            throw new InputFileException($"line {e.LineNumber} can not be read: {e.Message}", e);
        }
    }

    private static InputLine<T> Map<T>(CsvReader reader, CsvFields fields, Func<IFieldSource, T> map)
        where T : class
    {
        if (!Utf8.IsValid(reader.RawRecord))
        {
            return InputLine<T>.Bad(reader.LineNumber, "is not valid UTF-8.");
        }

        try
        {
            return InputLine<T>.Good(reader.LineNumber, map(fields));
        }
        catch (RowException e)
        {
            return InputLine<T>.Bad(reader.LineNumber, e.Message);
        }
    }

    private static string Problem(CsvMalformedReason reason) => reason switch
    {
        CsvMalformedReason.FieldCountMismatch => "has another number of fields than the header.",
        CsvMalformedReason.StrayQuote => "has a quote inside a field that does not start with one.",
        CsvMalformedReason.TextAfterClosingQuote => "has text after a closing quote.",
        CsvMalformedReason.UnterminatedQuote or CsvMalformedReason.LineBreakInQuotes => "has a quote that is not closed on the line.",
        _ => $"is malformed ({reason}).",
    };

    private sealed class CsvFields(CsvReader reader) : IFieldSource
    {
        public string Text(string name) => reader.TryGetFieldIndex(name, out var index) ? reader.GetString(index) : string.Empty;

        public IReadOnlyList<OrderRow.Line> OrderLines(string name) => OrderLinesText.Parse(Text(name), name);
    }
}
