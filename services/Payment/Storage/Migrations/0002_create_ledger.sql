-- The double-entry ledger. A transaction is all entries of one payment and step, and the primary key makes a step post once.
-- No row is shared between payments (balances are sums), so writers never wait for each other.
-- Pending entries are holds; posted ones are money that moved. They are never mixed in one balance.
CREATE TABLE ledger_entries (
    payment_id   uuid        NOT NULL,
    step         text        NOT NULL,
    line         smallint    NOT NULL,
    account      text        NOT NULL,
    pending      boolean     NOT NULL,
    currency     text        NOT NULL,
    debit_minor  bigint      NOT NULL CHECK (debit_minor >= 0),
    credit_minor bigint      NOT NULL CHECK (credit_minor >= 0),
    post_time    timestamptz NOT NULL,
    PRIMARY KEY (payment_id, step, line),
    CONSTRAINT ledger_entry_is_debit_or_credit CHECK ((debit_minor = 0) <> (credit_minor = 0)),
    CONSTRAINT ledger_account_is_known CHECK (account IN ('provider_holds', 'customer_holds') AND pending)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

-- A transaction arrives whole, in one statement, and balances by currency, pending and posted each for itself. Checked once
-- a statement, over what the statement added, which costs a batch next to nothing.
CREATE FUNCTION ledger_check_balance() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM added GROUP BY payment_id, step, currency, pending HAVING sum(debit_minor) <> sum(credit_minor)
    ) THEN
        RAISE EXCEPTION 'a ledger transaction does not balance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entries_balance AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_balance();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'ledger entries are immutable: post a transaction that reverses them' USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
