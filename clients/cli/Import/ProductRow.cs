using Google.Type;

namespace Suite.Cli.Import;

/// <summary>One product of a file, as it was written.</summary>
internal sealed record ProductRow(string Sku, string DisplayName, Money Price);
