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
DELETE FROM outbox WHERE id IN (SELECT id FROM outbox WHERE ended_at_ms < :before_ms LIMIT :limit);
