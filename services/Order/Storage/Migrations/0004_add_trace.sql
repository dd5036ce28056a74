-- The trace in which something happened to an order, 16 bytes that W3C Trace Context writes as 32 hex digits; null in rows of the version
-- before, and where there was none.
ALTER TABLE order_history ADD COLUMN trace_id uuid;
