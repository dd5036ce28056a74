-- The secret that signs page tokens: one for all replicas, made by the first.
CREATE TABLE page_token_key (
    id     int   NOT NULL PRIMARY KEY CHECK (id = 1),
    secret bytea NOT NULL
);
