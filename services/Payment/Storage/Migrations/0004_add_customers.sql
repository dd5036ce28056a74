-- Whose payment it is, for who asks and for when they are forgotten. Payments from before are nobody's: backends alone see them.
ALTER TABLE payments ADD COLUMN customer_id uuid;

CREATE INDEX payments_by_customer ON payments (customer_id, id) WHERE customer_id IS NOT NULL;
