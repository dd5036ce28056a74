-- What a payment has beside its authorization. What a step may use is reserved in capturing_minor or refunding_minor before the
-- provider hears of it, and the checks hold whatever the program believes: a hold is captured, released or still there, each
-- minor unit once, and no more is given back than was taken. (Written with differences, since sums could pass 64 bits.)
ALTER TABLE payments
    ADD COLUMN provider                  text        NOT NULL DEFAULT 'simulator',
    ADD COLUMN captured_minor            bigint      NOT NULL DEFAULT 0 CHECK (captured_minor >= 0),
    ADD COLUMN capturing_minor           bigint      NOT NULL DEFAULT 0 CHECK (capturing_minor >= 0),
    ADD COLUMN released_minor            bigint      NOT NULL DEFAULT 0 CHECK (released_minor >= 0),
    ADD COLUMN refunded_minor            bigint      NOT NULL DEFAULT 0 CHECK (refunded_minor >= 0),
    ADD COLUMN refunding_minor           bigint      NOT NULL DEFAULT 0 CHECK (refunding_minor >= 0),
    -- In disputes that are open or lost.
    ADD COLUMN disputed_minor            bigint      NOT NULL DEFAULT 0 CHECK (disputed_minor >= 0),
    ADD COLUMN next_action_uri           text        NOT NULL DEFAULT '',
    ADD COLUMN action_expire_time        timestamptz,
    ADD COLUMN authorization_expire_time timestamptz,
    ADD COLUMN void_reason               text        NOT NULL DEFAULT '',
    -- When the provider said yes or no to the authorization.
    ADD COLUMN outcome_time              timestamptz,
    -- The call that made the payment, where one did: its request_id, and the fingerprint of what it asked for.
    ADD COLUMN request_id                uuid,
    ADD COLUMN request_hash              bytea;

-- What was voided after it was held was released; what is held is so for a week, as far as anybody said.
UPDATE payments SET released_minor = amount_minor WHERE state = 5 AND provider_reference <> '';
UPDATE payments SET authorization_expire_time = update_time + interval '7 days' WHERE state = 2 AND amount_minor > 0;
UPDATE payments SET outcome_time = update_time WHERE state IN (2, 3);

ALTER TABLE payments
    ADD CONSTRAINT payments_hold_ends_once CHECK (captured_minor <= amount_minor - released_minor - capturing_minor),
    ADD CONSTRAINT payments_refunds_are_covered CHECK (refunded_minor <= captured_minor - refunding_minor);

CREATE UNIQUE INDEX payments_by_request ON payments (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX payments_by_reference ON payments (provider_reference) WHERE provider_reference <> '';
CREATE INDEX payments_expiring ON payments (authorization_expire_time) WHERE state = 2 AND NOT void_requested;
CREATE INDEX payments_partially_refunded ON payments (id) WHERE state = 6;
CREATE INDEX payments_refunded ON payments (id) WHERE state = 7;
CREATE INDEX payments_requiring_action ON payments (id) WHERE state = 8;

-- Due are authorizations alone: PENDING (1), and REQUIRES_ACTION (8) when its time is over or its order is cancelled.
DROP INDEX payments_due;
CREATE INDEX payments_due ON payments (next_attempt_time) WHERE state IN (1, 8);

-- Captures (2), voids (3) and refunds (4). The row is the intent: while it is INTENDED (1) or UNKNOWN (2) it is due at
-- next_attempt_time, as a payment is. The id is the key the provider sees, and the request_id of the call that began it.
CREATE TABLE payment_steps (
    id                 uuid        NOT NULL PRIMARY KEY,
    payment_id         uuid        NOT NULL REFERENCES payments (id),
    kind               smallint    NOT NULL CHECK (kind IN (2, 3, 4)),
    amount_minor       bigint      NOT NULL CHECK (amount_minor > 0),
    -- Of a capture: what it leaves is released.
    is_final           boolean     NOT NULL,
    state              smallint    NOT NULL CHECK (state BETWEEN 1 AND 4),
    decline_reason     text        NOT NULL DEFAULT '',
    provider_reference text        NOT NULL DEFAULT '',
    -- The fingerprint of the call that began it; null when the service did by itself.
    request_hash       bytea,
    caller             text        NOT NULL DEFAULT '',
    -- What somebody typed; erased with its customer.
    reason             text        NOT NULL DEFAULT '',
    attempts           int         NOT NULL DEFAULT 0,
    next_attempt_time  timestamptz NOT NULL,
    lease_token        uuid,
    traceparent        text,
    tracestate         text,
    baggage            text,
    create_time        timestamptz NOT NULL,
    outcome_time       timestamptz,
    CHECK ((state IN (3, 4)) = (outcome_time IS NOT NULL))
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX payment_steps_due ON payment_steps (next_attempt_time) WHERE state IN (1, 2);
CREATE INDEX payment_steps_by_payment ON payment_steps (payment_id);
-- A capture and a void exclude each other, and themselves; refunds run side by side as far as their amounts are reserved.
CREATE UNIQUE INDEX payment_steps_one_on_the_hold ON payment_steps (payment_id) WHERE state IN (1, 2) AND kind IN (2, 3);

-- Voids from before: done, or still to be. There is one of a payment, and its id follows from that of the payment.
INSERT INTO payment_steps (id, payment_id, kind, amount_minor, is_final, state, next_attempt_time, create_time, outcome_time,
    traceparent, tracestate, baggage)
SELECT substr(encode(sha256(convert_to(id || ':void', 'UTF8')), 'hex'), 1, 32)::uuid, id, 3, amount_minor, true,
    CASE WHEN state = 5 THEN 3 ELSE 1 END, now(), update_time, CASE WHEN state = 5 THEN update_time END,
    traceparent, tracestate, CASE WHEN state = 5 THEN NULL ELSE baggage END
FROM payments WHERE amount_minor > 0 AND ((state = 5 AND provider_reference <> '') OR (state = 2 AND void_requested));

CREATE TABLE disputes (
    id                 uuid        NOT NULL PRIMARY KEY,
    payment_id         uuid        NOT NULL REFERENCES payments (id),
    order_id           uuid        NOT NULL,
    customer_id        uuid,
    provider           text        NOT NULL,
    provider_reference text        NOT NULL,
    currency           text        NOT NULL,
    amount_minor       bigint      NOT NULL CHECK (amount_minor > 0),
    state              smallint    NOT NULL CHECK (state BETWEEN 1 AND 3),
    reason             text        NOT NULL,
    create_time        timestamptz NOT NULL,
    update_time        timestamptz NOT NULL,
    CONSTRAINT disputes_by_reference UNIQUE (provider, provider_reference)
);

CREATE INDEX disputes_by_payment ON disputes (payment_id);
CREATE INDEX disputes_by_customer ON disputes (customer_id, id) WHERE customer_id IS NOT NULL;

-- The inbox of providers' webhooks: what was taken in once has no effect again.
CREATE TABLE provider_events (
    provider     text        NOT NULL,
    event_id     text        NOT NULL,
    payment_id   uuid        NOT NULL,
    kind         text        NOT NULL,
    occur_time   timestamptz NOT NULL,
    receive_time timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (provider, event_id)
);

CREATE INDEX provider_events_receive_time ON provider_events USING brin (receive_time);
