-- The primary key says the same.
DROP INDEX generations_by_account;

-- Room for a bucket's new versions on its own page, so that no index is written for them (HOT updates).
ALTER TABLE buckets SET (fillfactor = 70);

-- The queue's indexes fill with rows that have moved on: clear them early.
ALTER TABLE jobs SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 5000);
ALTER TABLE buckets SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
ALTER TABLE generations SET (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 5000);
