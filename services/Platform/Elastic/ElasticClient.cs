using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Suite.Platform.Telemetry;

namespace Suite.Platform.Elastic;

/// <summary>The little of Elasticsearch's HTTP interface that is needed here, in JSON; the same at OpenSearch.</summary>
/// <param name="http">With the server's address, and its credentials.</param>
public sealed class ElasticClient(HttpClient http)
{
    /// <summary>The source of a span for each search and each bulk, in traces that are recorded.</summary>
    public const string SourceName = SuiteTelemetry.Prefix + "Elastic";

    private const int MostAttempts = 6;
    private const int BulkBytes = 4 * 1024 * 1024;

    private static readonly ActivitySource s_source = new(SourceName);

    private static readonly MediaTypeHeaderValue s_json = new("application/json");
    private static readonly MediaTypeHeaderValue s_lines = new("application/x-ndjson");

    /// <summary>Sends a request and reads its answer.</summary>
    /// <param name="method">The method.</param>
    /// <param name="path">The path below the server's address.</param>
    /// <param name="body">Writes the body; null for none.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ElasticException">It is refused.</exception>
    /// <exception cref="HttpRequestException">Nobody answers.</exception>
    public async Task<JsonDocument> SendAsync(HttpMethod method, string path, Action<Utf8JsonWriter>? body, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte>? content = null;
        if (body is not null)
        {
            var buffer = new ArrayBufferWriter<byte>();
            using (var writer = new Utf8JsonWriter(buffer))
            {
                body(writer);
            }

            content = buffer.WrittenMemory;
        }

        return await SendAsync(method, path, content, s_json, cancellationToken);
    }

    /// <summary>
    /// Puts documents into an index by their ids and versions: of two of an id the one with the larger version stays. What the server has no
    /// room for now is sent again, later and later.
    /// </summary>
    /// <param name="alias">The alias of the index; one that is not there is an error, and none is made.</param>
    /// <param name="items">The documents.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="ElasticException">One of them is refused.</exception>
    public async Task PutAsync(string alias, IReadOnlyList<ElasticItem> items, CancellationToken cancellationToken)
    {
        var left = items;
        for (var attempt = 1; left.Count > 0; attempt++)
        {
            var again = new List<ElasticItem>();
            for (var at = 0; at < left.Count;)
            {
                var buffer = new ArrayBufferWriter<byte>(64 * 1024);
                var first = at;
                while (at < left.Count && buffer.WrittenCount < BulkBytes)
                {
                    Write(buffer, left[at++]);
                }

                again.AddRange(await BulkAsync(alias, [.. left.Skip(first).Take(at - first)], buffer.WrittenMemory, cancellationToken));
            }

            if (again.Count > 0 && attempt == MostAttempts)
            {
                throw new ElasticException(HttpStatusCode.TooManyRequests, "still_too_many_requests");
            }

            if (again.Count > 0)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50 * Math.Pow(2, attempt) * (0.5 + Random.Shared.NextDouble())), cancellationToken);
            }

            left = again;
        }
    }

    private static void Write(ArrayBufferWriter<byte> buffer, ElasticItem item)
    {
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteStartObject("index");
        writer.WriteString("_id", item.Id);
        writer.WriteNumber("version", item.Version);
        writer.WriteString("version_type", "external_gte");
        writer.WriteEndObject();
        writer.WriteEndObject();
        writer.Flush();
        buffer.Write("\n"u8);
        writer.Reset();
        item.Write(writer);
        writer.Flush();
        buffer.Write("\n"u8);
    }

    /// <summary>Sends them once; returns those that the server had no room for.</summary>
    private async Task<IReadOnlyList<ElasticItem>> BulkAsync(string alias, IReadOnlyList<ElasticItem> items, ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        JsonDocument answer;
        try
        {
            answer = await SendAsync(HttpMethod.Post, $"{alias}/_bulk?require_alias=true", lines, s_lines, cancellationToken);
        }
        catch (ElasticException e) when (e.Status == HttpStatusCode.TooManyRequests)
        {
            return items;
        }

        using (answer)
        {
            var again = new List<ElasticItem>();
            var place = 0;
            foreach (var result in answer.RootElement.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("index")))
            {
                var status = (HttpStatusCode)result.GetProperty("status").GetInt32();
                if (status == HttpStatusCode.TooManyRequests)
                {
                    again.Add(items[place]);
                }
                // A conflict is a document that is newer already.
                else if ((int)status >= 300 && status != HttpStatusCode.Conflict)
                {
                    throw new ElasticException(status, TypeOf(result));
                }

                place++;
            }

            return again;
        }
    }

    private async Task<JsonDocument> SendAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? content, MediaTypeHeaderValue contentType, CancellationToken cancellationToken)
    {
        using var span = Start(path);
        try
        {
            return await AnswerAsync(method, path, content, contentType, cancellationToken);
        }
        catch (ElasticException e)
        {
            span?.SetTag("db.response.status_code", ((int)e.Status).ToString(CultureInfo.InvariantCulture));
            span.Fail(e.Type);
            throw;
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    /// <summary>A span for <c>INDEX/_OPERATION</c>; what is asked of no index is not worth one. What is looked for stands in no span.</summary>
    private static Activity? Start(string path)
    {
        if (!s_source.HasListeners() || !SuiteTelemetry.IsRecorded || path.Split('?')[0].Split("/_") is not [var index, var operation])
        {
            return null;
        }

        var span = s_source.StartActivity($"{operation} {index}", ActivityKind.Client);
        span?.SetTag("db.system.name", "elasticsearch");
        span?.SetTag("db.operation.name", operation);
        span?.SetTag("db.collection.name", index);
        return span;
    }

    private async Task<JsonDocument> AnswerAsync(
        HttpMethod method, string path, ReadOnlyMemory<byte>? content, MediaTypeHeaderValue contentType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (content is { } bytes)
        {
            request.Content = new ReadOnlyMemoryContent(bytes);
            request.Content.Headers.ContentType = contentType;
        }

        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
        }

        throw new ElasticException(response.StatusCode, await TypeAsync(stream, cancellationToken));
    }

    private static async Task<string> TypeAsync(Stream stream, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await JsonDocument.ParseAsync(stream, cancellationToken: cancellationToken);
            return TypeOf(answer.RootElement);
        }
        catch (JsonException)
        {
            return "unknown";
        }
    }

    private static string TypeOf(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out var error) && error.ValueKind == JsonValueKind.Object
        && error.TryGetProperty("type", out var type) ? type.GetString() ?? "unknown" : "unknown";
}
