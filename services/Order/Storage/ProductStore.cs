using Npgsql;
using Suite.Orders.Domain;
using Suite.Platform.Errors;
using Suite.Platform.Monetary;
using Suite.Platform.Naming;

namespace Suite.Orders.Storage;

/// <summary>The price book's table.</summary>
internal sealed class ProductStore(NpgsqlDataSource dataSource)
{
    private const string Columns = "sku, display_name, price_minor, currency, state, version, create_time, update_time";
    private const string Insert = $"INSERT INTO products ({Columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    private const string Find = $"SELECT {Columns} FROM products WHERE sku = ANY($1)";
    private const string Page = $"SELECT {Columns} FROM products WHERE sku > $1 ORDER BY sku LIMIT $2";

    /// <exception cref="DomainException">ALREADY_EXISTS.</exception>
    public static async Task InsertAsync(Product product, NpgsqlTransaction transaction, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Insert, transaction.Connection, transaction);
        command.Parameters.Add(new() { Value = product.Sku });
        command.Parameters.Add(new() { Value = product.DisplayName });
        command.Parameters.Add(new() { Value = product.Price.MinorUnits });
        command.Parameters.Add(new() { Value = product.Price.CurrencyCode });
        command.Parameters.Add(new() { Value = (short)product.State });
        command.Parameters.Add(new() { Value = product.Version });
        command.Parameters.Add(new() { Value = product.CreateTime });
        command.Parameters.Add(new() { Value = product.UpdateTime });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            throw DomainError.AlreadyExists(ResourceName.Format(Product.Collection, product.Sku));
        }
    }

    public async Task<IReadOnlyList<Product>> FindAsync(string[] skus, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Find);
        command.Parameters.Add(new() { Value = skus });
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Up to <paramref name="count"/> products after a sku, by sku.</summary>
    public async Task<IReadOnlyList<Product>> PageAsync(string afterSku, int count, CancellationToken cancellationToken)
    {
        await using var command = dataSource.CreateCommand(Page);
        command.Parameters.Add(new() { Value = afterSku });
        command.Parameters.Add(new() { Value = count });
        return await ReadAsync(command, cancellationToken);
    }

    private static async Task<IReadOnlyList<Product>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var products = new List<Product>();
        while (await reader.ReadAsync(cancellationToken))
        {
            products.Add(new Product(
                reader.GetString(0),
                reader.GetString(1),
                new MoneyAmount(reader.GetInt64(2), reader.GetString(3)),
                (Contracts.Orders.V1.Product.Types.State)reader.GetInt16(4),
                reader.GetInt64(5),
                reader.GetFieldValue<DateTimeOffset>(6),
                reader.GetFieldValue<DateTimeOffset>(7)));
        }

        return products;
    }
}
