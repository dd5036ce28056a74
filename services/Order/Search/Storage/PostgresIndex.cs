using System.Globalization;
using System.Text;
using System.Text.Json;
using Npgsql;
using NpgsqlTypes;
using Suite.Platform.Errors;
using State = Suite.Contracts.Orders.V1.Order.Types.State;

namespace Suite.Orders.Search.Storage;

/// <summary>The index in the table <c>order_search</c>, where no Elasticsearch is configured: PostgreSQL's full text, its words read by <see cref="Words"/>.</summary>
internal sealed class PostgresIndex(NpgsqlDataSource dataSource) : IOrderIndex
{
    private const int MostDays = 100;

    // PostgreSQL keeps no position past this one.
    private const int MostPositions = 16_383;

    private const string Columns = "id, version, customer, payment, state, currency, total, create_time, update_time, skus, texts";

    // In order of the key, so that two that write wait for each other instead of deadlocking.
    private const string Put =
        $"""
        INSERT INTO order_search (generation, {Columns}, words, phrases)
        SELECT $1, d.id, d.version, d.customer, d.payment, d.state, d.currency, d.total, d.create_time, d.update_time,
            ARRAY(SELECT jsonb_array_elements_text(d.skus)), d.texts, d.words::tsvector, d.phrases
        FROM unnest($2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::smallint[], $7::text[], $8::numeric[], $9::bigint[], $10::bigint[], $11::jsonb[],
            $12::jsonb[], $13::text[], $14::text[])
            AS d (id, version, customer, payment, state, currency, total, create_time, update_time, skus, texts, words, phrases)
        ORDER BY d.id
        ON CONFLICT (generation, id) DO UPDATE SET version = excluded.version, customer = excluded.customer, payment = excluded.payment, state = excluded.state,
            currency = excluded.currency, total = excluded.total, create_time = excluded.create_time, update_time = excluded.update_time, skus = excluded.skus,
            texts = excluded.texts, words = excluded.words, phrases = excluded.phrases
        WHERE order_search.version <= excluded.version
        """;

    private const string Page = $"SELECT {Columns} FROM order_search WHERE generation = $1 AND id > $2 ORDER BY id LIMIT $3";

    public TimeSpan Delay => TimeSpan.Zero;

    // Two that come at once: IF NOT EXISTS is no lock.
    public Task PrepareAsync(long generation, CancellationToken cancellationToken) => ExecuteAsync(
        string.Create(CultureInfo.InvariantCulture, $"""
            SELECT pg_advisory_xact_lock(hashtext('order_search'));
            CREATE TABLE IF NOT EXISTS {Partition(generation)} PARTITION OF order_search FOR VALUES IN ({generation})
            """),
        cancellationToken);

    public Task PutAsync(long generation, IReadOnlyList<OrderDocument> documents, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(Put);
        var p = command.Parameters;
        p.Add(new() { Value = generation });
        p.Add(new() { Value = documents.Select(d => d.Id).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.Version).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.CustomerId).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.PaymentId).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid });
        p.Add(new() { Value = documents.Select(d => (short)d.State).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.CurrencyCode).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.Total).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.CreateTime).ToArray() });
        p.Add(new() { Value = documents.Select(d => d.UpdateTime).ToArray() });
        p.Add(new() { Value = documents.Select(d => SearchJson.Write(d.Skus)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        p.Add(new() { Value = documents.Select(d => SearchJson.Write(d.Texts)).ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Jsonb });
        p.Add(new() { Value = documents.Select(Vector).ToArray() });
        p.Add(new() { Value = documents.Select(Phrases).ToArray() });
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    public Task<IReadOnlyList<FoundOrder>> SearchAsync(
        long generation, SearchQuery query, Guid? customer, string? cursor, int count, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<FoundOrder>>(async () =>
        {
            await using var command = dataSource.CreateCommand();
            var p = command.Parameters;
            var where = Where(generation, query, customer, p);
            var value = query.Sort switch
            {
                SearchSort.Relevance => Rank(query, p),
                SearchSort.CreateTime => "create_time",
                SearchSort.UpdateTime => "update_time",
                _ => "total",
            };
            if (cursor is not null)
            {
                var (at, id) = SearchCursor.Read(cursor);
                object from = query.Sort switch
                {
                    SearchSort.Relevance => double.Parse(at, CultureInfo.InvariantCulture),
                    SearchSort.Total => decimal.Parse(at, CultureInfo.InvariantCulture),
                    _ => long.Parse(at, CultureInfo.InvariantCulture),
                };
                where += $" AND ({value}, id) {(query.IsDescending ? '<' : '>')} ({Add(p, from)}, {Add(p, id)})";
            }

            var direction = query.IsDescending ? "DESC" : "ASC";
            command.CommandText = $"SELECT id, texts, {value} FROM order_search WHERE {where} ORDER BY {value} {direction}, id {direction} LIMIT {Add(p, count)}";
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var found = new List<FoundOrder>();
            while (await reader.ReadAsync(cancellationToken))
            {
                var at = reader.GetValue(2) is double rank ? rank.ToString("R", CultureInfo.InvariantCulture) : Convert.ToString(reader.GetValue(2), CultureInfo.InvariantCulture)!;
                found.Add(new FoundOrder(reader.GetGuid(0), SearchJson.ReadTexts(reader.GetString(1)), SearchCursor.Write(at, reader.GetGuid(0))));
            }

            return found;
        });

    public Task<FoundCounts> CountAsync(long generation, SearchQuery query, Guid? customer, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        await using var command = dataSource.CreateCommand();
        var where = Where(generation, query, customer, command.Parameters);
        command.CommandText =
            $"""
            WITH matched AS MATERIALIZED (SELECT state, currency, create_time / 86400000000 AS day FROM order_search WHERE {where})
            SELECT 0, '', 0::bigint, count(*) FROM matched
            UNION ALL SELECT 1, '', state::bigint, count(*) FROM matched GROUP BY state
            UNION ALL SELECT 2, currency, 0, count(*) FROM matched GROUP BY currency
            UNION ALL (SELECT 3, '', day, count(*) FROM matched GROUP BY day ORDER BY day DESC LIMIT {Add(command.Parameters, MostDays)})
            """;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var (total, states, currencies, days) = (0L, new List<(int State, long Count)>(), new List<(string Currency, long Count)>(), new List<(DateOnly Day, long Count)>());
        while (await reader.ReadAsync(cancellationToken))
        {
            var count = reader.GetInt64(3);
            switch (reader.GetInt32(0))
            {
                case 0:
                    total = count;
                    break;
                case 1:
                    states.Add(((int)reader.GetInt64(2), count));
                    break;
                case 2:
                    currencies.Add((reader.GetString(1), count));
                    break;
                default:
                    days.Add((DateOnly.FromDateTime(DateTime.UnixEpoch.AddDays(reader.GetInt64(2))), count));
                    break;
            }
        }

        return new FoundCounts(
            total,
            [.. states.OrderByDescending(of => of.Count).ThenBy(of => of.State)],
            [.. currencies.OrderByDescending(of => of.Count).ThenBy(of => of.Currency, StringComparer.Ordinal)],
            [.. days.OrderByDescending(of => of.Day)]);
    });

    public Task<IReadOnlyList<OrderDocument>> PageAsync(long generation, Guid after, int count, CancellationToken cancellationToken) =>
        AnswerAsync<IReadOnlyList<OrderDocument>>(async () =>
        {
            await using var command = dataSource.CreateCommand(Page);
            command.Parameters.Add(new() { Value = generation });
            command.Parameters.Add(new() { Value = after });
            command.Parameters.Add(new() { Value = count });
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            var documents = new List<OrderDocument>();
            while (await reader.ReadAsync(cancellationToken))
            {
                documents.Add(new OrderDocument
                {
                    Id = reader.GetGuid(0),
                    Version = reader.GetInt64(1),
                    CustomerId = reader.GetGuid(2),
                    PaymentId = reader.IsDBNull(3) ? null : reader.GetGuid(3),
                    State = (State)reader.GetInt16(4),
                    CurrencyCode = reader.GetString(5),
                    Total = reader.GetDecimal(6),
                    CreateTime = reader.GetInt64(7),
                    UpdateTime = reader.GetInt64(8),
                    Skus = reader.GetFieldValue<string[]>(9),
                    Texts = SearchJson.ReadTexts(reader.GetString(10)),
                });
            }

            return documents;
        });

    public Task ServeAsync(long generation, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task RefreshAsync(long generation, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DropAsync(long generation, CancellationToken cancellationToken) =>
        ExecuteAsync(string.Create(CultureInfo.InvariantCulture, $"DROP TABLE IF EXISTS {Partition(generation)}"), cancellationToken);

    private static string Partition(long generation) => string.Create(CultureInfo.InvariantCulture, $"order_search_{generation}");

    /// <summary>The words of a document as PostgreSQL writes a tsvector: <c>'tea':1A,7C '100':2A</c>. A word has letters and digits alone.</summary>
    private static string Vector(OrderDocument document)
    {
        var places = new Dictionary<string, StringBuilder>();
        var at = 1;
        foreach (var (weight, texts) in new[]
        {
            ('A', document.Texts.Products), ('B', document.Texts.Adjustments), ('C', document.Texts.Reasons), ('D', [.. document.Ids]),
        })
        {
            foreach (var text in texts)
            {
                foreach (var word in Words.Of(text))
                {
                    if (!places.TryGetValue(word.Text, out var positions))
                    {
                        places[word.Text] = positions = new StringBuilder();
                    }

                    positions.Append(positions.Length > 0 ? ',' : ':').Append(CultureInfo.InvariantCulture, $"{Math.Min(at, MostPositions)}{weight}");
                    at++;
                }
            }
        }

        return string.Join(' ', places.Select(word => $"'{word.Key}'{word.Value}"));
    }

    /// <summary>The words of each text on a line of its own, each between spaces.</summary>
    private static string Phrases(OrderDocument document) => string.Concat(
        document.Texts.All.Select(text => text.Text).Concat(document.Ids).Select(text => $" {string.Join(' ', Words.Of(text).Select(word => word.Text))} \n"));

    /// <summary>Words have letters and digits alone, so that nothing in the pattern means anything but itself.</summary>
    private static string Pattern(WordsPart phrase) => $"% {string.Join(' ', phrase.Words)}{(phrase.IsPrefix ? string.Empty : " ")}%";

    private static string Where(long generation, SearchQuery query, Guid? customer, NpgsqlParameterCollection p)
    {
        var where = new StringBuilder($"generation = {Add(p, generation)}");
        if (customer is { } own)
        {
            where.Append(CultureInfo.InvariantCulture, $" AND customer = {Add(p, own)}");
        }

        foreach (var part in query.Parts)
        {
            var condition = part switch
            {
                WordsPart { Words.Count: > 1 } phrase => $"words @@ {Add(p, Query(phrase))}::tsquery AND phrases LIKE {Add(p, Pattern(phrase))}",
                WordsPart words => $"words @@ {Add(p, Query(words))}::tsquery",
                ValuePart { Field: SearchField.Product } value => $"skus @> ARRAY[{Add(p, value.Value)}]",
                ValuePart value => $"{Column(value.Field)} IS NOT DISTINCT FROM {Add(p, value.Value)}",
                RangePart range => Range(range, p),
                _ => throw new InvalidOperationException("The part is of no kind that is known."),
            };
            where.Append(CultureInfo.InvariantCulture, $" AND {(part.IsNot ? "NOT " : string.Empty)}({condition})");
        }

        return where.ToString();
    }

    private static string Range(RangePart range, NpgsqlParameterCollection p)
    {
        var column = Column(range.Field);
        var from = range.From is { } least ? $"{column} {(range.IsFromIncluded ? ">=" : ">")} {Add(p, least)}" : null;
        var to = range.To is { } most ? $"{column} {(range.IsToIncluded ? "<=" : "<")} {Add(p, most)}" : null;
        return string.Join(" AND ", ((string?[])[from, to]).OfType<string>());
    }

    private static string Column(SearchField field) => field switch
    {
        SearchField.State => "state",
        SearchField.Customer => "customer",
        SearchField.Payment => "payment",
        SearchField.Currency => "currency",
        SearchField.Total => "total",
        SearchField.CreateTime => "create_time",
        SearchField.UpdateTime => "update_time",
        _ => throw new InvalidOperationException($"{field} is no column."),
    };

    private static string Rank(SearchQuery query, NpgsqlParameterCollection p) => query.Wanted.Any()
        ? $"ts_rank('{{0.1, 0.2, 0.4, 1.0}}', words, {Add(p, string.Join(" & ", query.Wanted.Select(words => $"({Query(words)})")))}::tsquery)::float8"
        : "0::float8";

    private static string Query(WordsPart part) =>
        string.Join(" & ", part.Words.Select((word, i) => $"'{word}'{(part.IsPrefix && i == part.Words.Count - 1 ? ":*" : string.Empty)}"));

    private static string Add(NpgsqlParameterCollection p, object value)
    {
        p.Add(new() { Value = value });
        return string.Create(CultureInfo.InvariantCulture, $"${p.Count}");
    }

    private Task<int> ExecuteAsync(string sql, CancellationToken cancellationToken) => AnswerAsync(async () =>
    {
        await using var command = dataSource.CreateCommand(sql);
        return await command.ExecuteNonQueryAsync(cancellationToken);
    });

    // Away for readers as for the projector; but what the database can not take, it never will.
    private static async Task<T> AnswerAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NpgsqlException e) when (e is not PostgresException { SqlState: ['2' or '4', '2', ..] })
        {
            throw DomainError.DependencyUnavailable("search", e);
        }
    }
}
