-- What happened and has to be told. Rows are written once, in the transaction of their effect, and never changed; days that
-- nobody needs any more are dropped as a whole. See docs/decisions/0002-outbox-relay.md.
CREATE SEQUENCE outbox_id;

CREATE TABLE outbox (
    xid         xid8        NOT NULL DEFAULT pg_current_xact_id(),
    id          bigint      NOT NULL DEFAULT nextval('outbox_id'),
    shard       smallint    NOT NULL,
    create_time timestamptz NOT NULL DEFAULT now(),
    event_id    uuid        NOT NULL,
    topic       text        NOT NULL,
    key         text        NOT NULL,
    type        text        NOT NULL,
    payload     bytea       NOT NULL,
    traceparent text,
    tracestate  text,
    baggage     text,
    -- Headers that only dead letters have.
    extra       jsonb
) PARTITION BY RANGE (create_time);

CREATE INDEX outbox_by_transaction ON outbox (shard, xid);

-- Sixteen shards of the key space. Whoever leases a shard sends its rows; `seen` is the snapshot of transactions up to which
-- all of them were sent.
CREATE TABLE outbox_shard (
    shard             smallint    NOT NULL PRIMARY KEY,
    owner             uuid,
    epoch             bigint      NOT NULL DEFAULT 0,
    lease_until       timestamptz NOT NULL DEFAULT '-infinity',
    seen              pg_snapshot NOT NULL DEFAULT '3:3:',
    attempts          int         NOT NULL DEFAULT 0,
    next_attempt_time timestamptz NOT NULL DEFAULT '-infinity'
) WITH (fillfactor = 50);

INSERT INTO outbox_shard (shard) SELECT generate_series(0, 15);

-- The replicas that relay, so that they share the shards evenly.
CREATE TABLE outbox_relay (
    owner       uuid        NOT NULL PRIMARY KEY,
    alive_until timestamptz NOT NULL
);

-- The highest offset the broker acknowledged. A broker that knows less has lost its memory and is filled again.
CREATE TABLE outbox_offset (
    topic       text   NOT NULL,
    partition   int    NOT NULL,
    last_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);

-- What was applied, by consumer. Ids are UUIDv7, so ranges of them are ranges of time, and one id is always in one partition:
-- the promise to apply it once does not depend on when it arrives.
CREATE TABLE inbox (
    message_id uuid NOT NULL,
    consumer   text NOT NULL,
    PRIMARY KEY (message_id, consumer)
) PARTITION BY RANGE (message_id);

-- Messages that could not be applied, and those of the same key that wait behind them.
CREATE TABLE dead_letter (
    id                bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer          text        NOT NULL,
    topic             text        NOT NULL,
    key               text        NOT NULL,
    message_id        uuid        NOT NULL,
    type              text        NOT NULL,
    event_time        timestamptz NOT NULL,
    body              bytea       NOT NULL,
    traceparent       text,
    tracestate        text,
    baggage           text,
    kind              smallint    NOT NULL,
    reason            text        NOT NULL,
    attempts          int         NOT NULL,
    park_time         timestamptz NOT NULL DEFAULT now(),
    -- Set when another attempt is due: by a replay, or for what waits behind a message that is gone.
    next_attempt_time timestamptz,
    UNIQUE (consumer, message_id)
);

CREATE INDEX dead_letter_by_key ON dead_letter (consumer, key, id);
CREATE INDEX dead_letter_due ON dead_letter (next_attempt_time) WHERE next_attempt_time IS NOT NULL;

-- Who asked for which replay, and why.
CREATE TABLE dead_letter_replay (
    id           bigint      NOT NULL GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    replay_time  timestamptz NOT NULL DEFAULT now(),
    request_id   uuid        NOT NULL,
    note         text        NOT NULL,
    conditions   jsonb       NOT NULL,
    marked_count int         NOT NULL
);
