-- Periods of plans. An account's periods are changed under the lock of its row.

-- name: account_lock
UPDATE accounts SET blocked = blocked WHERE id = :id;

-- name: periods_ahead
SELECT o.id, o.plan_id, o.state, o.starts_at_ms, o.ends_at_ms, o.worth_kopecks FROM plan_periods o
WHERE o.account_id = :account_id AND o.state IN ('open', 'waiting') ORDER BY o.starts_at_ms, o.id;

-- name: period_add
INSERT INTO plan_periods (account_id, plan_id, version_id, state, starts_at_ms, ends_at_ms, worth_kopecks,
    created_at_ms)
VALUES (:account_id, :plan_id, :version_id, :state, :starts_at_ms, :ends_at_ms, :worth_kopecks, :now_ms)
RETURNING id;

-- name: period_turn
UPDATE plan_periods SET state = 'turned', turned_into = :into, ends_at_ms = :ends_at_ms,
    worth_kopecks = :worth_kopecks
WHERE id = :id;

-- name: period_change
UPDATE plan_periods SET state = :state, starts_at_ms = :starts_at_ms, ends_at_ms = :ends_at_ms,
    worth_kopecks = :worth_kopecks
WHERE id = :id;

-- name: period_end
UPDATE plan_periods SET state = 'ended' WHERE id = :id AND state = 'open' AND ends_at_ms <= :now_ms;

-- name: period_row
SELECT id, account_id, plan_id, turned_into FROM plan_periods
WHERE id = :id;

-- name: periods_out
SELECT id, account_id FROM plan_periods WHERE state = 'open' AND ends_at_ms <= :now_ms
ORDER BY ends_at_ms LIMIT :limit;

-- name: plan_after
-- The free plan; should it be missing, the cheapest there is.
SELECT id FROM plans ORDER BY CASE WHEN name = :name THEN 0 ELSE 1 END, price_kopecks, id LIMIT 1;

-- name: account_leave_plan
-- An account that the operator has put on another plan meanwhile stays there.
UPDATE accounts SET plan_id = :plan_id WHERE id = :id AND plan_id = :left_id;

-- name: periods_of_account
SELECT o.id, o.account_id, o.plan_id, p.name, o.version_id, o.state, o.starts_at_ms, o.ends_at_ms, o.worth_kopecks,
    v.daily_requests
FROM plan_periods o JOIN plans p ON p.id = o.plan_id JOIN plan_versions v ON v.id = o.version_id
WHERE o.account_id = :account_id ORDER BY o.id DESC LIMIT :limit;

-- name: period_current
SELECT o.id, o.account_id, o.plan_id, p.name, o.version_id, o.state, o.starts_at_ms, o.ends_at_ms, o.worth_kopecks,
    v.daily_requests
FROM plan_periods o JOIN plans p ON p.id = o.plan_id JOIN plan_versions v ON v.id = o.version_id
WHERE o.account_id = :account_id AND o.state = 'open';

-- name: periods_ending
SELECT o.id, o.account_id, o.plan_id, p.name, o.version_id, o.state, o.starts_at_ms, o.ends_at_ms, o.worth_kopecks,
    v.daily_requests
FROM plan_periods o JOIN plans p ON p.id = o.plan_id JOIN plan_versions v ON v.id = o.version_id
WHERE o.state = 'open' AND o.ends_at_ms > :from_ms AND o.ends_at_ms <= :to_ms AND NOT EXISTS (
    SELECT 1 FROM plan_periods n WHERE n.account_id = o.account_id AND n.state = 'waiting')
ORDER BY o.ends_at_ms LIMIT :limit;
