-- Ended sessions too: what somebody signed in with is erased with the user, however long ago it was.
CREATE INDEX sessions_of_user ON sessions (user_id, id DESC);
DROP INDEX sessions_by_user;
