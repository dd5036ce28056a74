namespace Suite.Cli.Import;

/// <summary>The fields of one record, whatever the format; lets one mapper read both CSV and NDJSON.</summary>
internal interface IFieldSource
{
    /// <summary>The trimmed text of a field; empty when it is absent.</summary>
    /// <exception cref="RowException">The field is there and is no text.</exception>
    string Text(string name);

    /// <summary>The order lines of a field.</summary>
    /// <exception cref="RowException">They can not be read.</exception>
    IReadOnlyList<OrderRow.Line> OrderLines(string name);
}
