-- One row for each mutating call that had its effect; committed in the transaction of that effect.
CREATE TABLE idempotency (
    request_id   uuid        NOT NULL PRIMARY KEY,
    request_hash bytea       NOT NULL,
    response     bytea       NOT NULL,
    create_time  timestamptz NOT NULL DEFAULT now()
);

-- Rows come in order of time, which is what BRIN is made for: finding old ones costs the writers next to nothing.
CREATE INDEX idempotency_create_time ON idempotency USING brin (create_time);
