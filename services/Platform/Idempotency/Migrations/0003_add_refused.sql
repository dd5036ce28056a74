-- The stored answer is a refusal: a serialized google.rpc.Status in place of the response.
ALTER TABLE idempotency ADD COLUMN refused boolean NOT NULL DEFAULT false;
