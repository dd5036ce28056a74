-- Customers who were deleted. An order of theirs that was on its way when this was heard is found by it and cancelled.
CREATE TABLE departed_customers (
    customer_id uuid        NOT NULL PRIMARY KEY,
    -- When it was heard here, by the database's clock.
    hear_time   timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX departed_customers_by_time ON departed_customers (hear_time);
