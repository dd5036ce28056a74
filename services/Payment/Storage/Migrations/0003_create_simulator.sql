-- What the simulated provider remembers, as a real one would on its own machines. Nothing else of the service reads or
-- writes it, and it is written in transactions of its own.
CREATE TABLE simulator_payments (
    idempotency_key text        NOT NULL PRIMARY KEY,
    currency        text        NOT NULL,
    amount_minor    bigint      NOT NULL,
    -- How often an authorization was asked for with this key. The answer exists from the call answers_on_call on: it is a
    -- reference or a reason, fixed by the first call, and the same for whoever asks again.
    calls           int         NOT NULL,
    answers_on_call int         NOT NULL,
    reference       text,
    decline_reason  text,
    void_calls      int         NOT NULL DEFAULT 0,
    create_time     timestamptz NOT NULL DEFAULT now(),
    void_time       timestamptz,
    CHECK ((reference IS NULL) <> (decline_reason IS NULL))
);
