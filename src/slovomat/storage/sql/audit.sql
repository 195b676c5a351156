-- The invariants: each query lists what breaks one, so that no rows is good news.

-- name: audit_bucket_differs_from_its_entries
SELECT b.id, 'granted ' || b.granted || ', available ' || b.available || ', held ' || b.held || ', spent ' || b.spent
FROM buckets b LEFT JOIN (
    SELECT bucket_id, SUM(granted_change) AS granted, SUM(available_change) AS available,
        SUM(held_change) AS held, SUM(spent_change) AS spent
    FROM entries GROUP BY bucket_id) e ON e.bucket_id = b.id
WHERE b.granted <> COALESCE(e.granted, 0) OR b.available <> COALESCE(e.available, 0)
    OR b.held <> COALESCE(e.held, 0) OR b.spent <> COALESCE(e.spent, 0);

-- name: audit_bucket_below_zero
SELECT id, 'available ' || available || ', held ' || held || ', spent ' || spent FROM buckets
WHERE available < 0 OR held < 0 OR spent < 0 OR granted <> available + held + spent;

-- name: audit_generation_held_not_its_price
SELECT g.id, 'price ' || g.price_requests || ', held ' || COALESCE(SUM(e.held_change), 0)
FROM generations g LEFT JOIN entries e ON e.generation_id = g.id AND e.kind = 'hold'
GROUP BY g.id, g.price_requests HAVING COALESCE(SUM(e.held_change), 0) <> g.price_requests;

-- name: audit_generation_closed_wrongly
SELECT g.id, 'state ' || g.state || ', price ' || g.price_requests || ', settled ' || COALESCE(c.settled, 0)
    || ', returned ' || COALESCE(c.returned, 0)
FROM generations g LEFT JOIN (
    SELECT generation_id,
        SUM(CASE WHEN kind = 'settle' THEN spent_change ELSE 0 END) AS settled,
        SUM(CASE WHEN kind IN ('release', 'expire') THEN available_change ELSE 0 END) AS returned
    FROM entries WHERE generation_id IS NOT NULL AND kind <> 'hold' GROUP BY generation_id
    ) c ON c.generation_id = g.id
WHERE (g.state = 'settled') <> (g.closed_at_ms IS NOT NULL AND COALESCE(c.settled, 0) = g.price_requests)
    OR (g.state IN ('released', 'expired'))
        <> (g.closed_at_ms IS NOT NULL AND COALESCE(c.returned, 0) = g.price_requests)
    OR COALESCE(c.settled, 0) + COALESCE(c.returned, 0)
        <> CASE WHEN g.state = 'held' THEN 0 ELSE g.price_requests END;

-- name: audit_generation_returned_elsewhere
SELECT generation_id, 'bucket ' || bucket_id FROM entries
WHERE generation_id IS NOT NULL
GROUP BY generation_id, bucket_id
HAVING SUM(CASE WHEN kind = 'hold' THEN 0 ELSE -held_change END) NOT IN (0, SUM(
    CASE WHEN kind = 'hold' THEN held_change ELSE 0 END));

-- name: audit_bucket_held_by_nobody
SELECT b.id, 'held ' || b.held || ', by open generations ' || COALESCE(h.held, 0)
FROM buckets b LEFT JOIN (
    SELECT e.bucket_id, SUM(e.held_change) AS held
    FROM entries e JOIN generations g ON g.id = e.generation_id
    WHERE e.kind = 'hold' AND g.state = 'held' GROUP BY e.bucket_id) h ON h.bucket_id = b.id
WHERE b.held <> COALESCE(h.held, 0);

-- name: audit_job_and_hold_disagree
SELECT j.id, 'job ' || j.state || ', hold ' || g.state
FROM jobs j JOIN generations g ON g.id = j.id
WHERE NOT ((j.state IN ('queued', 'running') AND g.state = 'held')
    OR (j.state = 'completed' AND g.state = 'settled')
    OR (j.state = 'failed' AND g.state IN ('released', 'expired')));

-- name: audit_job_final_without_outcome
SELECT id, state FROM jobs
WHERE pruned_at_ms IS NULL AND ((state = 'completed' AND result IS NULL) OR (state = 'failed' AND error IS NULL));

-- name: audit_key_usage_differs_from_its_generations
SELECT u.key_id, 'day ' || u.day || ', used ' || u.used || ', by generations ' || COALESCE(SUM(g.price_requests), 0)
FROM key_usage u LEFT JOIN generations g ON g.key_id = u.key_id AND g.key_counted = 1
    AND g.state IN ('held', 'settled') AND (u.day = '' OR u.day = g.day)
GROUP BY u.key_id, u.day, u.used HAVING u.used <> COALESCE(SUM(g.price_requests), 0);

-- name: audit_idempotency_key_charged_twice
SELECT MIN(g.id), 'key of account ' || g.account_id FROM generations g
JOIN idempotency i ON i.account_id = g.account_id AND i.key = g.idempotency_key
WHERE g.state IN ('held', 'settled') AND g.id >= i.generation_id
GROUP BY g.account_id, g.idempotency_key HAVING COUNT(*) > 1;

-- name: audit_row_of_nobody
-- The tables that every call writes to have no references between them: they are looked for here.
SELECT g.id, 'generation of account ' || g.account_id || ' by key ' || g.key_id FROM generations g
LEFT JOIN api_keys k ON k.account_id = g.account_id AND k.id = g.key_id WHERE k.id IS NULL
UNION ALL
SELECT b.id, 'bucket of account ' || b.account_id FROM buckets b
LEFT JOIN accounts a ON a.id = b.account_id WHERE a.id IS NULL
UNION ALL
SELECT e.id, 'entry of bucket ' || e.bucket_id FROM entries e
LEFT JOIN buckets b ON b.account_id = e.account_id AND b.id = e.bucket_id WHERE b.id IS NULL
UNION ALL
SELECT e.id, 'entry of generation ' || e.generation_id FROM entries e
LEFT JOIN generations g ON g.account_id = e.account_id AND g.id = e.generation_id
WHERE e.generation_id IS NOT NULL AND g.id IS NULL
UNION ALL
SELECT j.id, 'job of account ' || j.account_id FROM jobs j
LEFT JOIN generations g ON g.account_id = j.account_id AND g.id = j.id WHERE g.id IS NULL
UNION ALL
SELECT i.generation_id, 'idempotency key of account ' || i.account_id FROM idempotency i
LEFT JOIN generations g ON g.account_id = i.account_id AND g.id = i.generation_id WHERE g.id IS NULL;

-- name: audit_totals
SELECT COALESCE(SUM(granted_change), 0), COALESCE(SUM(available_change), 0), COALESCE(SUM(held_change), 0),
    COALESCE(SUM(spent_change), 0), COUNT(*) FROM entries;

-- name: audit_totals_of_buckets
SELECT COALESCE(SUM(granted), 0), COALESCE(SUM(available), 0), COALESCE(SUM(held), 0), COALESCE(SUM(spent), 0)
FROM buckets;
