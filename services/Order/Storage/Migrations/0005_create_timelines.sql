-- The stories of orders where no MongoDB is configured, see docs/decisions/0021-projections.md: a copy that can be made anew. A partition is
-- a generation.
CREATE TABLE timeline (
    generation bigint NOT NULL,
    -- An order, or a customer, whose events are joined to each of their orders when it is read.
    owner      uuid   NOT NULL,
    bucket     int    NOT NULL,
    -- Whose order it is; known in bucket 0 of an order alone.
    customer   uuid,
    -- By key, which says what happened: {"o1": {…}, "p2": {…}}.
    entries    jsonb  NOT NULL,
    PRIMARY KEY (generation, owner, bucket)
) PARTITION BY LIST (generation);

CREATE INDEX timeline_by_customer ON timeline (generation, customer) WHERE customer IS NOT NULL;
