-- The runs of the scheduled reconciliation. A run belongs to the replica that wrote its row until lease_end, which it moves while it
-- walks; what a killed replica left is taken up by the next run, from the start.
CREATE TABLE reconciliations (
    id                uuid        NOT NULL PRIMARY KEY,
    is_full           boolean     NOT NULL,
    start_time        timestamptz NOT NULL DEFAULT now(),
    lease_end         timestamptz NOT NULL,
    end_time          timestamptz,
    payments          bigint,
    provider_payments bigint,
    differences       bigint,
    -- Currencies in which the ledger does not balance.
    imbalances        bigint
);

CREATE INDEX reconciliations_by_start ON reconciliations (start_time DESC);
