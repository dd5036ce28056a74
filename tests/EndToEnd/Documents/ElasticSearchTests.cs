using Suite.Contracts.Orders.V1;
using Suite.Tests.EndToEnd.Running;

namespace Suite.Tests.EndToEnd.Documents;

/// <summary>Where Elasticsearch finds orders.</summary>
internal sealed class ElasticSearchTests() : SearchTests(Suites.OnDocumentStoresAsync)
{
    [Test]
    public async Task While_it_is_away_nothing_is_found_and_orders_go_on()
    {
        await Suite.Local.Elasticsearch!.KillAsync();
        var placed = await Suite.DecidedAsync((await Suite.PlaceAsync()).Name);
        var refused = (await Assert.ThrowsAsync<Grpc.Core.RpcException>(() =>
            Suite.Orders().SearchOrdersAsync(new SearchOrdersRequest(), deadline: DateTime.UtcNow.AddSeconds(20)).ResponseAsync))!;
        Assert.That(refused.StatusCode, Is.EqualTo(Grpc.Core.StatusCode.Unavailable));
        Assert.That(refused.Status.Detail, Does.Not.Contain("127.0.0.1"));

        await Suite.Local.StartElasticsearchAsync();

        await Eventually.That(
            async () => (await Asking.UntilAnsweredAsync(() => Suite.Orders().SearchOrdersAsync(
                new SearchOrdersRequest { Query = placed.Name["orders/".Length..] }).ResponseAsync)).Hits.Count,
            Is.EqualTo(1));
    }

    protected override async Task LoseAsync()
    {
        using var http = new HttpClient();
        using var gone = await http.DeleteAsync(new Uri(Suite.Local.ElasticsearchAddress + "/suite-orders-*"));
        gone.EnsureSuccessStatusCode();
    }
}
