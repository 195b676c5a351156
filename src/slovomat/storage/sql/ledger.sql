-- Buckets, holds and entries: the statements of holds, closings and packs.

-- name: buckets_of
-- What an account could spend: the day's allowance, and its packs. SQLite has one writer: nothing to lock.
SELECT id, day, available, expires_at_ms, granted FROM buckets
WHERE account_id = :account_id AND day = :day
UNION ALL
SELECT id, day, available, expires_at_ms, granted FROM buckets
WHERE account_id = :account_id AND day IS NULL AND available > 0
    AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms);

-- name: buckets_seen
SELECT id, day, available, expires_at_ms, granted FROM buckets
WHERE account_id = :account_id AND day = :day
UNION ALL
SELECT id, day, available, expires_at_ms, granted FROM buckets
WHERE account_id = :account_id AND day IS NULL AND available > 0
    AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms);

-- name: packs_spendable
SELECT id, day, available, expires_at_ms FROM buckets
WHERE account_id = :account_id AND day IS NULL AND available > 0
    AND (expires_at_ms IS NULL OR expires_at_ms > :now_ms);

-- name: bucket_add
INSERT INTO buckets (account_id, day, title, granted, available, expires_at_ms, created_at_ms)
VALUES (:account_id, :day, :title, :amount, :amount, :expires_at_ms, :now_ms)
ON CONFLICT (account_id, day) WHERE day IS NOT NULL DO NOTHING;

-- name: last_id
-- Of the row that this connection of SQLite has added last.
SELECT last_insert_rowid();

-- name: bucket_move
UPDATE buckets SET granted = granted + :granted, available = available + :available, held = held + :held,
    spent = spent + :spent
WHERE account_id = :account_id AND id = :id AND available + :available >= 0 AND held + :held >= 0;

-- name: entry_add
INSERT INTO entries (account_id, bucket_id, generation_id, kind, granted_change, available_change,
    held_change, spent_change, reason, at_ms)
VALUES (:account_id, :bucket_id, :generation_id, :kind, :granted, :available, :held, :spent, :reason, :now_ms);

-- name: entries_held
-- For each part of a hold what its closing has to know.
SELECT e.bucket_id, e.held_change, CASE WHEN g.key_counted = 1 THEN g.key_id END, g.day, g.price_requests,
    g.idempotency_key
FROM entries e JOIN generations g ON g.account_id = e.account_id AND g.id = e.generation_id
WHERE e.account_id = :account_id AND e.generation_id = :id AND e.kind = 'hold';

-- name: generation_add
INSERT INTO generations (account_id, key_id, key_counted, dialect, day, price_requests, balance_after, state,
    owner, idempotency_key, mode_id, mode_version, mode_digest, cut_chars, created_at_ms, expires_at_ms)
VALUES (:account_id, :key_id, :key_counted, :dialect, :day, :price, :balance_after, 'held',
    :owner, :idempotency_key, :mode_id, :mode_version, :mode_digest, :cut_chars, :now_ms, :expires_at_ms);

-- name: generation_close
UPDATE generations SET state = :state, reason = :reason, upstream = :upstream, closed_at_ms = :now_ms,
    prompt_tokens = :prompt_tokens, completion_tokens = :completion_tokens,
    mode_version = COALESCE(:mode_version, mode_version), mode_digest = COALESCE(:mode_digest, mode_digest)
WHERE account_id = :account_id AND id = :id AND state = 'held';

-- name: generation_state
SELECT state FROM generations WHERE account_id = :account_id AND id = :id;

-- name: generations_expired
SELECT account_id, id FROM generations
WHERE state = 'held' AND owner <> '' AND owner = :owner AND expires_at_ms < :now_ms
LIMIT :limit;

-- name: generations_orphaned
SELECT g.account_id, g.id FROM generations g
WHERE g.state = 'held' AND g.owner <> ''
    AND NOT EXISTS (SELECT 1 FROM nodes n WHERE n.owner = g.owner AND n.lease_until_ms >= :now_ms)
LIMIT :limit;

-- name: key_used
SELECT day, used FROM key_usage WHERE key_id = :key_id AND (day = :day OR day = '');

-- name: key_use
INSERT INTO key_usage (key_id, day, used) VALUES (:key_id, :day, :amount)
ON CONFLICT (key_id, day) DO UPDATE SET used = key_usage.used + :amount
WHERE key_usage.used + :amount <= :cap;

-- name: key_unuse
UPDATE key_usage SET used = used - :amount WHERE key_id = :key_id AND (day = :day OR day = '') AND used >= :amount;

-- name: idempotency_find
SELECT i.fingerprint, i.created_at_ms, i.answer_status, i.answer_type, i.answer_body,
    i.generation_id, g.balance_after, g.price_requests, j.id
FROM idempotency i
JOIN generations g ON g.account_id = i.account_id AND g.id = i.generation_id
LEFT JOIN jobs j ON j.account_id = i.account_id AND j.id = i.generation_id
WHERE i.account_id = :account_id AND i.key = :key;

-- name: idempotency_add
INSERT INTO idempotency (account_id, key, fingerprint, generation_id, created_at_ms)
VALUES (:account_id, :key, :fingerprint, :generation_id, :now_ms);

-- name: idempotency_answer
UPDATE idempotency SET answer_status = :status, answer_type = :type, answer_body = :body
WHERE account_id = :account_id AND key = :key AND generation_id = :generation_id;

-- name: idempotency_forget
DELETE FROM idempotency WHERE account_id = :account_id AND key = :key AND generation_id = :generation_id;

-- name: idempotency_outlived
DELETE FROM idempotency WHERE account_id = :account_id AND key = :key AND created_at_ms < :before_ms;

-- name: idempotency_prune
-- The oldest, about as many as asked for: rows are found by their age alone.
DELETE FROM idempotency WHERE created_at_ms < :before_ms AND created_at_ms <= COALESCE((
    SELECT created_at_ms FROM idempotency WHERE created_at_ms < :before_ms
    ORDER BY created_at_ms LIMIT 1 OFFSET :limit), :before_ms);
