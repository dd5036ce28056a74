-- What orders are found by where no Elasticsearch is configured, see docs/decisions/0021-projections.md: a copy that can be made anew. A
-- partition is a generation.
CREATE TABLE order_search (
    generation  bigint   NOT NULL,
    id          uuid     NOT NULL,
    -- Of two documents of an order the one with the larger version stays.
    version     bigint   NOT NULL,
    customer    uuid     NOT NULL,
    payment     uuid,
    state       smallint NOT NULL,
    currency    text     NOT NULL,
    -- In whole units of the currency.
    total       numeric  NOT NULL,
    -- Microseconds since 1970, UTC.
    create_time bigint   NOT NULL,
    update_time bigint   NOT NULL,
    skus        text[]   NOT NULL,
    -- {"products": [...], "adjustments": [...], "reasons": [...]}
    texts       jsonb    NOT NULL,
    -- The words of the texts (weights A, B, C) and of the ids (D), as Suite.Orders.Search.Words reads them.
    words       tsvector NOT NULL,
    -- The same, a line for each text: " green tea \n tea 100 \n". What a phrase is looked for in, since a tsvector keeps 255 places of a word.
    phrases     text     NOT NULL,
    PRIMARY KEY (generation, id)
) PARTITION BY LIST (generation);

CREATE INDEX order_search_words ON order_search USING gin (words);
CREATE INDEX order_search_by_customer ON order_search (customer, create_time, id);
CREATE INDEX order_search_by_time ON order_search (create_time, id);
CREATE INDEX order_search_by_total ON order_search (total, id);
CREATE INDEX order_search_by_update ON order_search (update_time, id);
