-- What PostgreSQL must have of its own: its locks, and its clock.

-- name: clock
SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT WHERE :now_ms::BIGINT IS NOT NULL;

-- name: buckets_of
SELECT id, day, available, expires_at_ms, granted FROM buckets
WHERE account_id = :account_id AND (day = :day OR (day IS NULL AND available > 0
    AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms)))
ORDER BY id FOR NO KEY UPDATE;

-- name: claim_turn
SELECT pg_advisory_xact_lock(5420011, 1);

-- name: job_add
-- A node whose clock is ahead must not keep its jobs from the others.
INSERT INTO jobs (id, account_id, state, text, run_after_ms, created_at_ms)
VALUES (:id, :account_id, 'queued', :text, LEAST(:now_ms, EXTRACT(EPOCH FROM clock_timestamp()) * 1000), :now_ms);

-- name: jobs_claim
-- Chosen once: a plan that looked for them again for every row would skip those just taken, and take more.
WITH due AS MATERIALIZED (
    SELECT account_id, id FROM jobs
    WHERE state = 'queued' AND (run_after_ms <= :now_ms OR run_after_ms > :absurd_ms)
        AND account_id NOT IN (SELECT account_id FROM jobs WHERE state = 'running'
            GROUP BY account_id HAVING COUNT(*) >= :per_account)
    ORDER BY run_after_ms, id LIMIT :limit FOR UPDATE SKIP LOCKED)
UPDATE jobs SET state = 'running', owner = :owner, token = token + 1, lease_until_ms = :lease_until_ms
FROM due WHERE jobs.account_id = due.account_id AND jobs.id = due.id
RETURNING jobs.id, jobs.account_id, text, attempts, token;

-- name: ping
-- Sessions do not share a row: a node that froze while it asked would have all others wait for its lock.
INSERT INTO instance (name, value) VALUES ('pinged ' || MOD(pg_backend_pid(), 64), '1')
ON CONFLICT (name) DO UPDATE SET value = '1';

-- name: session
-- A node that froze or was cut off must not keep its locks; an answer must not come before its commit is durable.
-- A plan is kept: one made while the tables were empty must look rows up by their keys too, not read all there are.
SELECT set_config('idle_in_transaction_session_timeout', '5s', FALSE),
    set_config('tcp_keepalives_idle', '10', FALSE), set_config('tcp_keepalives_interval', '5', FALSE),
    set_config('tcp_keepalives_count', '3', FALSE), set_config('application_name', 'slovomat', FALSE),
    set_config('synchronous_commit',
        CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' ELSE current_setting('synchronous_commit') END,
        FALSE),
    set_config('enable_seqscan', 'off', FALSE), set_config('enable_hashjoin', 'off', FALSE),
    set_config('enable_mergejoin', 'off', FALSE), set_config('random_page_cost', '0.1', FALSE),
    set_config('jit', 'off', FALSE);

-- name: plan_freely
-- For a report, which reads whole tables.
SELECT set_config(name, reset_val, TRUE) FROM pg_settings
WHERE name IN ('enable_seqscan', 'enable_hashjoin', 'enable_mergejoin', 'random_page_cost', 'jit');

-- name: commit_mark
-- A witness of the transaction that it stands in: there after the commit, and not without it.
INSERT INTO commit_marks (slot, mark, marked_at) VALUES (:slot, :mark, now())
ON CONFLICT (slot) DO UPDATE SET mark = EXCLUDED.mark, marked_at = EXCLUDED.marked_at;

-- name: commit_marked
-- Waits for whoever has the slot in an open transaction; a standby cannot run it, and so is not believed.
INSERT INTO commit_marks (slot, mark, marked_at) VALUES (:slot, 0, now())
ON CONFLICT (slot) DO UPDATE SET mark = commit_marks.mark RETURNING mark;

-- name: commit_marks_bury
DELETE FROM commit_marks WHERE marked_at < now() - INTERVAL '1 day';

-- name: node_name
SELECT gen_random_uuid()::TEXT;

-- name: session_pid
SELECT pg_backend_pid();

-- name: notify
SELECT pg_notify('slovomat_jobs', '');

-- name: migrations_table
CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY);

-- name: migrations_lock
SELECT pg_advisory_xact_lock(5420011, 0);

-- name: migrations_applied
SELECT name FROM migrations ORDER BY name;

-- name: migration_add
INSERT INTO migrations (name) VALUES (:name);

-- name: starting_lock
SELECT pg_try_advisory_lock(5420011, 2);

-- name: history_upto
-- The primary key finds an account's generations, all of them.
SELECT 9223372036854775807;

-- name: history_turn
SELECT pg_advisory_xact_lock(5420011, 3);

-- name: generations_top
-- The highest id that was drawn. No hold takes a minute from there to its commit: the server ends what is silent
-- for five seconds, and a statement has its patience.
SELECT COALESCE(pg_sequence_last_value(pg_get_serial_sequence('generations', 'id')::REGCLASS), 0), 60000;

-- name: generations_sort
-- There is nothing to be written.
SELECT 0 WHERE :after::BIGINT > :upto::BIGINT;
