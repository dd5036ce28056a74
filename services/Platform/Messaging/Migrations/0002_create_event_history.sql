-- What was told of aggregates whose own tables do not keep all of it: from here a document that was lost is told again, when the outbox and
-- the broker have long forgotten. Each service decides what it keeps; nothing personal is in it.
CREATE TABLE event_history (
    -- The aggregate.
    owner    uuid   NOT NULL,
    -- Its version after the event.
    version  bigint NOT NULL,
    -- The CloudEvents type.
    type     text   NOT NULL,
    -- The protobuf body, as it was told.
    body     bytea  NOT NULL,
    -- The trace it happened in, 16 bytes that W3C Trace Context writes as 32 hex digits; null where there was none.
    trace_id uuid,
    PRIMARY KEY (owner, version, type)
);
