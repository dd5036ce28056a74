-- Whose personal data a response holds, where it holds any: to be erased with them.
ALTER TABLE idempotency ADD COLUMN subject uuid;

CREATE INDEX idempotency_by_subject ON idempotency (subject) WHERE subject IS NOT NULL;
