-- Whether a key may ask for the balance, and when it was last seen (to the nearest few seconds).
ALTER TABLE api_keys ADD COLUMN reads_balance BIGINT NOT NULL DEFAULT 1;
ALTER TABLE api_keys ADD COLUMN used_at_ms BIGINT;
