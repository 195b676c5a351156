-- The queue: its rows are the jobs themselves.

-- name: job_add
INSERT INTO jobs (id, account_id, state, text, run_after_ms, created_at_ms)
VALUES (:id, :account_id, 'queued', :text, :now_ms, :now_ms);

-- name: jobs_claim
UPDATE jobs SET state = 'running', owner = :owner, token = token + 1, lease_until_ms = :lease_until_ms
WHERE id IN (
    SELECT id FROM jobs WHERE state = 'queued' AND (run_after_ms <= :now_ms OR run_after_ms > :absurd_ms)
        AND account_id NOT IN (SELECT account_id FROM jobs WHERE state = 'running'
            GROUP BY account_id HAVING COUNT(*) >= :per_account)
    ORDER BY run_after_ms, id LIMIT :limit)
RETURNING id, account_id, text, attempts, token;

-- name: claim_turn
-- Claims that count an account's running jobs come one after another; SQLite's always do.
SELECT 1;

-- name: jobs_running
SELECT id, account_id FROM jobs WHERE state = 'running' ORDER BY lease_until_ms, id;

-- name: job_unclaim
-- Nobody has seen the token yet: it is taken back, for a job claimed too often is given up.
UPDATE jobs SET state = 'queued', owner = '', token = token - 1
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: jobs_overdue
SELECT account_id, id FROM jobs WHERE state = 'queued' AND created_at_ms < :before_ms
ORDER BY created_at_ms LIMIT :limit;

-- name: job_overdue_fail
UPDATE jobs SET state = 'failed', error = :error, finished_at_ms = :now_ms
WHERE account_id = :account_id AND id = :id AND state = 'queued';

-- name: job_exists
SELECT id FROM jobs WHERE account_id = :account_id AND id = :id;

-- name: job_generation
SELECT dialect, mode_id, mode_version, mode_digest FROM generations
WHERE account_id = :account_id AND id = :id;

-- name: job_extend
UPDATE jobs SET lease_until_ms = :lease_until_ms
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: jobs_lapsed
SELECT account_id, id, token, owner FROM jobs WHERE state = 'running' AND lease_until_ms < :now_ms
ORDER BY lease_until_ms LIMIT :limit;

-- name: job_requeue
UPDATE jobs SET state = 'queued', owner = '', run_after_ms = :now_ms
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: jobs_dead
-- The owners of these are dead, whatever their leases say.
UPDATE jobs SET lease_until_ms = 0 WHERE state = 'running' AND owner <> :owner;

-- name: jobs_of_owner
SELECT account_id, id, token FROM jobs WHERE state = 'running' AND owner = :owner;

-- name: job_complete
UPDATE jobs SET state = 'completed', result = :text, attempts = attempts + 1, finished_at_ms = :now_ms
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: job_fail
UPDATE jobs SET state = 'failed', error = :text, attempts = attempts + 1, finished_at_ms = :now_ms
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: job_retry
UPDATE jobs SET state = 'queued', owner = '', attempts = attempts + 1, run_after_ms = :run_after_ms
WHERE account_id = :account_id AND id = :id AND token = :token AND state = 'running';

-- name: job_find
SELECT state, result, error, pruned_at_ms FROM jobs WHERE id = :id AND account_id = :account_id;

-- name: jobs_prune
UPDATE jobs SET text = NULL, result = NULL, pruned_at_ms = :now_ms
WHERE (account_id, id) IN (SELECT account_id, id FROM jobs WHERE finished_at_ms IS NOT NULL
    AND pruned_at_ms IS NULL AND finished_at_ms < :before_ms LIMIT :limit);

-- name: jobs_list
SELECT j.id, a.email, g.dialect, g.mode_id, j.state, j.attempts, j.created_at_ms, j.finished_at_ms, j.error
FROM jobs j JOIN accounts a ON a.id = j.account_id JOIN generations g ON g.account_id = j.account_id AND g.id = j.id
WHERE (:state = '' OR j.state = :state) AND j.id < :before
ORDER BY j.id DESC LIMIT :limit;

-- name: job_record
SELECT j.id, a.email, g.dialect, g.mode_id, j.state, j.attempts, j.created_at_ms, j.finished_at_ms, j.error,
    g.mode_version, g.mode_digest, g.state, g.reason, g.price_requests, g.cut_chars, g.upstream,
    g.prompt_tokens, g.completion_tokens, j.pruned_at_ms, j.text, j.result
FROM jobs j JOIN accounts a ON a.id = j.account_id JOIN generations g ON g.account_id = j.account_id AND g.id = j.id
WHERE j.account_id = (SELECT account_id FROM entries WHERE generation_id = :id LIMIT 1) AND j.id = :id;

-- name: queue_depth
SELECT COUNT(created_at_ms), MIN(created_at_ms) FROM jobs WHERE state = 'queued';

-- name: holds_open
SELECT (SELECT COUNT(*) FROM generations WHERE state = 'held' AND owner <> '')
    + (SELECT COUNT(*) FROM jobs WHERE state = 'queued') + (SELECT COUNT(*) FROM jobs WHERE state = 'running');
