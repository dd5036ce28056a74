-- A deleted user keeps its row, so that orders and the ledger point to something, but no address: NULL leaves the unique index.
ALTER TABLE users ALTER COLUMN email DROP NOT NULL;

-- How somebody signs in, apart from who they are: what reads users never touches it. Gone with the user.
CREATE TABLE passwords (
    user_id      uuid        NOT NULL PRIMARY KEY REFERENCES users (id),
    hash         text        NOT NULL,
    changed_time timestamptz NOT NULL
);

-- Lists walk by key in either order and leave out who is deleted (state 3). The order by address walks users_email_key.
CREATE INDEX users_by_create_time ON users (create_time, id) WHERE state <> 3;
