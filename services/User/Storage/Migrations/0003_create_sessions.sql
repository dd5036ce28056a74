-- One sign-in of one user, and the family of refresh tokens that follow each other in it. The row holds the newest token alone:
-- an older one is known by its own signature (see RefreshToken), so that a session never grows, however long it lives.
CREATE TABLE sessions (
    id            uuid        NOT NULL PRIMARY KEY,
    user_id       uuid        NOT NULL REFERENCES users (id),
    request_id    uuid        NOT NULL,
    user_agent    text        NOT NULL,
    create_time   timestamptz NOT NULL,
    refresh_time  timestamptz NOT NULL,
    expire_time   timestamptz NOT NULL,
    end_time      timestamptz,
    end_reason    smallint,
    -- The newest token: its number in the family and SHA-256 of it.
    generation    bigint      NOT NULL,
    token_hash    bytea       NOT NULL,
    -- The token it was given for, and by which call: the same call again has lost its answer.
    previous_hash bytea,
    rotate_request uuid,
    rotate_time   timestamptz
);

-- A sign-in that is asked for twice happens once.
CREATE UNIQUE INDEX sessions_request_key ON sessions (request_id);
CREATE INDEX sessions_by_user ON sessions (user_id, id DESC) WHERE end_time IS NULL;
CREATE INDEX sessions_by_expire_time ON sessions (expire_time);

CREATE TABLE api_keys (
    id            uuid        NOT NULL PRIMARY KEY,
    display_name  text        NOT NULL,
    scopes        text[]      NOT NULL,
    prefix        text        NOT NULL,
    creator       text        NOT NULL,
    -- SHA-256 of the secret; a secret of 32 random bytes needs no salt.
    secret_hash   bytea       NOT NULL,
    administrator boolean     NOT NULL,
    create_time   timestamptz NOT NULL,
    expire_time   timestamptz,
    revoke_time   timestamptz,
    last_use_time timestamptz
);

CREATE UNIQUE INDEX api_keys_secret_key ON api_keys (secret_hash);
CREATE UNIQUE INDEX api_keys_administrator_key ON api_keys (administrator) WHERE administrator AND revoke_time IS NULL;

-- The keys that sign access tokens. A key signs from sign_time until the next one does.
CREATE TABLE signing_keys (
    kid         text        NOT NULL PRIMARY KEY,
    x           bytea       NOT NULL,
    y           bytea       NOT NULL,
    -- The private key (PKCS #8), encrypted with AES-256-GCM: nonce, ciphertext, tag.
    private_key bytea       NOT NULL,
    create_time timestamptz NOT NULL,
    sign_time   timestamptz NOT NULL
);

-- One row that whoever rotates the keys locks.
CREATE TABLE signing_key_rotation (
    id smallint NOT NULL PRIMARY KEY CHECK (id = 1)
);
INSERT INTO signing_key_rotation (id) VALUES (1);

-- The last revision that was given out. Its row lock is held until the revocation commits, so that revisions become visible in
-- their order: whoever has seen one has seen all before it. A sequence would not do that.
CREATE TABLE trust_revision (
    id       smallint NOT NULL PRIMARY KEY CHECK (id = 1),
    revision bigint   NOT NULL
);
INSERT INTO trust_revision (id, revision) VALUES (1, 0);

-- Credentials that ended before they expired.
CREATE TABLE revocations (
    revision    bigint      NOT NULL PRIMARY KEY,
    subject     text        NOT NULL,
    revoke_time timestamptz NOT NULL,
    expire_time timestamptz
);
CREATE INDEX revocations_by_expire_time ON revocations (expire_time);
