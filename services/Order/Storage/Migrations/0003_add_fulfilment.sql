-- Fulfilling and refunding. Every column has a constant default or none, so that no row is rewritten and replicas of the version before
-- go on writing; the checks are for what is written from now on, which old rows satisfy as they are.

ALTER TABLE orders
    ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0,
    -- Amounts beside the lines: [{"kind": 1, "minor": 500, "name": "Parcel"}].
    ADD COLUMN adjustments    jsonb,
    -- The step that fulfils it, while that runs. Here and not in order_steps, so that whoever locks the order knows of it.
    ADD COLUMN fulfilment_id  uuid,
    ADD CONSTRAINT orders_refunded CHECK (refunded_minor BETWEEN 0 AND total_minor) NOT VALID;

-- States that few orders stay in for long; CONFIRMED and FULFILLED are what most are in.
CREATE INDEX orders_partially_refunded ON orders (id) WHERE state = 6;
CREATE INDEX orders_refunded_whole ON orders (id) WHERE state = 7;

ALTER TABLE order_lines
    -- The amount with the line's share of the adjustments. Null in rows of the version before, which had none: the amount.
    ADD COLUMN total_minor       bigint,
    ADD COLUMN refunded_minor    bigint NOT NULL DEFAULT 0,
    ADD COLUMN refunded_quantity int    NOT NULL DEFAULT 0,
    ADD CONSTRAINT order_lines_refunded CHECK (
        refunded_minor BETWEEN 0 AND COALESCE(total_minor, amount_minor) AND refunded_quantity BETWEEN 0 AND quantity) NOT VALID;

-- The history tells of steps too, which make no version: rows of one version are told apart by their place in it, where the row that made
-- the version is 0. Versions come one after the other and rows are only added to the last one, so that an event's number is the count
-- of rows up to it.
ALTER TABLE order_history
    ADD COLUMN place        smallint NOT NULL DEFAULT 0,
    -- suite.order.v1.OrderEvent.Type; null in rows of the version before, where it is the state.
    ADD COLUMN event_type   smallint,
    ADD COLUMN actor        text,
    -- What somebody typed, or why a step was refused; null where state_reason says it.
    ADD COLUMN note         text,
    ADD COLUMN amount_minor bigint,
    ADD COLUMN step_id      uuid,
    DROP CONSTRAINT order_history_pkey,
    ADD PRIMARY KEY (order_id, version, place);

-- What Payment has a part in: the intent commits here before Payment is asked, with the id that it is asked with.
CREATE TABLE order_steps (
    id                uuid        NOT NULL PRIMARY KEY,
    order_id          uuid        NOT NULL,
    -- 1 fulfilment, 2 refund.
    kind              smallint    NOT NULL CHECK (kind IN (1, 2)),
    amount_minor      bigint      NOT NULL CHECK (amount_minor >= 0),
    -- What a refund gives back of which line: [{"number": 1, "quantity": 2, "minor": 500}].
    lines             jsonb       NOT NULL,
    -- 1 open, 2 done, 3 refused.
    state             smallint    NOT NULL CHECK (state IN (1, 2, 3)),
    -- The call that began it; null where a backend went to Payment itself.
    request_id        uuid        UNIQUE,
    request_hash      bytea,
    actor             text        NOT NULL,
    reason            text        NOT NULL,
    attempts          int         NOT NULL DEFAULT 0,
    -- Until then it is left to whoever has taken it up.
    next_attempt_time timestamptz NOT NULL,
    traceparent       text,
    create_time       timestamptz NOT NULL DEFAULT now(),
    end_time          timestamptz
);

CREATE INDEX order_steps_by_order ON order_steps (order_id);
CREATE INDEX order_steps_due ON order_steps (next_attempt_time) WHERE state = 1;
CREATE UNIQUE INDEX order_steps_fulfilling ON order_steps (order_id) WHERE state = 1 AND kind = 1;
