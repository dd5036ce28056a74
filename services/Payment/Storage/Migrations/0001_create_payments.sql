-- One row an order. The row is its own intent: while it is PENDING (1), or AUTHORIZED (2) with a void requested, it is due
-- at next_attempt_time: now for a new intent, the end of the lease while a replica works on it, the end of the pause after
-- an unknown outcome. lease_token is of whoever took it last; a result is only taken from the holder of the token.
CREATE TABLE payments (
    id                 uuid        NOT NULL PRIMARY KEY,
    order_id           uuid        NOT NULL CONSTRAINT payments_one_per_order UNIQUE,
    currency           text        NOT NULL,
    amount_minor       bigint      NOT NULL CHECK (amount_minor >= 0),
    -- The provider's token, for the call; emptied with the answer.
    payment_method     text        NOT NULL,
    state              smallint    NOT NULL,
    decline_reason     text        NOT NULL DEFAULT '',
    provider_reference text        NOT NULL DEFAULT '',
    void_requested     boolean     NOT NULL DEFAULT false,
    version            bigint      NOT NULL,
    create_time        timestamptz NOT NULL,
    update_time        timestamptz NOT NULL,
    attempts           int         NOT NULL DEFAULT 0,
    next_attempt_time  timestamptz NOT NULL,
    lease_token        uuid,
    -- The trace that caused the work, so that it goes on in whichever replica does it.
    traceparent        text,
    tracestate         text,
    baggage            text
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX payments_due ON payments (next_attempt_time) WHERE state = 1 OR (state = 2 AND void_requested);

-- Ids are UUIDv7, so id order is time order: lists walk by id. States that few payments are in have an index of their own.
CREATE INDEX payments_declined ON payments (id) WHERE state = 3;
CREATE INDEX payments_voided ON payments (id) WHERE state = 5;
