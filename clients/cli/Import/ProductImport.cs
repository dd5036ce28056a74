using System.Collections.Concurrent;
using Suite.Cli.Output;
using Suite.Client;
using Suite.Contracts.Common.V1;
using Suite.Contracts.Orders.V1;

namespace Suite.Cli.Import;

/// <summary>Adds the products of a file to the price book, each once however often the file is imported.</summary>
internal sealed class ProductImport(ProductsClient products)
{
    private const int Parallel = 8;

    private readonly ConcurrentDictionary<string, long> _lines = new(StringComparer.Ordinal);

    /// <summary>Tells of each product that is in the price book now as the file has it.</summary>
    public required Action<Product> Ready { get; init; }

    /// <summary>Tells of each line that is not taken.</summary>
    public required Action<BadLine> Bad { get; init; }

    /// <exception cref="SuiteException">The Order service can not be reached any more; the same import goes on from there.</exception>
    public Task RunAsync(IAsyncEnumerable<InputLine<ProductRow>> lines, CancellationToken cancellationToken) =>
        System.Threading.Tasks.Parallel.ForEachAsync(
            lines,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (line, token) => await ImportAsync(line, token));

    private async Task ImportAsync(InputLine<ProductRow> line, CancellationToken cancellationToken)
    {
        if (line.Row is not { } row)
        {
            Bad(new BadLine(line.Number, string.Empty, BadLine.Unreadable, line.Problem!));
            return;
        }

        if (!_lines.TryAdd(row.Sku, line.Number))
        {
            Bad(new BadLine(line.Number, row.Sku, BadLine.Duplicate, $"sku: stands on line {_lines[row.Sku]} already."));
            return;
        }

        var request = new CreateProductRequest
        {
            ProductId = row.Sku,
            Product = new Product { DisplayName = row.DisplayName, Price = row.Price },
            RequestId = RequestIds.Product(row.Sku).ToString(),
        };
        try
        {
            Ready(await products.CreateAsync(request, cancellationToken: cancellationToken));
        }
        catch (SuiteException e) when (e.Reason is ErrorReason.RequestIdReused or ErrorReason.ResourceAlreadyExists)
        {
            await CompareAsync(line.Number, row, cancellationToken);
        }
        catch (SuiteException e) when (CustomerBook.IsAboutTheRow(e))
        {
            Bad(new BadLine(line.Number, row.Sku, e.ReasonName, $"{e.ReasonName}: {e.Detail}"));
        }
    }

    // The sku is taken. What stands there as the file has it is as good as created; a price that differs is never passed over.
    private async Task CompareAsync(long line, ProductRow row, CancellationToken cancellationToken)
    {
        var product = await products.GetAsync("products/" + row.Sku, cancellationToken: cancellationToken);
        if (product.DisplayName == row.DisplayName && product.Price.Equals(row.Price))
        {
            Ready(product);
        }
        else
        {
            Bad(new BadLine(
                line,
                row.Sku,
                "RESOURCE_ALREADY_EXISTS",
                $"is in the price book already as '{RowMapper.Shown(product.DisplayName)}' for {AmountText.Of(product.Price)}; nothing was changed."));
        }
    }
}
