namespace Suite.Cli.Import;

/// <summary>A file to import, or standard input (<c>-</c>), and how it is written.</summary>
internal sealed class InputFile
{
    private const string StandardInput = "-";

    private readonly string _path;
    private readonly Func<Stream> _standardInput;

    private InputFile(string path, InputFormat format, Func<Stream> standardInput)
    {
        _path = path;
        _standardInput = standardInput;
        Format = format;
    }

    public InputFormat Format { get; }

    /// <summary>The name to show beside a line number.</summary>
    public string Name => _path == StandardInput ? "stdin" : Path.GetFileName(_path);

    /// <summary>A file of the same folder that goes by one of these names; null when there is none, and for standard input.</summary>
    public InputFile? Beside(params IEnumerable<string> names)
    {
        var folder = _path == StandardInput ? null : Path.GetDirectoryName(Path.GetFullPath(_path));
        var found = folder is null ? null : names.Select(name => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
        return found is null ? null : new InputFile(found, FormatOf(found), _standardInput);
    }

    /// <summary>Finds a file and its format.</summary>
    /// <param name="path">A path, or <c>-</c>.</param>
    /// <param name="format">The format, or null to tell it by the extension.</param>
    /// <param name="standardInput">Opens standard input.</param>
    /// <exception cref="InputFileException">There is no such file, or its extension says nothing.</exception>
    public static InputFile Find(string path, InputFormat? format, Func<Stream> standardInput)
    {
        if (path != StandardInput && !File.Exists(path))
        {
            throw new InputFileException(Directory.Exists(path) ? $"'{path}' is a folder." : $"there is no file '{path}'.");
        }

        return new InputFile(path, format ?? FormatOf(path), standardInput);
    }

    /// <summary>Reads the records line by line.</summary>
    /// <exception cref="InputFileException">The file can not be read at all.</exception>
    public async IAsyncEnumerable<InputLine<T>> ReadAsync<T>(
        IReadOnlyList<string> columns,
        Func<IFieldSource, T> map,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        await using var stream = Open();
        var lines = Format == InputFormat.Csv
            ? CsvRows.ReadAsync(stream, columns, map, cancellationToken)
            : NdjsonRows.ReadAsync(stream, map, cancellationToken);
        await foreach (var line in lines.WithCancellation(cancellationToken))
        {
            yield return line;
        }
    }

    /// <summary>About how many records there are, from the number of line breaks; null for what can be read once only.</summary>
    public async Task<long?> EstimateRecordsAsync(CancellationToken cancellationToken)
    {
        if (_path == StandardInput)
        {
            return null;
        }

        await using var stream = Open();
        if (!stream.CanSeek)
        {
            return null;
        }

        var buffer = new byte[256 * 1024];
        var breaks = 0L;
        var last = (byte)'\n';
        for (int read; (read = await stream.ReadAsync(buffer, cancellationToken)) > 0;)
        {
            breaks += buffer.AsSpan(0, read).Count((byte)'\n');
            last = buffer[read - 1];
        }

        var lines = breaks + (last == '\n' ? 0 : 1);
        return Math.Max(0, lines - (Format == InputFormat.Csv ? 1 : 0));
    }

    private static InputFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".CSV" => InputFormat.Csv,
        ".NDJSON" or ".JSONL" => InputFormat.Ndjson,
        _ => throw new InputFileException($"the format of '{path}' can not be told by its name; say --format csv or --format ndjson."),
    };

    private Stream Open()
    {
        try
        {
            return _path == StandardInput ? _standardInput() : File.OpenRead(_path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new InputFileException($"'{_path}' can not be read: {e.Message}", e);
        }
    }
}
