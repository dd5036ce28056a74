-- The ledger as a journal: transactions with entries, balances kept with them, limits, and hash chains. What the ledger before
-- had (holds of payments, and their release) is carried over at the end.
CREATE TEMPORARY TABLE carried ON COMMIT DROP AS SELECT * FROM ledger_entries;
DROP TABLE ledger_entries;
DROP FUNCTION ledger_check_balance;
DROP FUNCTION ledger_refuse_change;

-- The kind of an account: its name without ids, which are UUIDs wherever they stand, and whose of `customers/` and `providers/`.
CREATE FUNCTION ledger_kind(account text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(nullif(ltrim(regexp_replace(
        regexp_replace(account, '^(customers|providers)/[^/]+', '\1'),
        '(^|/)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?=/|$)', '', 'g'), '/'), ''), account)
$$;

CREATE TABLE ledger_transactions (
    id             uuid        NOT NULL PRIMARY KEY,
    -- The business step: it posts once, ever. It begins with the source where there is one, so that this index finds by source too.
    key            text        COLLATE "C" NOT NULL CONSTRAINT ledger_step_posts_once UNIQUE,
    template       text        NOT NULL,
    source         text        COLLATE "C" NOT NULL CHECK (source = '' OR starts_with(key, source || '/')),
    description    text        NOT NULL DEFAULT '',
    effective_time timestamptz NOT NULL,
    record_time    timestamptz NOT NULL DEFAULT clock_timestamp(),
    reverses       uuid        REFERENCES ledger_transactions (id),
    sequence       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY CONSTRAINT ledger_sequence_is_unique UNIQUE,
    -- Which hash chain it goes to.
    shard          smallint    NOT NULL GENERATED ALWAYS AS ((get_byte(uuid_send(id), 15) & 15)::smallint) STORED,
    xid            xid8        NOT NULL DEFAULT pg_current_xact_id()
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE UNIQUE INDEX ledger_reversed_once ON ledger_transactions (reverses) WHERE reverses IS NOT NULL;
CREATE INDEX ledger_transactions_to_seal ON ledger_transactions (shard, xid);

-- Pending entries are holds; posted ones are money that moved. They are never mixed in one balance. Sequence and times are those of
-- the transaction: an account is walked, and summed as of a time, without a look at its transactions.
CREATE TABLE ledger_entries (
    transaction_id uuid        NOT NULL,
    line           smallint    NOT NULL CHECK (line > 0),
    account        text        COLLATE "C" NOT NULL CHECK (account <> ''),
    pending        boolean     NOT NULL,
    currency       text        COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    debit_minor    bigint      NOT NULL CHECK (debit_minor >= 0),
    credit_minor   bigint      NOT NULL CHECK (credit_minor >= 0),
    sequence       bigint      NOT NULL,
    effective_time timestamptz NOT NULL,
    record_time    timestamptz NOT NULL,
    PRIMARY KEY (transaction_id, line),
    CONSTRAINT ledger_entry_is_debit_or_credit CHECK ((debit_minor = 0) <> (credit_minor = 0))
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE INDEX ledger_entries_of_account ON ledger_entries (account, sequence, line);

-- What each account has, kept by ledger_apply with the entries. An account has up to 16 rows a currency, its stripes: writers at
-- the same time take different ones, so that nobody waits for an account however busy it is, and a balance is a sum of at most 16.
CREATE TABLE ledger_balances (
    account        text     COLLATE "C" NOT NULL,
    currency       text     COLLATE "C" NOT NULL,
    stripe         smallint NOT NULL,
    -- numeric, since sums may pass 64 bits.
    pending_debit  numeric  NOT NULL,
    pending_credit numeric  NOT NULL,
    posted_debit   numeric  NOT NULL,
    posted_credit  numeric  NOT NULL,
    kind           text     NOT NULL GENERATED ALWAYS AS (ledger_kind(account)) STORED,
    PRIMARY KEY (account, currency, stripe)
) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.05);

-- Accounts whose posted balance must not become negative on its normal side. The others are not looked at.
CREATE TABLE ledger_limits (
    account      text    COLLATE "C" NOT NULL PRIMARY KEY,
    no_overdraft boolean NOT NULL,
    -- Whether debits make the balance grow.
    debit_normal boolean NOT NULL
);

-- What an INSERT of entries brings with it, once a statement: each transaction balances by currency, pending and posted each for
-- itself; entries come in the database transaction of their transaction, never later; balances are changed; limits are kept.
-- The planner is told to use indexes, whatever the statistics of tables that were empty a moment ago.
CREATE FUNCTION ledger_apply() RETURNS trigger LANGUAGE plpgsql
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off AS $$
DECLARE
    one    record;
    stripe smallint;
BEGIN
    IF NOT EXISTS (SELECT FROM added) THEN
        RETURN NULL;
    END IF;

    SELECT a.transaction_id INTO one FROM added a
    GROUP BY a.transaction_id, a.currency, a.pending HAVING sum(a.debit_minor) <> sum(a.credit_minor) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'ledger transaction % does not balance', one.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_transaction_balances';
    END IF;

    SELECT a.transaction_id INTO one FROM (SELECT DISTINCT transaction_id, sequence, effective_time, record_time FROM added) a
    LEFT JOIN ledger_transactions t ON t.id = a.transaction_id AND t.xid = pg_current_xact_id()
        AND t.sequence = a.sequence AND t.effective_time = a.effective_time AND t.record_time = a.record_time
    WHERE t.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'entries of ledger transaction % do not come with it', one.transaction_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_entries_come_with_transaction';
    END IF;

    -- The first stripe that no running transaction has. All are taken when more than 16 write at once: then it is the first, and
    -- a wait; rows are taken in order of account, so that those who wait do not deadlock.
    SELECT s INTO stripe FROM generate_series(0, 15) s WHERE pg_try_advisory_xact_lock(1279607879, s) LIMIT 1;
    INSERT INTO ledger_balances AS b (account, currency, stripe, pending_debit, pending_credit, posted_debit, posted_credit)
    SELECT a.account, a.currency, coalesce(stripe, 0),
        coalesce(sum(a.debit_minor) FILTER (WHERE a.pending), 0), coalesce(sum(a.credit_minor) FILTER (WHERE a.pending), 0),
        coalesce(sum(a.debit_minor) FILTER (WHERE NOT a.pending), 0), coalesce(sum(a.credit_minor) FILTER (WHERE NOT a.pending), 0)
    FROM added a GROUP BY a.account, a.currency ORDER BY a.account, a.currency
    ON CONFLICT ON CONSTRAINT ledger_balances_pkey DO UPDATE
    SET pending_debit = b.pending_debit + excluded.pending_debit, pending_credit = b.pending_credit + excluded.pending_credit,
        posted_debit = b.posted_debit + excluded.posted_debit, posted_credit = b.posted_credit + excluded.posted_credit;

    -- Whoever comes second to a limited account waits here, and then sees what the first one wrote: each statement of this
    -- function has a snapshot of its own, at READ COMMITTED.
    PERFORM FROM ledger_limits l
    WHERE l.no_overdraft AND l.account IN (SELECT a.account FROM added a WHERE NOT a.pending) ORDER BY l.account FOR UPDATE;
    IF FOUND THEN
        IF current_setting('transaction_isolation') <> 'read committed' THEN
            RAISE EXCEPTION 'accounts with limits are posted to at READ COMMITTED' USING ERRCODE = 'feature_not_supported';
        END IF;

        SELECT l.account INTO one FROM ledger_limits l JOIN ledger_balances b ON b.account = l.account
        WHERE l.no_overdraft AND l.account IN (SELECT a.account FROM added a WHERE NOT a.pending)
        GROUP BY l.account, l.debit_normal, b.currency
        HAVING CASE WHEN l.debit_normal THEN sum(b.posted_debit) < sum(b.posted_credit) ELSE sum(b.posted_credit) < sum(b.posted_debit) END
        ORDER BY l.account LIMIT 1;
        IF FOUND THEN
            RAISE EXCEPTION 'ledger account % would be overdrawn', one.account
                USING ERRCODE = 'check_violation', CONSTRAINT = 'ledger_limit', HINT = one.account;
        END IF;
    END IF;

    RETURN NULL;
END $$;

CREATE TRIGGER ledger_entries_apply AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply();

CREATE FUNCTION ledger_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is immutable: post a transaction that reverses what is wrong', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER ledger_transactions_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_entries_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();
-- Balances change with entries, in ledger_apply, and in no other way.
CREATE TRIGGER ledger_balances_follow_entries BEFORE INSERT OR UPDATE OR DELETE ON ledger_balances
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_refuse_change();
CREATE TRIGGER ledger_balances_immutable BEFORE TRUNCATE ON ledger_balances
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- Each transaction's place in its chain: the hash is over the hash before, and the transaction with its entries. Rows are added by the
-- sealer, after the fact: writers never wait for each other's hashes.
CREATE TABLE ledger_chain (
    shard          smallint    NOT NULL,
    position       bigint      NOT NULL,
    transaction_id uuid        NOT NULL CONSTRAINT ledger_transaction_is_sealed_once UNIQUE,
    hash           bytea       NOT NULL CHECK (length(hash) = 32),
    seal_time      timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (shard, position)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.1);

CREATE TRIGGER ledger_chain_immutable BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chain
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_refuse_change();

-- The head of each chain, and the snapshot up to which transactions are sealed: what is visible now and was not then comes next.
CREATE TABLE ledger_shards (
    shard    smallint    NOT NULL PRIMARY KEY,
    seen     pg_snapshot NOT NULL DEFAULT '3:3:',
    position bigint      NOT NULL DEFAULT 0,
    hash     bytea       NOT NULL DEFAULT decode(repeat('00', 32), 'hex')
) WITH (fillfactor = 50);

INSERT INTO ledger_shards (shard) SELECT generate_series(0, 15);

-- Carried over: the only provider so far was the simulator, and a payment was at most authorized and voided.
WITH steps AS (
    SELECT c.payment_id, c.step, min(c.post_time) AS post_time, gen_random_uuid() AS id,
        'payments/' || c.payment_id || '/steps/'
            || CASE WHEN c.step = 'authorize' THEN c.payment_id ELSE encode(substring(sha256(convert_to(c.payment_id || ':void', 'UTF8')) FOR 16), 'hex')::uuid END AS source,
        CASE WHEN c.step = 'authorize' THEN 'authorize' ELSE 'release' END AS template
    FROM carried c GROUP BY c.payment_id, c.step
), posted AS (
    INSERT INTO ledger_transactions (id, key, template, source, effective_time, record_time)
    SELECT id, source || '/' || template, template, source, post_time, post_time FROM steps ORDER BY post_time, payment_id, step
    RETURNING id, sequence, effective_time, record_time
)
INSERT INTO ledger_entries
    (transaction_id, line, account, pending, currency, debit_minor, credit_minor, sequence, effective_time, record_time)
SELECT p.id, c.line, CASE c.account WHEN 'provider_holds' THEN 'providers/simulator/clearing' ELSE 'holds' END,
    c.pending, c.currency, c.debit_minor, c.credit_minor, p.sequence, p.effective_time, p.record_time
FROM posted p JOIN steps s ON s.id = p.id JOIN carried c ON c.payment_id = s.payment_id AND c.step = s.step;
