using System.Globalization;
using System.Reflection;

namespace Suite.Platform.Postgres;

/// <summary>Numbered <c>.sql</c> files embedded in an assembly, such as <c>0001_create_orders.sql</c>.</summary>
/// <param name="Name">The name the applied files are recorded under.</param>
/// <param name="Assembly">Where they are embedded.</param>
/// <param name="Prefix">The resource prefix, for example <c>Suite.Orders.Storage.Migrations</c>.</param>
public sealed record MigrationSet(string Name, Assembly Assembly, string Prefix)
{
    internal IEnumerable<Migration> Read()
    {
        foreach (var resource in Assembly.GetManifestResourceNames().Order(StringComparer.Ordinal))
        {
            if (!resource.StartsWith(Prefix + ".", StringComparison.Ordinal) || !resource.EndsWith(".sql", StringComparison.Ordinal))
            {
                continue;
            }

            var file = resource[(Prefix.Length + 1)..];
            using var reader = new StreamReader(Assembly.GetManifestResourceStream(resource)!);
            yield return new Migration(int.Parse(file[..4], CultureInfo.InvariantCulture), file, reader.ReadToEnd());
        }
    }
}

/// <summary>One numbered file.</summary>
internal sealed record Migration(int Number, string File, string Sql);
