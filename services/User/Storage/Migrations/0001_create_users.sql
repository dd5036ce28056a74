CREATE TABLE users (
    id           uuid        NOT NULL PRIMARY KEY,
    email        text        NOT NULL,
    display_name text        NOT NULL,
    state        smallint    NOT NULL,
    version      bigint      NOT NULL,
    create_time  timestamptz NOT NULL,
    update_time  timestamptz NOT NULL
);

-- One address, one user, whatever its case.
CREATE UNIQUE INDEX users_email_key ON users (lower(email));
