-- What operators did, and what they do by hand.

-- name: journal_add
INSERT INTO journal (at_ms, actor_id, actor, action, target_kind, target_id, reason, details, address)
VALUES (:at_ms, :actor_id, :actor, :action, :target_kind, :target_id, :reason, :details, :address)
RETURNING id;

-- name: journal_page
SELECT id, at_ms, actor_id, actor, action, reason, target_kind, target_id, details, address FROM journal
WHERE id < :before AND (actor_id = :actor_id OR :actor_id = 0) AND (action = :action OR :action = '')
    AND (target_kind = :target_kind OR :target_kind = '') AND (target_id = :target_id OR :target_id = '')
    AND at_ms >= :from_ms AND (at_ms < :until_ms OR :until_ms = 0)
ORDER BY id DESC LIMIT :limit;

-- name: journal_actions
SELECT DISTINCT action FROM journal ORDER BY action;

-- name: operation_done
SELECT what, result FROM operations WHERE key = :key;

-- name: operation_add
INSERT INTO operations (key, what, result, at_ms) VALUES (:key, :what, :result, :at_ms);

-- name: account_exists
SELECT id FROM accounts WHERE id = :id;

-- name: generation_of
-- By its id alone, which the ledger's index knows.
SELECT g.account_id, g.state, j.state FROM generations g
LEFT JOIN jobs j ON j.account_id = g.account_id AND j.id = g.id
WHERE g.account_id = (SELECT account_id FROM entries WHERE generation_id = :id LIMIT 1) AND g.id = :id;

-- name: job_release
UPDATE jobs SET state = 'failed', error = :error, finished_at_ms = :now_ms
WHERE account_id = :account_id AND id = :id AND (state = 'queued' OR state = 'running');

-- name: job_to_retry
-- With what its key may do now, and the terms of the account's plan, as `caller_find` tells them to a call.
SELECT j.account_id, j.state, j.text, g.dialect, g.price_requests, g.mode_id, g.mode_version, g.mode_digest,
    g.cut_chars, k.id, k.cap_day, k.cap_total, k.expires_at_ms,
    COALESCE(v.daily_requests, p.daily_requests), COALESCE(v.api_allowance, p.api_allowance),
    k.revoked_at_ms, k.modes, k.dialects, a.blocked, COALESCE(d.requests, 0)
FROM generations g JOIN jobs j ON j.account_id = g.account_id AND j.id = g.id
JOIN api_keys k ON k.id = g.key_id JOIN accounts a ON a.id = g.account_id JOIN plans p ON p.id = a.plan_id
LEFT JOIN plan_periods o ON o.account_id = a.id AND o.state = 'open' AND o.plan_id = a.plan_id
LEFT JOIN plan_versions v ON v.id = o.version_id
LEFT JOIN debts d ON d.account_id = a.id
WHERE g.account_id = (SELECT account_id FROM entries WHERE generation_id = :id LIMIT 1) AND g.id = :id;
