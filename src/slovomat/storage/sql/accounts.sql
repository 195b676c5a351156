-- Accounts, plans, packs on offer, keys.

-- name: callers_version
SELECT value FROM instance WHERE name = 'callers_version';

-- name: callers_changed
UPDATE instance SET value = CAST(CAST(value AS BIGINT) + 1 AS TEXT) WHERE name = 'callers_version';

-- name: instance_get
SELECT value FROM instance WHERE name = :name;

-- name: instance_set
INSERT INTO instance (name, value) VALUES (:name, :value) ON CONFLICT (name) DO UPDATE SET value = :value;

-- name: instance_take
DELETE FROM instance WHERE name = :name AND value = :value;

-- name: ping
INSERT INTO instance (name, value) VALUES ('pinged', '1')
ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(instance.value AS BIGINT) + 1 AS TEXT);

-- name: caller_find
-- The terms of the period that was bought, if the account is in one, else those of its plan as it is now.
SELECT a.id, k.id, k.expires_at_ms, k.cap_day, k.cap_total, k.modes, k.dialects, k.networks,
    k.reads_balance, COALESCE(d.requests, 0),
    p.id, p.name, COALESCE(v.daily_requests, p.daily_requests), COALESCE(v.dialects, p.dialects),
    COALESCE(v.api_allowance, p.api_allowance), CASE WHEN v.id IS NULL THEN p.rpm ELSE v.rpm END,
    COALESCE(v.price_kopecks, p.price_kopecks), COALESCE(v.period_days, p.period_days), p.on_sale
FROM api_keys k JOIN accounts a ON a.id = k.account_id JOIN plans p ON p.id = a.plan_id
LEFT JOIN plan_periods o ON o.account_id = a.id AND o.state = 'open' AND o.plan_id = a.plan_id
LEFT JOIN plan_versions v ON v.id = o.version_id
LEFT JOIN debts d ON d.account_id = a.id
WHERE k.hash = :hash AND k.revoked_at_ms IS NULL AND a.blocked = 0;

-- name: plans_all
SELECT id, name, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days, on_sale
FROM plans ORDER BY id;

-- name: plan_find
SELECT id, name, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days, on_sale
FROM plans WHERE name = :name;

-- name: plan_of_account
SELECT p.id, p.name, COALESCE(v.daily_requests, p.daily_requests), COALESCE(v.dialects, p.dialects),
    COALESCE(v.api_allowance, p.api_allowance), CASE WHEN v.id IS NULL THEN p.rpm ELSE v.rpm END,
    COALESCE(v.price_kopecks, p.price_kopecks), COALESCE(v.period_days, p.period_days), p.on_sale
FROM accounts a JOIN plans p ON p.id = a.plan_id
LEFT JOIN plan_periods o ON o.account_id = a.id AND o.state = 'open' AND o.plan_id = a.plan_id
LEFT JOIN plan_versions v ON v.id = o.version_id
WHERE a.id = :account_id;

-- name: plan_save
INSERT INTO plans (name, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days, on_sale)
VALUES (:name, :daily_requests, :dialects, :api_allowance, :rpm, :price_kopecks, :period_days, :on_sale)
ON CONFLICT (name) DO UPDATE SET daily_requests = :daily_requests, dialects = :dialects,
    api_allowance = :api_allowance, rpm = :rpm, price_kopecks = :price_kopecks, period_days = :period_days,
    on_sale = :on_sale
RETURNING id;

-- name: pack_offers_all
SELECT id, name, requests, price_kopecks, valid_days, on_sale FROM pack_offers ORDER BY requests, id;

-- name: pack_offer_save
INSERT INTO pack_offers (name, requests, price_kopecks, valid_days, on_sale)
VALUES (:name, :requests, :price_kopecks, :valid_days, :on_sale)
ON CONFLICT (name) DO UPDATE SET requests = :requests, price_kopecks = :price_kopecks,
    valid_days = :valid_days, on_sale = :on_sale
RETURNING id;

-- name: account_add
INSERT INTO accounts (email, plan_id, operator, created_at_ms) VALUES (:email, :plan_id, :operator, :now_ms)
ON CONFLICT (email) DO NOTHING
RETURNING id;

-- name: account_find
SELECT a.id, a.email, p.name, a.blocked, a.operator, a.created_at_ms, COALESCE(v.daily_requests, p.daily_requests)
FROM accounts a JOIN plans p ON p.id = a.plan_id
LEFT JOIN plan_periods o ON o.account_id = a.id AND o.state = 'open' AND o.plan_id = a.plan_id
LEFT JOIN plan_versions v ON v.id = o.version_id
WHERE a.email = :email;

-- name: accounts_all
SELECT a.id, a.email, p.name, a.blocked, a.operator, a.created_at_ms, COALESCE(v.daily_requests, p.daily_requests)
FROM accounts a JOIN plans p ON p.id = a.plan_id
LEFT JOIN plan_periods o ON o.account_id = a.id AND o.state = 'open' AND o.plan_id = a.plan_id
LEFT JOIN plan_versions v ON v.id = o.version_id
ORDER BY a.id LIMIT :limit;

-- name: account_set_plan
UPDATE accounts SET plan_id = :plan_id WHERE id = :id;

-- name: account_set_blocked
UPDATE accounts SET blocked = :blocked WHERE id = :id;

-- name: account_packs
SELECT id, title, granted, available, held, spent, expires_at_ms, created_at_ms FROM buckets
WHERE account_id = :account_id AND day IS NULL ORDER BY id;

-- name: key_add
INSERT INTO api_keys (account_id, hash, shown, name, created_at_ms, expires_at_ms, cap_day, cap_total,
    modes, dialects, networks, reads_balance)
VALUES (:account_id, :hash, :shown, :name, :now_ms, :expires_at_ms, :cap_day, :cap_total,
    :modes, :dialects, :networks, :reads_balance)
RETURNING id;

-- name: site_key_add
INSERT INTO api_keys (account_id, hash, shown, name, created_at_ms) VALUES (:account_id, :hash, '', '', :now_ms)
ON CONFLICT (hash) DO NOTHING;

-- name: keys_of_account
SELECT k.id, k.shown, k.name, k.created_at_ms, k.expires_at_ms, k.revoked_at_ms, k.cap_day, k.cap_total,
    k.modes, k.dialects, k.networks, k.reads_balance, k.used_at_ms, COALESCE(u.used, 0), COALESCE(d.used, 0)
FROM api_keys k LEFT JOIN key_usage u ON u.key_id = k.id AND u.day = ''
LEFT JOIN key_usage d ON d.key_id = k.id AND d.day = :day AND d.day <> ''
WHERE k.account_id = :account_id AND k.shown <> '' ORDER BY k.id;

-- name: keys_shown
SELECT id FROM api_keys WHERE shown = :shown ORDER BY id;

-- name: key_find
SELECT id, account_id, name, expires_at_ms, revoked_at_ms, cap_day, cap_total, modes, dialects, networks,
    reads_balance
FROM api_keys WHERE id = :id;

-- name: key_revoke
UPDATE api_keys SET revoked_at_ms = :now_ms WHERE id = :id AND revoked_at_ms IS NULL;

-- name: key_seen
UPDATE api_keys SET used_at_ms = :at_ms WHERE id = :id AND (used_at_ms IS NULL OR used_at_ms < :at_ms);

-- name: key_set_expiry
UPDATE api_keys SET expires_at_ms = :expires_at_ms WHERE id = :id;

-- name: entries_of_account
SELECT e.id, e.kind, e.available_change, e.held_change, e.spent_change, e.generation_id, b.title, e.reason, e.at_ms
FROM entries e JOIN buckets b ON b.account_id = e.account_id AND b.id = e.bucket_id
WHERE e.account_id = :account_id ORDER BY e.id DESC LIMIT :limit;
