-- The operator's figures.

-- name: usage_sums
SELECT day, dialect, upstream, state, reason, generations, jobs, requests, prompt_tokens, completion_tokens
FROM usage_days WHERE day >= :from_day ORDER BY day, dialect, upstream, state, reason;

-- name: duration_sums
SELECT day, upstream, slot, generations FROM usage_durations WHERE day >= :from_day ORDER BY day, upstream, slot;

-- name: accounts_made
SELECT created_at_ms FROM accounts WHERE created_at_ms >= :since_ms;

-- name: jobs_now
SELECT (SELECT COUNT(*) FROM jobs WHERE state = 'queued'), (SELECT COUNT(*) FROM jobs WHERE state = 'running'),
    (SELECT MIN(created_at_ms) FROM jobs WHERE state = 'queued');

-- name: accounts_top
SELECT g.account_id, a.email, COUNT(*), SUM(g.price_requests)
FROM generations g JOIN accounts a ON a.id = g.account_id
WHERE g.id >= :since AND g.day >= :from_day AND g.state = 'settled'
GROUP BY g.account_id, a.email ORDER BY 4 DESC, 1 LIMIT :limit;
