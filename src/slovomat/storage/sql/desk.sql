-- What the operator's desk looks at, across all accounts.

-- name: people_search
SELECT a.id, a.email, p.name, a.blocked, COALESCE(s.role, ''), s.verified_at_ms, a.created_at_ms,
    (SELECT CAST(COALESCE(SUM(b.available), 0) AS BIGINT) FROM buckets b
        WHERE b.account_id = a.id AND b.day IS NULL AND (b.expires_at_ms IS NULL OR b.expires_at_ms > :now_ms))
FROM accounts a JOIN plans p ON p.id = a.plan_id LEFT JOIN sign_ins s ON s.account_id = a.id
WHERE a.id < :before AND (a.email LIKE :pattern ESCAPE '!' OR a.id = :id)
ORDER BY a.id DESC LIMIT :limit;

-- name: ledger_page
SELECT e.id, e.account_id, a.email, e.kind, e.available_change, e.held_change, e.spent_change, e.generation_id,
    b.title, e.reason, e.at_ms
FROM entries e JOIN accounts a ON a.id = e.account_id
JOIN buckets b ON b.account_id = e.account_id AND b.id = e.bucket_id
WHERE e.id < :before AND (e.account_id = :account_id OR :account_id = 0)
    AND (CAST(:kind AS TEXT) = '' OR e.kind = :kind)
ORDER BY e.id DESC LIMIT :limit;

-- name: money_in
SELECT paid_at_ms / :slot_ms, test, CAST(SUM(amount_kopecks) AS BIGINT), COUNT(*) FROM payments
WHERE paid_at_ms >= :since_ms AND currency = :currency GROUP BY 1, 2 ORDER BY 1, 2;

-- name: money_back
SELECT r.done_at_ms / :slot_ms, p.test, CAST(SUM(r.amount_kopecks) AS BIGINT)
FROM refunds r JOIN payments p ON p.id = r.payment_id
WHERE r.state = 'done' AND r.done_at_ms >= :since_ms AND p.currency = :currency GROUP BY 1, 2 ORDER BY 1, 2;

-- name: payments_open
SELECT (SELECT COUNT(*) FROM payments WHERE state = 'pending' AND provider <> 'invoice' AND created_at_ms >= :since_ms),
    (SELECT COUNT(*) FROM payments WHERE state = 'pending' AND provider = 'invoice' AND created_at_ms >= :since_ms),
    (SELECT COUNT(*) FROM payments WHERE problem <> '' AND state <> 'refunded' AND created_at_ms >= :since_ms);

-- name: letters_page
SELECT id, channel, kind, account_id, recipient, state, attempts, reason, created_at_ms, due_at_ms, ended_at_ms
FROM outbox WHERE id < :before AND (CAST(:state AS TEXT) = '' OR state = :state)
ORDER BY id DESC LIMIT :limit;
