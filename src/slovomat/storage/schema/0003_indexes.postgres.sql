-- The primary key says the same.
DROP INDEX generations_by_account;

-- Room for a bucket's new versions on its own page, so that no index is written for them (HOT updates).
ALTER TABLE buckets SET (fillfactor = 70);

-- The queue's indexes fill with rows that have moved on: clear them early.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
ALTER TABLE buckets SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
ALTER TABLE generations SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);

-- Each was a look at the account and a lock on its row for every line of the ledger, a quarter of all work here.
-- Accounts and keys are never deleted; the audit looks for rows of nobody (audit_row_of_nobody).
ALTER TABLE buckets DROP CONSTRAINT buckets_account_id_fkey;
ALTER TABLE generations DROP CONSTRAINT generations_account_id_fkey;
ALTER TABLE generations DROP CONSTRAINT generations_key_id_fkey;
ALTER TABLE entries DROP CONSTRAINT entries_account_id_fkey;
ALTER TABLE jobs DROP CONSTRAINT jobs_account_id_fkey;
ALTER TABLE idempotency DROP CONSTRAINT idempotency_account_id_fkey;

-- What tells, after the answer to a commit was lost, whether it took place: one row for each of a node's connections.
CREATE TABLE commit_marks (
    slot TEXT PRIMARY KEY,
    mark BIGINT NOT NULL,
    marked_at TIMESTAMPTZ NOT NULL
) WITH (fillfactor = 50);
