using System.Globalization;
using System.Net;
using System.Text.Json;
using Suite.Platform.Elastic;
using Suite.Platform.Errors;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Search.Storage;

/// <summary>The index in Elasticsearch, one for each generation, see <c>deploy/elasticsearch</c>. An index that somebody removed is made again, empty.</summary>
internal sealed class ElasticIndex(ElasticClient client) : IOrderIndex
{
    private const int MostDays = 100;
    private const string Alias = "suite-orders";

    private static readonly (string Field, double Boost)[] s_words = [("product_words", 10), ("adjustment_words", 4), ("reason_words", 2), ("id_words", 1)];

    private static readonly byte[] s_mapping = ReadMapping();

    // The refresh interval of the mapping.
    public TimeSpan Delay => TimeSpan.FromSeconds(1);

    public Task PrepareAsync(long generation, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        try
        {
            using var made = await client.SendAsync(HttpMethod.Put, Name(generation), writer =>
            {
                using var mapping = JsonDocument.Parse(s_mapping);
                writer.WriteStartObject();
                foreach (var part in mapping.RootElement.EnumerateObject())
                {
                    part.WriteTo(writer);
                }

                // Writers name this one and no index, so that none is made by a write, without its mapping.
                writer.WriteStartObject("aliases");
                writer.WriteStartObject(WriteAlias(generation));
                writer.WriteEndObject();
                writer.WriteEndObject();
                writer.WriteEndObject();
            }, cancellationToken);
        }
        catch (ElasticException e) when (e.Type == "resource_already_exists_exception")
        {
            // By an earlier start, or by another replica just now.
        }

        return true;
    });

    public Task PutAsync(long generation, IReadOnlyList<OrderDocument> documents, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        IReadOnlyList<ElasticItem> items = [.. documents.Select(document => new ElasticItem(document.Id.ToString("N"), document.Version, writer => Write(writer, document)))];
        try
        {
            await client.PutAsync(WriteAlias(generation), items, cancellationToken);
        }
        catch (ElasticException e) when (e.Type == "index_not_found_exception")
        {
            await PrepareAsync(generation, cancellationToken);
            await client.PutAsync(WriteAlias(generation), items, cancellationToken);
        }

        return true;
    });

    public Task ServeAsync(long generation, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        var before = await NamedAsync(cancellationToken);
        using var changed = await client.SendAsync(HttpMethod.Post, "_aliases", writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("actions");
            foreach (var index in before.Where(index => index != Name(generation)))
            {
                WriteAction(writer, "remove", index);
            }

            WriteAction(writer, "add", Name(generation));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }, cancellationToken);
        return true;
    });

    public Task<IReadOnlyList<FoundOrder>> SearchAsync(
        long generation, SearchQuery query, Guid? customer, string? cursor, int count, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<FoundOrder>>(async () =>
        {
            var field = query.Sort switch
            {
                SearchSort.Relevance => "_score",
                SearchSort.CreateTime => "create_time",
                SearchSort.UpdateTime => "update_time",
                _ => "total",
            };
            using var answer = await client.SendAsync(HttpMethod.Post, $"{Name(generation)}/_search", writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("size", count);
                writer.WriteBoolean("track_total_hits", false);
                WriteStrings(writer, "_source", ["products", "adjustments", "reasons"]);
                writer.WritePropertyName("query");
                WriteQuery(writer, query, customer);
                WriteSort(writer, (field, query.IsDescending), ("id", query.IsDescending));
                if (cursor is not null)
                {
                    var (at, id) = SearchCursor.Read(cursor);
                    writer.WriteStartArray("search_after");
                    writer.WriteRawValue(at);
                    writer.WriteStringValue(id.ToString("N"));
                    writer.WriteEndArray();
                }

                writer.WriteEndObject();
            }, cancellationToken);
            return [.. Hits(answer).Select(hit => new FoundOrder(
                Id(hit),
                Texts(hit.GetProperty("_source")),
                SearchCursor.Write(hit.GetProperty("sort")[0].GetRawText(), Id(hit))))];
        });

    public Task<FoundCounts> CountAsync(long generation, SearchQuery query, Guid? customer, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        using var answer = await client.SendAsync(HttpMethod.Post, $"{Name(generation)}/_search", writer =>
        {
            writer.WriteStartObject();
            writer.WriteNumber("size", 0);
            writer.WriteBoolean("track_total_hits", true);
            writer.WritePropertyName("query");
            WriteQuery(writer, query, customer);
            writer.WriteStartObject("aggs");
            WriteTerms(writer, "state", 20);
            WriteTerms(writer, "currency", 300);
            writer.WriteStartObject("day");
            writer.WriteStartObject("histogram");
            writer.WriteString("field", "create_time");
            writer.WriteNumber("interval", Micros.PerDay);
            writer.WriteNumber("min_doc_count", 1);
            writer.WriteStartObject("order");
            writer.WriteString("_key", "desc");
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }, cancellationToken);
        var found = answer.RootElement.GetProperty("aggregations");
        return new FoundCounts(
            answer.RootElement.GetProperty("hits").GetProperty("total").GetProperty("value").GetInt64(),
            [.. Buckets(found, "state").Select(of => (State: of.Key.GetInt32(), of.Count)).OrderByDescending(of => of.Count).ThenBy(of => of.State)],
            [.. Buckets(found, "currency").Select(of => (Currency: of.Key.GetString()!, of.Count)).OrderByDescending(of => of.Count).ThenBy(of => of.Currency, StringComparer.Ordinal)],
            [.. Buckets(found, "day").Take(MostDays).Select(of => (DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays((long)(of.Key.GetDouble() / Micros.PerDay))), of.Count))]);
    });

    public Task<IReadOnlyList<OrderDocument>> PageAsync(long generation, Guid after, int count, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<OrderDocument>>(async () =>
        {
            using var answer = await client.SendAsync(HttpMethod.Post, $"{Name(generation)}/_search", writer =>
            {
                writer.WriteStartObject();
                writer.WriteNumber("size", count);
                writer.WriteBoolean("track_total_hits", false);
                writer.WriteBoolean("version", true);
                WriteSort(writer, ("id", false));
                WriteStrings(writer, "search_after", [after.ToString("N")]);
                writer.WriteEndObject();
            }, cancellationToken);
            return [.. Hits(answer).Select(Read)];
        });

    public Task RefreshAsync(long generation, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        using var refreshed = await client.SendAsync(HttpMethod.Post, $"{Name(generation)}/_refresh", null, cancellationToken);
        return true;
    });

    public Task DropAsync(long generation, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        using var dropped = await client.SendAsync(HttpMethod.Delete, $"{Name(generation)}?ignore_unavailable=true", null, cancellationToken);
        return true;
    });

    private static string Name(long generation) => string.Create(CultureInfo.InvariantCulture, $"{Alias}-{generation}");

    private static string WriteAlias(long generation) => string.Create(CultureInfo.InvariantCulture, $"{Alias}-write-{generation}");

    private static byte[] ReadMapping()
    {
        using var stream = typeof(ElasticIndex).Assembly.GetManifestResourceStream("elasticsearch/orders.json")!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static void Write(Utf8JsonWriter writer, OrderDocument document)
    {
        writer.WriteStartObject();
        writer.WriteString("id", document.Id.ToString("N"));
        writer.WriteString("customer", document.CustomerId.ToString("N"));
        if (document.PaymentId is { } payment)
        {
            writer.WriteString("payment", payment.ToString("N"));
        }

        writer.WriteNumber("state", (int)document.State);
        writer.WriteString("currency", document.CurrencyCode);
        writer.WriteNumber("total", document.Total);
        writer.WriteString("exact_total", document.Total.ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("create_time", document.CreateTime);
        writer.WriteNumber("update_time", document.UpdateTime);
        WriteStrings(writer, "skus", document.Skus);
        WriteStrings(writer, "products", document.Texts.Products);
        WriteStrings(writer, "adjustments", document.Texts.Adjustments);
        WriteStrings(writer, "reasons", document.Texts.Reasons);
        WriteStrings(writer, "product_words", document.Texts.Products.Select(Spaced));
        WriteStrings(writer, "adjustment_words", document.Texts.Adjustments.Select(Spaced));
        WriteStrings(writer, "reason_words", document.Texts.Reasons.Select(Spaced));
        WriteStrings(writer, "id_words", document.Ids.Select(Spaced));
        writer.WriteEndObject();
    }

    private static OrderDocument Read(JsonElement hit)
    {
        var source = hit.GetProperty("_source");
        return new OrderDocument
        {
            Id = Id(hit),
            Version = hit.GetProperty("_version").GetInt64(),
            CustomerId = Guid.ParseExact(source.GetProperty("customer").GetString()!, "N"),
            PaymentId = source.TryGetProperty("payment", out var payment) ? Guid.ParseExact(payment.GetString()!, "N") : null,
            State = (State)source.GetProperty("state").GetInt32(),
            CurrencyCode = source.GetProperty("currency").GetString()!,
            Total = decimal.Parse(source.GetProperty("exact_total").GetString()!, CultureInfo.InvariantCulture),
            CreateTime = source.GetProperty("create_time").GetInt64(),
            UpdateTime = source.GetProperty("update_time").GetInt64(),
            Skus = Strings(source, "skus"),
            Texts = Texts(source),
        };
    }

    private static string Spaced(string text) => string.Join(' ', Words.Of(text).Select(word => word.Text));

    private static OrderTexts Texts(JsonElement source) => new(Strings(source, "products"), Strings(source, "adjustments"), Strings(source, "reasons"));

    private static List<string> Strings(JsonElement source, string name) => [.. source.GetProperty(name).EnumerateArray().Select(text => text.GetString()!)];

    private static Guid Id(JsonElement hit) => Guid.ParseExact(hit.GetProperty("_id").GetString()!, "N");

    private static JsonElement.ArrayEnumerator Hits(JsonDocument answer) => answer.RootElement.GetProperty("hits").GetProperty("hits").EnumerateArray();

    private static IEnumerable<(JsonElement Key, long Count)> Buckets(JsonElement aggregations, string name) =>
        aggregations.GetProperty(name).GetProperty("buckets").EnumerateArray().Select(bucket => (bucket.GetProperty("key"), bucket.GetProperty("doc_count").GetInt64()));

    private static void WriteAction(Utf8JsonWriter writer, string action, string index)
    {
        writer.WriteStartObject();
        writer.WriteStartObject(action);
        writer.WriteString("index", index);
        writer.WriteString("alias", Alias);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteTerms(Utf8JsonWriter writer, string field, int size)
    {
        writer.WriteStartObject(field);
        writer.WriteStartObject("terms");
        writer.WriteString("field", field);
        writer.WriteNumber("size", size);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteStrings(Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts)
        {
            writer.WriteStringValue(text);
        }

        writer.WriteEndArray();
    }

    private static void WriteSort(Utf8JsonWriter writer, params (string Field, bool IsDescending)[] by)
    {
        writer.WriteStartArray("sort");
        foreach (var (field, isDescending) in by)
        {
            writer.WriteStartObject();
            writer.WriteString(field, isDescending ? "desc" : "asc");
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static void WriteQuery(Utf8JsonWriter writer, SearchQuery query, Guid? customer)
    {
        writer.WriteStartObject();
        writer.WriteStartObject("bool");
        writer.WriteStartArray("must");
        foreach (var part in query.Wanted)
        {
            WriteWords(writer, part);
        }

        writer.WriteEndArray();
        writer.WriteStartArray("filter");
        foreach (var part in query.Parts.Where(part => part is { IsNot: false } and not WordsPart))
        {
            WriteComparison(writer, part);
        }

        if (customer is { } own)
        {
            WriteComparison(writer, new ValuePart(SearchField.Customer, own, false));
        }

        writer.WriteEndArray();
        writer.WriteStartArray("must_not");
        foreach (var part in query.Parts.Where(part => part.IsNot))
        {
            if (part is WordsPart words)
            {
                WriteWords(writer, words);
            }
            else
            {
                WriteComparison(writer, part);
            }
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    /// <summary>The words in any of the texts. They are sent as words, and never as a query that Elasticsearch would read.</summary>
    private static void WriteWords(Utf8JsonWriter writer, WordsPart part)
    {
        var (kind, name) = (part.Words.Count, part.IsPrefix) switch
        {
            (1, false) => ("term", "value"),
            (1, true) => ("prefix", "value"),
            (_, false) => ("match_phrase", "query"),
            _ => ("match_phrase_prefix", "query"),
        };
        writer.WriteStartObject();
        writer.WriteStartObject("dis_max");
        writer.WriteStartArray("queries");
        foreach (var (field, boost) in s_words)
        {
            writer.WriteStartObject();
            writer.WriteStartObject(kind);
            writer.WriteStartObject(field);
            writer.WriteString(name, string.Join(' ', part.Words));
            writer.WriteNumber("boost", boost);
            if (kind == "match_phrase_prefix")
            {
                writer.WriteNumber("max_expansions", 1000);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteComparison(Utf8JsonWriter writer, QueryPart part)
    {
        writer.WriteStartObject();
        switch (part)
        {
            case ValuePart value:
                writer.WriteStartObject("term");
                switch (value.Value)
                {
                    case Guid id:
                        writer.WriteString(Field(value.Field), id.ToString("N"));
                        break;
                    case short number:
                        writer.WriteNumber(Field(value.Field), number);
                        break;
                    default:
                        writer.WriteString(Field(value.Field), (string)value.Value);
                        break;
                }

                writer.WriteEndObject();
                break;
            case RangePart range:
                writer.WriteStartObject("range");
                writer.WriteStartObject(Field(range.Field));
                WriteEnd(range.IsFromIncluded ? "gte" : "gt", range.From);
                WriteEnd(range.IsToIncluded ? "lte" : "lt", range.To);
                writer.WriteEndObject();
                writer.WriteEndObject();
                break;
            default:
                throw new InvalidOperationException("The part is no comparison.");
        }

        writer.WriteEndObject();

        void WriteEnd(string name, object? value)
        {
            switch (value)
            {
                case decimal amount:
                    writer.WriteNumber(name, amount);
                    break;
                case long micros:
                    writer.WriteNumber(name, micros);
                    break;
            }
        }
    }

    private static string Field(SearchField field) => field switch
    {
        SearchField.State => "state",
        SearchField.Customer => "customer",
        SearchField.Payment => "payment",
        SearchField.Product => "skus",
        SearchField.Currency => "currency",
        SearchField.Total => "total",
        SearchField.CreateTime => "create_time",
        SearchField.UpdateTime => "update_time",
        _ => throw new InvalidOperationException($"{field} is no field."),
    };

    /// <summary>The indexes that the alias names now.</summary>
    private async Task<IReadOnlyList<string>> NamedAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var found = await client.SendAsync(HttpMethod.Get, $"_alias/{Alias}", null, cancellationToken);
            return [.. found.RootElement.EnumerateObject().Select(index => index.Name)];
        }
        catch (ElasticException e) when (e.Status == HttpStatusCode.NotFound)
        {
            return [];
        }
    }

    // Away for readers as for the projector, also where the index is gone: it comes again. What the server can not take, it never will.
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException { InnerException: TimeoutException } or IOException or JsonException
            or ElasticException { IsPassing: true } or ElasticException { Type: "index_not_found_exception" })
        {
            throw DomainError.DependencyUnavailable("search", e);
        }
    }
}
