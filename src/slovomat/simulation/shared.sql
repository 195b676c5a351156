-- What an engine has of its own whose nodes share it (as in storage/sql/postgres): the database's clock.

-- name: clock
SELECT database_ms();

-- name: job_add
INSERT INTO jobs (id, account_id, state, text, run_after_ms, created_at_ms)
VALUES (:id, :account_id, 'queued', :text, MIN(:now_ms, database_ms()), :now_ms);
