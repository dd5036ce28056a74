using System.Diagnostics;
using System.Net;
using System.Text;
using Suite.Platform.Elastic;

namespace Suite.Tests.Unit.Platform;

/// <summary>What is made of Elasticsearch's answers; the answers themselves are the real server's in the component tests.</summary>
internal sealed class ElasticClientTests
{
    private const string Busy = """{"error":{"type":"es_rejected_execution_exception","reason":"the words of somebody"},"status":429}""";

    [Test]
    public async Task What_there_is_no_room_for_is_sent_again_alone_and_a_newer_one_is_no_failure()
    {
        var server = new Server(Items(201, 429, 409), Items(200));

        await server.Client.PutAsync("orders", [Item("a"), Item("b"), Item("c")], CancellationToken.None);

        Assert.That(server.Asked.Select(asked => asked.Path), Is.All.EqualTo("/orders/_bulk?require_alias=true"));
        Assert.That(server.Asked[0].Body.Split('\n'), Has.Length.EqualTo(7), "two lines for each, each with its end");
        Assert.That(server.Asked[1].Body, Is.EqualTo(
            """
            {"index":{"_id":"b","version":7,"version_type":"external_gte"}}
            {"words":"b"}

            """));
    }

    [Test]
    public async Task A_server_that_is_busy_is_asked_again()
    {
        var server = new Server((HttpStatusCode.TooManyRequests, Busy), Items(201));

        await server.Client.PutAsync("orders", [Item("a")], CancellationToken.None);

        Assert.That(server.Asked, Has.Count.EqualTo(2));
    }

    [Test]
    public async Task A_server_that_stays_busy_is_given_up()
    {
        var server = new Server([.. Enumerable.Repeat((HttpStatusCode.TooManyRequests, Busy), 20)]);

        var given = (await Assert.ThrowsAsync<ElasticException>(() => server.Client.PutAsync("orders", [Item("a")], CancellationToken.None)))!;

        Assert.That((given.Status, given.IsPassing), Is.EqualTo((HttpStatusCode.TooManyRequests, true)));
        Assert.That(server.Asked, Has.Count.EqualTo(6));
    }

    [Test]
    public async Task One_that_is_refused_fails_all_of_them_without_the_servers_words()
    {
        var server = new Server(Items(201, 400));

        var refused = (await Assert.ThrowsAsync<ElasticException>(() => server.Client.PutAsync("orders", [Item("a"), Item("b")], CancellationToken.None)))!;

        Assert.That((refused.Status, refused.Type, refused.IsPassing), Is.EqualTo((HttpStatusCode.BadRequest, "mapper_parsing_exception", false)));
        Assert.That(refused.Message, Does.Not.Contain("somebody"));
    }

    [Test]
    public async Task Much_goes_in_several_requests_in_order()
    {
        var server = new Server(Items(201), Items(201), Items(201));

        await server.Client.PutAsync("orders", [Item("a", 5_000_000), Item("b", 5_000_000), Item("c")], CancellationToken.None);

        Assert.That(server.Asked.Select(asked => asked.Body[17]), Is.EqualTo(new[] { 'a', 'b', 'c' }));
    }

    [TestCase("<html>not one of them</html>")]
    [TestCase("[]")]
    [TestCase("")]
    public async Task An_answer_of_somebody_else_is_refused_as_one(string body)
    {
        var server = new Server((HttpStatusCode.BadGateway, body));

        var refused = (await Assert.ThrowsAsync<ElasticException>(() => server.Client.SendAsync(HttpMethod.Get, "", null, CancellationToken.None)))!;

        Assert.That((refused.Type, refused.IsPassing), Is.EqualTo(("unknown", true)));
    }

    [Test]
    public async Task A_search_of_a_recorded_trace_is_a_span_without_what_is_looked_for()
    {
        var spans = new List<Activity>();
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == ElasticClient.SourceName,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = spans.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var server = new Server((HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, "{}"), (HttpStatusCode.NotFound, """{"error":{"type":"index_not_found_exception"}}"""));
        using (var quiet = new Activity("nobody records").Start())
        {
            using var unseen = await server.Client.SendAsync(HttpMethod.Post, "orders/_search", null, CancellationToken.None);
        }

        using var call = new Activity("a call") { ActivityTraceFlags = ActivityTraceFlags.Recorded }.Start();
        using var found = await server.Client.SendAsync(HttpMethod.Post, "orders/_search", writer => writer.WriteStringValue("secret"), CancellationToken.None);
        await Assert.ThrowsAsync<ElasticException>(() => server.Client.SendAsync(HttpMethod.Post, "gone/_search", null, CancellationToken.None));

        var mine = spans.Where(span => span.TraceId == call.TraceId).ToList();
        Assert.That(spans, Is.EqualTo(mine));
        Assert.That(mine.Select(span => (span.DisplayName, span.Kind, span.Status)), Is.EqualTo(new[]
        {
            ("search orders", ActivityKind.Client, ActivityStatusCode.Unset), ("search gone", ActivityKind.Client, ActivityStatusCode.Error),
        }));
        Assert.That(mine.SelectMany(span => span.TagObjects).Select(tag => $"{tag.Key}={tag.Value}"), Is.EquivalentTo(new[]
        {
            "db.system.name=elasticsearch", "db.operation.name=search", "db.collection.name=orders",
            "db.system.name=elasticsearch", "db.operation.name=search", "db.collection.name=gone",
            "db.response.status_code=404", "error.type=index_not_found_exception",
        }));
    }

    private static ElasticItem Item(string id, int length = 1) => new(id, 7, writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("words", new string(id[0], length));
        writer.WriteEndObject();
    });

    private static (HttpStatusCode Status, string Body) Items(params int[] statuses) => (
        HttpStatusCode.OK, $$"""{"items":[{{string.Join(',', statuses.Select(Result))}}]}""");

    private static string Result(int status)
    {
        var error = status < 400 ? string.Empty : """, "error": {"type": "mapper_parsing_exception", "reason": "the words of somebody"}""";
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{{\"index\": {{\"status\": {status}{error}}}}}");
    }

    /// <summary>A server that has its answers already.</summary>
    private sealed class Server : HttpMessageHandler
    {
        private readonly Queue<(HttpStatusCode Status, string Body)> _answers;

        public Server(params (HttpStatusCode Status, string Body)[] answers)
        {
            _answers = new Queue<(HttpStatusCode Status, string Body)>(answers);
            Client = new ElasticClient(new HttpClient(this) { BaseAddress = new Uri("http://elastic.test/") });
        }

        public ElasticClient Client { get; }

        public List<(string Path, string Body)> Asked { get; } = [];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add((request.RequestUri!.PathAndQuery, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
            var (status, body) = _answers.Dequeue();
            return new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        }
    }
}
