-- What the simulated provider knows of captures, refunds, voids and disputes, and what it will tell by webhook. As before, nothing
-- else of the service reads or writes it, in no transaction of the service's own. What comes about by itself (a hold ends, a refund
-- that was pending is done, a dispute is decided) is a time in a row, so that nobody has to make it happen.
ALTER TABLE simulator_payments
    -- The payment it was told of; for payments from before it is their key.
    ADD COLUMN payment_id uuid,
    -- The token, which decides how later steps go.
    ADD COLUMN token text,
    ADD COLUMN captured_minor bigint NOT NULL DEFAULT 0,
    -- What was given back or is about to be.
    ADD COLUMN refunded_minor bigint NOT NULL DEFAULT 0,
    -- Nothing is held any more: it was voided, or the last capture left it.
    ADD COLUMN released boolean NOT NULL DEFAULT false,
    -- When the hold ends by itself; null for a hold that does not.
    ADD COLUMN expire_time timestamptz,
    -- 0: its holder was not asked. 1: asked, 2: approved, 3: refused.
    ADD COLUMN action_state smallint NOT NULL DEFAULT 0,
    ADD COLUMN action_expire_time timestamptz,
    ADD CONSTRAINT simulator_takes_what_it_holds CHECK (captured_minor BETWEEN 0 AND amount_minor),
    ADD CONSTRAINT simulator_gives_back_what_it_took CHECK (refunded_minor BETWEEN 0 AND captured_minor);

UPDATE simulator_payments SET released = true WHERE void_time IS NOT NULL;

CREATE INDEX simulator_payments_by_time ON simulator_payments USING brin (create_time);

-- A capture (2), void (3) or refund (4) as the first call with its key asked for it. It is done by the call answers_on_call; until
-- then it has neither reference nor reason. Until outcome_time the outcome is not told.
CREATE TABLE simulator_steps (
    idempotency_key   text        NOT NULL PRIMARY KEY,
    authorization_key text        NOT NULL,
    kind              smallint    NOT NULL,
    currency          text        NOT NULL,
    amount_minor      bigint      NOT NULL,
    is_final          boolean     NOT NULL,
    calls             int         NOT NULL,
    answers_on_call   int         NOT NULL,
    reference         text,
    decline_reason    text,
    create_time       timestamptz NOT NULL,
    outcome_time      timestamptz,
    CHECK (reference IS NULL OR decline_reason IS NULL),
    CHECK ((reference IS NULL AND decline_reason IS NULL) = (outcome_time IS NULL))
);

CREATE INDEX simulator_steps_by_payment ON simulator_steps (authorization_key);

-- A dispute is open from open_time and decided at decide_time, where there is one: 2 won, 3 lost.
CREATE TABLE simulator_disputes (
    reference         text        NOT NULL PRIMARY KEY,
    authorization_key text        NOT NULL,
    currency          text        NOT NULL,
    amount_minor      bigint      NOT NULL,
    open_time         timestamptz NOT NULL,
    decide_time       timestamptz,
    decision          smallint,
    CHECK ((decide_time IS NULL) = (decision IS NULL))
);

CREATE INDEX simulator_disputes_by_payment ON simulator_disputes (authorization_key);

-- What is to be told by webhook, and was. A row is due until it is delivered; whoever delivers it takes it until due_time.
CREATE TABLE simulator_webhooks (
    id                text        NOT NULL PRIMARY KEY,
    authorization_key text        NOT NULL,
    body              text        NOT NULL,
    -- How often each delivery is made: two for a provider that doubles, none for one that loses it.
    copies            smallint    NOT NULL,
    attempts          int         NOT NULL DEFAULT 0,
    due_time          timestamptz NOT NULL,
    deliver_time      timestamptz
) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX simulator_webhooks_due ON simulator_webhooks (due_time) WHERE deliver_time IS NULL AND copies > 0;
CREATE INDEX simulator_webhooks_by_payment ON simulator_webhooks (authorization_key);

-- What webhooks are signed with; made at the first need.
CREATE TABLE simulator_secret (
    only_one boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (only_one),
    secret   bytea   NOT NULL
);
