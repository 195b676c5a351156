-- Receipts that close those of prepayments.

-- name: closings_due
-- Counted, so that no plan begins with the receipts of all. One with a refund under way waits for its end.
SELECT s.payment_id FROM sales s JOIN payments p ON p.id = s.payment_id
WHERE s.sold_at_ms >= :from_ms AND s.sold_at_ms <= :to_ms AND p.provider = :provider AND p.shop = :shop
    AND p.state = 'paid' AND p.claimed_kopecks = p.refunded_kopecks
    AND (SELECT COUNT(*) FROM closing_receipts c WHERE c.payment_id = s.payment_id) = 0
ORDER BY s.sold_at_ms LIMIT :limit;

-- name: closing_open
INSERT INTO closing_receipts (payment_id, state, once, amount_kopecks, asked_at_ms, tried_at_ms)
SELECT id, 'asked', :once, amount_kopecks - refunded_kopecks, :now_ms, :now_ms FROM payments
WHERE id = :id AND state = 'paid' AND claimed_kopecks = refunded_kopecks
ON CONFLICT (payment_id) DO NOTHING;

-- name: closing_find
SELECT payment_id, state, once, amount_kopecks, message, asked_at_ms, tried_at_ms, done_at_ms
FROM closing_receipts WHERE payment_id = :id;

-- name: closings_unheard
SELECT c.payment_id, c.state, c.once, c.amount_kopecks, c.message, c.asked_at_ms, c.tried_at_ms, c.done_at_ms
FROM closing_receipts c JOIN payments p ON p.id = c.payment_id
WHERE c.state = 'asked' AND c.asked_at_ms > :after_ms AND c.tried_at_ms <= :before_ms
    AND p.provider = :provider AND p.shop = :shop
ORDER BY c.asked_at_ms LIMIT :limit;

-- name: closing_again
UPDATE closing_receipts SET tried_at_ms = :now_ms
WHERE payment_id = :id AND state = 'asked' AND tried_at_ms = :seen_ms;

-- name: closing_note
UPDATE closing_receipts SET message = :message WHERE payment_id = :id AND state = 'asked';

-- name: closing_end
UPDATE closing_receipts SET state = :state, message = :message, done_at_ms = :now_ms
WHERE payment_id = :id AND state = 'asked';
