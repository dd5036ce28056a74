-- The highest fencing token that a write under each lock was made with: an older holder of the lock, who was paused and does not know
-- that it lost it, is refused by its lower one.
CREATE TABLE fences (
    name  text   NOT NULL PRIMARY KEY,
    token bigint NOT NULL
);
