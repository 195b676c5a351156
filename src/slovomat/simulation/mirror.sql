-- What the mirror reads after a commit: the new entries, and the rows that were touched.

-- name: new_entries
SELECT id, bucket_id, generation_id, kind, granted_change, available_change, held_change, spent_change
FROM entries WHERE id > :after ORDER BY id;

-- name: bucket
SELECT account_id, day, granted, available, held, spent FROM buckets WHERE id = :id;

-- name: generation
SELECT account_id, key_id, key_counted, day, price_requests, idempotency_key, cut_chars, created_at_ms, owner,
    state, reason
FROM generations WHERE id = :id;

-- name: job
SELECT state, token, attempts, owner, lease_until_ms, result, error, pruned_at_ms FROM jobs WHERE id = :id;

-- name: key
SELECT day, used FROM key_usage WHERE key_id = :id;
