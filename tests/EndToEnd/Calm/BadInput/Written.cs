using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Calm.BadInput;

/// <summary>How much has been written by calls: equal before and after means that nothing was.</summary>
internal sealed record Written(string Rows, long Users, string Newest)
{
    // Outcomes of payments may still come in; calls are what counts here.
    private const string ByCalls =
        """
        SELECT concat_ws(' ',
            (SELECT count(*) FROM orders), (SELECT count(*) FROM order_lines), (SELECT count(*) FROM products),
            (SELECT count(*) FROM idempotency WHERE NOT refused), (SELECT count(*) FROM order_history WHERE state IN (1, 4)),
            (SELECT count(*) FROM outbox WHERE type ~ '(OrderPlaced|OrderCancelled)$'))
        """;

    public static async Task<Written> ReadAsync(TestSuite suite) => new(
        await suite.ScalarAsync<string>("order", ByCalls),
        await suite.ScalarAsync<long>("user", "SELECT count(*) FROM users"),
        (await suite.Orders().ListOrdersAsync(new ListOrdersRequest { PageSize = 1 })).Orders.FirstOrDefault()?.Name ?? string.Empty);
}
