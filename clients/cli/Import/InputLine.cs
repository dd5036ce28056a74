namespace Suite.Cli.Import;

/// <summary>One line of an input file: a row, or why it is none.</summary>
/// <typeparam name="T">What a good line holds.</typeparam>
internal readonly record struct InputLine<T>
    where T : class
{
    private InputLine(long number, T? row, string? problem)
    {
        Number = number;
        Row = row;
        Problem = problem;
    }

    /// <summary>The line of the file where the record starts, from 1; a header counts.</summary>
    public long Number { get; }

    /// <summary>The row, or null when the line is bad.</summary>
    public T? Row { get; }

    /// <summary>What is wrong with the line, as a sentence without the line's number; null when it is good.</summary>
    public string? Problem { get; }

    public static InputLine<T> Good(long number, T row) => new(number, row, null);

    public static InputLine<T> Bad(long number, string problem) => new(number, null, problem);
}
