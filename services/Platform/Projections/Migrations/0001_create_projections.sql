-- The generations of each projection's documents: the one that readers see, one that is being made beside it, and those that are to go.
CREATE TABLE projection_generation (
    name             text        NOT NULL,
    -- Counts from 1.
    generation       bigint      NOT NULL,
    -- The version of the program that made its documents.
    version          int         NOT NULL,
    -- 1 to serve, 2 to be compared with the one that serves.
    purpose          smallint    NOT NULL,
    -- 1 building, 2 serving, 3 retired.
    state            smallint    NOT NULL,
    -- Whether the whole history was read into it; from its first moment on it also gets what is told on the topics.
    complete         boolean     NOT NULL DEFAULT false,
    -- How far each history was read: {"payment": "…"}; null at its end.
    cursors          jsonb       NOT NULL DEFAULT '{}',
    read_count       bigint      NOT NULL DEFAULT 0,
    total_count      bigint      NOT NULL DEFAULT 0,
    -- Whoever makes it, until when.
    lease_token      uuid,
    lease_until      timestamptz NOT NULL DEFAULT '-infinity',
    begin_time       timestamptz NOT NULL DEFAULT now(),
    end_time         timestamptz,
    retire_time      timestamptz,
    -- What a comparison found: how many documents, and the first of those that differ.
    document_count   bigint,
    difference_count bigint,
    differences      text[],
    PRIMARY KEY (name, generation)
);

CREATE UNIQUE INDEX projection_serving ON projection_generation (name) WHERE state = 2;
CREATE UNIQUE INDEX projection_building ON projection_generation (name) WHERE state = 1;
