using NUnit.Framework;
using Suite.Orders.Search;
using Suite.Orders.Search.Storage;
using Suite.Platform.Elastic;

namespace Suite.Tests.Component.Orders.Search;

/// <summary>The Elasticsearch of <c>SUITE_ELASTICSEARCH</c>, else the one that lies beside the checkout.</summary>
internal sealed class ElasticIndexTests : OrderIndexTests
{
    private readonly HttpClient _nobody = ElasticModule.Http("http://127.0.0.1:1");
    private HttpClient? _http;

    [OneTimeTearDown]
    public void Close()
    {
        _http?.Dispose();
        _nobody.Dispose();
    }

    protected override async Task<IOrderIndex> OpenAsync() => new ElasticIndex(new ElasticClient(_http ??= ElasticModule.Http(await Servers.ElasticsearchAsync())));

    protected override IOrderIndex Away() => new ElasticIndex(new ElasticClient(_nobody));
}
