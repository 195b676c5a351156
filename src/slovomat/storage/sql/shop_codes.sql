-- Codes, which are known by their keyed hashes.

-- name: batch_add
INSERT INTO code_batches (title, requests, valid_days, plan_id, version_id, period_days, codes, note, made_by,
    expires_at_ms, created_at_ms)
VALUES (:title, :requests, :valid_days, :plan_id, :version_id, :period_days, :codes, :note, :by, :expires_at_ms,
    :now_ms)
RETURNING id;

-- name: code_add
INSERT INTO codes (batch_id, hash) VALUES (:batch_id, :hash);

-- name: batches_all
SELECT b.id, b.title, b.requests, b.valid_days, b.plan_id, b.version_id, b.period_days, b.codes,
    (SELECT COUNT(*) FROM codes c WHERE c.batch_id = b.id AND c.account_id IS NOT NULL), b.note, b.made_by,
    b.expires_at_ms, b.created_at_ms
FROM code_batches b ORDER BY b.id DESC LIMIT :limit;

-- name: codes_of_batch
SELECT c.id, a.email, c.redeemed_at_ms FROM codes c LEFT JOIN accounts a ON a.id = c.account_id
WHERE c.batch_id = :batch_id ORDER BY c.id;

-- name: code_find
SELECT c.id, c.account_id, c.redeemed_at_ms, b.title, b.requests, b.valid_days, b.plan_id, b.version_id,
    b.period_days, b.expires_at_ms
FROM codes c JOIN code_batches b ON b.id = c.batch_id WHERE c.hash = :hash;

-- name: code_take
UPDATE codes SET account_id = :account_id, redeemed_at_ms = :now_ms WHERE id = :id AND account_id IS NULL;

-- name: code_gave
UPDATE codes SET bucket_id = :bucket_id, period_id = :period_id WHERE id = :id;

-- name: codes_of_account
SELECT c.id, c.redeemed_at_ms, b.title, b.requests, b.valid_days, b.plan_id, b.version_id, b.period_days
FROM codes c JOIN code_batches b ON b.id = c.batch_id
WHERE c.account_id = :account_id ORDER BY c.redeemed_at_ms DESC, c.id DESC LIMIT :limit;
