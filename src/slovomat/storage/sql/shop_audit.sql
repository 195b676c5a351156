-- The shop's invariants: each query lists what breaks one.

-- name: audit_payment_and_sale_disagree
-- Money that was kept was sold for, once; nothing was given without it.
SELECT p.id, 'payment ' || p.state || ', sold ' || COUNT(s.order_id)
FROM payments p LEFT JOIN sales s ON s.payment_id = p.id AND s.order_id = p.order_id
GROUP BY p.id, p.state, p.problem
HAVING (p.state IN ('paid', 'refunded') AND p.problem <> 'paid_twice') <> (COUNT(s.order_id) = 1);

-- name: audit_order_and_sale_disagree
SELECT o.id, 'order ' || o.state FROM orders o LEFT JOIN sales s ON s.order_id = o.id
WHERE (o.state IN ('paid', 'refunded')) <> (s.order_id IS NOT NULL);

-- name: audit_sale_differs_from_what_was_given
SELECT s.order_id, 'ordered ' || COALESCE(o.requests, 0) || ', granted ' || COALESCE(SUM(e.granted_change), 0)
FROM sales s JOIN orders o ON o.id = s.order_id
LEFT JOIN entries e ON e.account_id = s.account_id AND e.bucket_id = s.bucket_id AND e.kind = 'grant'
WHERE s.bucket_id IS NOT NULL
GROUP BY s.order_id, o.requests HAVING COALESCE(o.requests, 0) <> COALESCE(SUM(e.granted_change), 0);

-- name: audit_bucket_given_twice
SELECT given.bucket_id, 'given ' || COUNT(*) || ' times' FROM (
    SELECT account_id, bucket_id FROM sales WHERE bucket_id IS NOT NULL
    UNION ALL SELECT account_id, bucket_id FROM codes WHERE bucket_id IS NOT NULL) AS given
GROUP BY given.account_id, given.bucket_id HAVING COUNT(*) > 1;

-- name: audit_period_given_twice
SELECT o.id, 'given ' || COUNT(g.period_id) || ' times' FROM plan_periods o LEFT JOIN (
    SELECT period_id FROM sales WHERE period_id IS NOT NULL
    UNION ALL SELECT period_id FROM codes WHERE period_id IS NOT NULL) AS g ON g.period_id = o.id
GROUP BY o.id HAVING COUNT(g.period_id) <> 1;

-- name: audit_period_in_disorder
-- What waits has an open one before it; what was turned into another is of the same account.
SELECT w.id, 'waits for nothing' FROM plan_periods w
LEFT JOIN plan_periods o ON o.account_id = w.account_id AND o.state = 'open'
WHERE w.state = 'waiting' AND o.id IS NULL
UNION ALL
SELECT w.id, 'turned into another account''s' FROM plan_periods w
JOIN plan_periods o ON o.id = w.turned_into WHERE o.account_id <> w.account_id
UNION ALL
SELECT MIN(id), 'open ' || COUNT(*) || ' times' FROM plan_periods WHERE state = 'open'
GROUP BY account_id HAVING COUNT(*) > 1;

-- name: audit_refunds_differ_from_their_payment
SELECT p.id, 'refunded ' || p.refunded_kopecks || ' of ' || p.claimed_kopecks
FROM payments p LEFT JOIN refunds r ON r.payment_id = p.id AND r.state <> 'refused'
GROUP BY p.id, p.refunded_kopecks, p.claimed_kopecks, p.state, p.amount_kopecks
HAVING p.claimed_kopecks <> COALESCE(SUM(r.amount_kopecks), 0)
    OR p.refunded_kopecks <> COALESCE(SUM(CASE WHEN r.state = 'done' THEN r.amount_kopecks ELSE 0 END), 0)
    OR (p.state = 'refunded') <> (p.refunded_kopecks = p.amount_kopecks);

-- name: audit_requests_returned_wrongly
SELECT s.order_id, 'returned ' || s.returned_requests || ' of ' || COALESCE(o.requests, 0)
    || ', taken or owed ' || COALESCE(SUM(r.taken_requests + r.owed_requests), 0)
FROM sales s JOIN orders o ON o.id = s.order_id
LEFT JOIN refunds r ON r.payment_id = s.payment_id AND r.state = 'done'
GROUP BY s.order_id, s.returned_requests, o.requests
HAVING s.returned_requests > COALESCE(o.requests, 0)
    OR s.returned_requests <> COALESCE(SUM(r.taken_requests + r.owed_requests), 0);

-- name: audit_debt_differs_from_its_entries
SELECT a.account_id, 'owes ' || COALESCE(d.requests, 0) || ', by its entries ' || SUM(a.change)
FROM (SELECT account_id, change_requests AS change FROM debt_entries
    UNION ALL SELECT account_id, 0 FROM debts) AS a
LEFT JOIN debts d ON d.account_id = a.account_id
GROUP BY a.account_id, d.requests HAVING COALESCE(d.requests, 0) <> SUM(a.change) OR COALESCE(d.requests, 0) < 0;

-- name: audit_code_gave_nothing
SELECT id, 'taken by account ' || account_id FROM codes
WHERE account_id IS NOT NULL AND (bucket_id IS NULL) = (period_id IS NULL)
UNION ALL
SELECT id, 'gave, and nobody took it' FROM codes
WHERE account_id IS NULL AND (bucket_id IS NOT NULL OR period_id IS NOT NULL);
