-- Money given back, and requests that are owed for it.

-- name: refund_claim
UPDATE payments SET claimed_kopecks = claimed_kopecks + :amount_kopecks, check_after_ms = :check_after_ms
WHERE id = :id AND state = 'paid' AND claimed_kopecks + :amount_kopecks <= amount_kopecks;

-- name: refund_add
INSERT INTO refunds (payment_id, account_id, once, amount_kopecks, reason, made_by, state, created_at_ms)
VALUES (:payment_id, :account_id, :once, :amount_kopecks, :reason, :by, 'asked', :now_ms)
RETURNING id;

-- name: refund_find
SELECT id, payment_id, account_id, once, amount_kopecks, reason, made_by, state, message, taken_requests,
    owed_requests, created_at_ms, done_at_ms FROM refunds WHERE id = :id;

-- name: refund_by_once
SELECT id, payment_id, account_id, once, amount_kopecks, reason, made_by, state, message, taken_requests,
    owed_requests, created_at_ms, done_at_ms FROM refunds WHERE once = :once;

-- name: refunds_of_payment
SELECT id, payment_id, account_id, once, amount_kopecks, reason, made_by, state, message, taken_requests,
    owed_requests, created_at_ms, done_at_ms FROM refunds WHERE payment_id = :payment_id ORDER BY id;

-- name: refund_finish
UPDATE refunds SET state = 'done', done_at_ms = :now_ms WHERE id = :id AND state = 'asked';

-- name: refund_refuse
UPDATE refunds SET state = 'refused', message = :message, done_at_ms = :now_ms WHERE id = :id AND state = 'asked';

-- name: refund_took
UPDATE refunds SET taken_requests = :taken, owed_requests = :owed WHERE id = :id;

-- name: refund_unclaim
UPDATE payments SET claimed_kopecks = claimed_kopecks - :amount_kopecks,
    problem = CASE WHEN problem = 'refund_unknown' THEN '' ELSE problem END
WHERE id = :id;

-- name: payment_refund
UPDATE payments SET refunded_kopecks = refunded_kopecks + :amount_kopecks,
    state = CASE WHEN refunded_kopecks + :amount_kopecks >= amount_kopecks THEN 'refunded' ELSE state END,
    problem = CASE WHEN problem = 'refund_unknown' THEN '' ELSE problem END
WHERE id = :id;

-- name: bucket_left
SELECT available FROM buckets WHERE account_id = :account_id AND id = :id;

-- name: debt_of
SELECT requests FROM debts WHERE account_id = :account_id;

-- name: debt_add
INSERT INTO debts (account_id, requests) VALUES (:account_id, :owed)
ON CONFLICT (account_id) DO UPDATE SET requests = debts.requests + :owed;

-- name: debt_pay
UPDATE debts SET requests = requests - :paid WHERE account_id = :account_id AND requests >= :paid;

-- name: debt_entry_add
INSERT INTO debt_entries (account_id, refund_id, change_requests, reason, at_ms)
VALUES (:account_id, :refund_id, :change, :reason, :now_ms);

-- name: debtors_with_packs
-- Counted, so that no plan begins with the packs of all.
SELECT d.account_id FROM debts d WHERE d.requests > 0 AND (
    SELECT COUNT(*) FROM buckets b WHERE b.account_id = d.account_id AND b.day IS NULL AND b.available > 0
        AND (b.expires_at_ms IS NULL OR b.expires_at_ms > :now_ms)) > 0
LIMIT :limit;
