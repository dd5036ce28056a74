using System.Globalization;
using Npgsql;
using Suite.Contracts.Payments.V1;
using Suite.Platform.Errors;
using Suite.Platform.Listing;

namespace Suite.Payments.Ledger;

/// <summary>Walks entries from the newest to the oldest: those of an account, of a transaction, or of a source and everything below it.</summary>
internal sealed class ListPostings(TransactionStore store, PageTokens tokens)
{
    private static readonly FilterSchema Filters = new FilterSchema()
        .Equality("account", IsAccount)
        .Resource("transaction", LedgerNames.Transactions, "e.transaction_id")
        .Equality("source", IsFrom)
        .Time("effective_time", "e.effective_time")
        .Time("record_time", "e.record_time");

    public async Task<ListPostingsResponse> RunAsync(ListPostingsRequest request, CancellationToken cancellationToken)
    {
        if (!FilterParser.Parse(request.Filter).Any(t => t is { Operator: "=", Field: "account" or "transaction" or "source" }))
        {
            throw FilterParser.Invalid(0, "one of account, transaction and source has to be compared with =.");
        }

        var query = $"ListPostings {request.Filter}";
        var size = PageTokens.Size(request.PageSize);
        var before = tokens.Decode(query, request.PageToken) is { } cursor ? ParseCursor(cursor) : ((long, short)?)null;
        var postings = await store.PageAsync(
            parameters => Filters.ToSql(request.Filter, parameters), before, size + 1, cancellationToken);
        var response = new ListPostingsResponse
        {
            Postings = { postings.Take(size).Select(p => p.Entry.ToProto(p.TransactionId, p.Source, p.Template)) },
        };
        if (postings.Count > size)
        {
            var last = postings[size - 1].Entry;
            response.NextPageToken = tokens.Encode(query, string.Create(CultureInfo.InvariantCulture, $"{last.Sequence}.{last.Line}"));
        }

        return response;
    }

    private static string IsAccount(FilterTerm term, NpgsqlParameterCollection parameters)
    {
        if (!LedgerNames.IsAccount(term.Value))
        {
            throw FilterParser.Invalid(term.Position, "account is compared with a name such as accounts/revenue.");
        }

        parameters.Add(new() { Value = LedgerNames.ParseAccount(term.Value) });
        return $"e.account = ${parameters.Count}";
    }

    /// <summary>A source, or what lies below it. Keys begin with their source, and have an index; '0' comes right after '/'.</summary>
    private static string IsFrom(FilterTerm term, NpgsqlParameterCollection parameters)
    {
        if (term.Value.Length is 0 or > 200 || term.Value.Contains('\0', StringComparison.Ordinal))
        {
            throw FilterParser.Invalid(term.Position, "source is compared with a name such as payments/{uuid}.");
        }

        parameters.Add(new() { Value = term.Value.TrimEnd('/') });
        var source = $"${parameters.Count}";
        return $"t.key >= {source} || '/' AND t.key < {source} || '0' AND (t.source = {source} OR starts_with(t.source, {source} || '/'))";
    }

    private static (long Sequence, short Line) ParseCursor(string cursor)
    {
        var dot = cursor.IndexOf('.', StringComparison.Ordinal);
        return (long.Parse(cursor[..dot], CultureInfo.InvariantCulture), short.Parse(cursor[(dot + 1)..], CultureInfo.InvariantCulture));
    }
}
