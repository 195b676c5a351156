-- Letters and webhook calls that wait to be sent.

-- name: post_add
INSERT INTO outbox (once, channel, kind, account_id, recipient, language, facts, due_at_ms, created_at_ms)
VALUES (:once, :channel, :kind, :account_id, :recipient, :language, :facts, :now_ms, :now_ms)
ON CONFLICT (once) DO NOTHING;

-- name: posts_due
SELECT id FROM outbox WHERE state = 'waiting' AND channel = :channel AND due_at_ms <= :now_ms LIMIT 1;

-- name: posts_claim
-- The condition stands twice: who waited for a row that another node has claimed looks at it again.
UPDATE outbox SET token = token + 1, due_at_ms = :lease_until_ms
WHERE state = 'waiting' AND due_at_ms <= :now_ms AND id IN (
    SELECT id FROM outbox WHERE state = 'waiting' AND channel = :channel AND due_at_ms <= :now_ms
    ORDER BY due_at_ms, id LIMIT :limit)
RETURNING id, token, once, kind, account_id, recipient, language, facts, attempts, created_at_ms;

-- name: post_end
UPDATE outbox SET state = :state, reason = :reason, facts = '', attempts = attempts + 1, ended_at_ms = :now_ms
WHERE id = :id AND token = :token AND state = 'waiting';

-- name: post_again
UPDATE outbox SET reason = :reason, attempts = attempts + 1, due_at_ms = :at_ms
WHERE id = :id AND token = :token AND state = 'waiting';

-- name: posts_waiting
SELECT COUNT(*) FROM outbox WHERE state = 'waiting';

-- name: posts_forget
-- A balance may stay low for years, and is told of once.
DELETE FROM outbox WHERE id IN (
    SELECT id FROM outbox WHERE ended_at_ms < :before_ms AND kind <> 'low_balance' LIMIT :limit);

-- name: webhook_of
SELECT webhook_url, webhook_secret FROM sign_ins WHERE account_id = :account_id AND webhook_url <> '';

-- name: low_on_balance
-- The names of what was told are those that usecases/notices.py gives them.
SELECT account_id, email, language, remaining, threshold, pack FROM (
    SELECT s.account_id, a.email, s.language, s.low_balance_requests AS threshold,
        (SELECT COALESCE(SUM(b.available), 0) FROM buckets b WHERE b.account_id = s.account_id AND b.day IS NULL
            AND (b.expires_at_ms IS NULL OR b.expires_at_ms > :now_ms)) AS remaining,
        (SELECT MAX(b.id) FROM buckets b WHERE b.account_id = s.account_id AND b.day IS NULL) AS pack
    FROM sign_ins s JOIN accounts a ON a.id = s.account_id
    WHERE s.account_id > :after_id AND s.low_balance_requests > 0 AND s.verified_at_ms IS NOT NULL
        AND a.blocked = 0) AS low
WHERE remaining < threshold AND pack IS NOT NULL AND NOT EXISTS (
    SELECT o.id FROM outbox o WHERE o.once = 'mail low_balance ' || low.account_id || ' ' || low.pack)
ORDER BY account_id LIMIT :limit;

-- name: sold_untold
SELECT s.payment_id, s.order_id, s.account_id, s.sold_at_ms, a.email, COALESCE(i.language, 'ru'), o.title,
    o.amount_kopecks, o.currency
FROM sales s JOIN orders o ON o.id = s.order_id JOIN accounts a ON a.id = s.account_id
    LEFT JOIN sign_ins i ON i.account_id = s.account_id
WHERE s.sold_at_ms > :after_ms
    AND NOT EXISTS (SELECT p.id FROM outbox p WHERE p.once = 'mail receipt ' || s.payment_id)
ORDER BY s.sold_at_ms LIMIT :limit;

-- name: plans_ending
SELECT r.id, r.account_id, a.email, s.language, p.name, r.ends_at_ms
FROM plan_periods r JOIN accounts a ON a.id = r.account_id JOIN sign_ins s ON s.account_id = r.account_id
    JOIN plans p ON p.id = r.plan_id
WHERE r.state = 'open' AND r.ends_at_ms > :after_ms AND r.ends_at_ms <= :before_ms
    AND r.ends_at_ms - r.starts_at_ms > :span_ms AND a.blocked = 0 AND s.verified_at_ms IS NOT NULL
    AND NOT EXISTS (SELECT n.id FROM plan_periods n WHERE n.account_id = r.account_id AND n.state = 'waiting')
    AND NOT EXISTS (SELECT o.id FROM outbox o WHERE o.once = 'mail plan_ending ' || r.id || ' ' || :days_text)
ORDER BY r.ends_at_ms LIMIT :limit;
