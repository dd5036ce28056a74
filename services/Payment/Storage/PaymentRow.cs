using Npgsql;
using NpgsqlTypes;
using Suite.Payments.Domain;
using Suite.Platform.Monetary;
using Suite.Platform.Telemetry;
using State = Suite.Contracts.Payments.V1.Payment.Types.State;

namespace Suite.Payments.Storage;

/// <summary>A payment as a row: how it is read and written.</summary>
internal static class PaymentRow
{
    /// <summary>What <see cref="Read"/> reads.</summary>
    public const string Columns =
        "payments.id, payments.order_id, payments.customer_id, payments.amount_minor, payments.currency, payments.state, "
        + "payments.decline_reason, payments.provider_reference, payments.void_requested, payments.version, payments.create_time, "
        + "payments.update_time, payments.provider, payments.captured_minor, payments.capturing_minor, payments.released_minor, "
        + "payments.refunded_minor, payments.refunding_minor, payments.disputed_minor, payments.next_action_uri, "
        + "payments.action_expire_time, payments.authorization_expire_time, payments.void_reason, payments.outcome_time, "
        + "payments.attempts, payments.request_id, payments.request_hash";

    public const int ColumnCount = 27;

    // Whoever writes holds the rows' locks, so that the version is the one it read. What is not open has nobody working on it; one that
    // requires an action is due when the time for that is over, or at once when it is to be given up.
    private const string UpdateMany =
        """
        UPDATE payments p
        SET state = c.state, version = c.version, update_time = c.update_time, decline_reason = c.decline_reason,
            provider_reference = c.provider_reference, void_requested = c.void_requested, void_reason = c.void_reason,
            captured_minor = c.captured_minor, capturing_minor = c.capturing_minor, released_minor = c.released_minor,
            refunded_minor = c.refunded_minor, refunding_minor = c.refunding_minor, disputed_minor = c.disputed_minor,
            next_action_uri = c.next_action_uri, action_expire_time = c.action_expire_time,
            authorization_expire_time = c.authorization_expire_time, outcome_time = c.outcome_time,
            payment_method = CASE WHEN c.state = 1 THEN p.payment_method ELSE '' END,
            lease_token = CASE WHEN c.state = p.state THEN p.lease_token END,
            next_attempt_time = CASE
                WHEN c.state = 8 AND c.void_requested AND p.lease_token IS NULL THEN now()
                WHEN c.state = 8 AND p.state <> 8 THEN c.action_expire_time
                ELSE p.next_attempt_time END,
            traceparent = coalesce(c.traceparent, p.traceparent),
            tracestate = CASE WHEN c.traceparent IS NULL THEN p.tracestate ELSE c.tracestate END,
            baggage = CASE WHEN c.traceparent IS NULL THEN p.baggage ELSE c.baggage END
        FROM unnest($1::uuid[], $2::smallint[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::boolean[], $8::text[], $9::bigint[],
                $10::bigint[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::timestamptz[], $17::timestamptz[],
                $18::timestamptz[], $19::text[], $20::text[], $21::text[])
            AS c (id, state, version, update_time, decline_reason, provider_reference, void_requested, void_reason, captured_minor,
                capturing_minor, released_minor, refunded_minor, refunding_minor, disputed_minor, next_action_uri, action_expire_time,
                authorization_expire_time, outcome_time, traceparent, tracestate, baggage)
        WHERE p.id = c.id
        """;

    public static Payment Read(NpgsqlDataReader reader) => new()
    {
        Id = reader.GetGuid(0),
        OrderId = reader.GetGuid(1),
        CustomerId = reader.IsDBNull(2) ? null : reader.GetGuid(2),
        Amount = new MoneyAmount(reader.GetInt64(3), reader.GetString(4)),
        State = (State)reader.GetInt16(5),
        DeclineReason = reader.GetString(6),
        ProviderReference = reader.GetString(7),
        VoidRequested = reader.GetBoolean(8),
        Version = reader.GetInt64(9),
        CreateTime = reader.GetFieldValue<DateTimeOffset>(10),
        UpdateTime = reader.GetFieldValue<DateTimeOffset>(11),
        Provider = reader.GetString(12),
        CapturedMinor = reader.GetInt64(13),
        CapturingMinor = reader.GetInt64(14),
        ReleasedMinor = reader.GetInt64(15),
        RefundedMinor = reader.GetInt64(16),
        RefundingMinor = reader.GetInt64(17),
        DisputedMinor = reader.GetInt64(18),
        NextActionUri = reader.GetString(19),
        ActionExpireTime = reader.TimeOrNull(20),
        AuthorizationExpireTime = reader.TimeOrNull(21),
        VoidReason = reader.GetString(22),
        OutcomeTime = reader.TimeOrNull(23),
        Attempts = reader.GetInt32(24),
        RequestId = reader.IsDBNull(25) ? null : reader.GetGuid(25),
        RequestHash = reader.IsDBNull(26) ? null : reader.GetFieldValue<byte[]>(26),
    };

    /// <summary>Writes payments whose rows the caller's transaction has locked.</summary>
    /// <param name="payments">The payments as they are to be.</param>
    /// <param name="traces">The traces that caused it, one a payment; the ones of the rows stay where there is none.</param>
    /// <param name="transaction">The caller's transaction.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task UpdateAsync(
        IReadOnlyList<Payment> payments,
        IReadOnlyList<TraceContext> traces,
        NpgsqlTransaction transaction,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(UpdateMany, transaction.Connection, transaction);
        var p = command.Parameters;
        p.Add(new() { Value = payments.Select(x => x.Id).ToArray() });
        p.Add(new() { Value = payments.Select(x => (short)x.State).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.Version).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.UpdateTime).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.DeclineReason).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.ProviderReference).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.VoidRequested).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.VoidReason).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.CapturedMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.CapturingMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.ReleasedMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.RefundedMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.RefundingMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.DisputedMinor).ToArray() });
        p.Add(new() { Value = payments.Select(x => x.NextActionUri).ToArray() });
        p.AddTimes(payments.Select(x => x.ActionExpireTime));
        p.AddTimes(payments.Select(x => x.AuthorizationExpireTime));
        p.AddTimes(payments.Select(x => x.OutcomeTime));
        p.AddTraces(traces);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds arrays of trace parents, trace states and baggage.</summary>
    public static void AddTraces(this NpgsqlParameterCollection parameters, IReadOnlyCollection<TraceContext> traces)
    {
        parameters.AddTexts(traces.Select(t => t.TraceParent));
        parameters.AddTexts(traces.Select(t => t.TraceState));
        parameters.AddTexts(traces.Select(t => t.Baggage));
    }

    /// <summary>Adds an array of texts that may be null.</summary>
    public static void AddTexts(this NpgsqlParameterCollection parameters, IEnumerable<string?> texts) =>
        parameters.Add(new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text });

    /// <summary>Adds an array of times that may be null.</summary>
    public static void AddTimes(this NpgsqlParameterCollection parameters, IEnumerable<DateTimeOffset?> times) =>
        parameters.Add(new() { Value = times.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz });

    public static DateTimeOffset? TimeOrNull(this NpgsqlDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? null : reader.GetFieldValue<DateTimeOffset>(ordinal);

    public static string? TextOrNull(this NpgsqlDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);
}
