-- Until when what was told is in the documents, by each replica that has partitions of the topics: of all of them the earliest counts.
CREATE TABLE projection_progress (
    name        text        NOT NULL,
    replica     uuid        NOT NULL,
    as_of       timestamptz NOT NULL,
    report_time timestamptz NOT NULL,
    PRIMARY KEY (name, replica)
);
