-- Orders, the tries to pay them, and what was given for them.

-- name: plan_terms
SELECT p.id, v.id, p.name, v.price_kopecks, v.period_days, p.on_sale FROM plans p
JOIN plan_versions v ON v.plan_id = p.id
WHERE p.name = :name ORDER BY v.id DESC LIMIT 1;

-- name: plan_version_add
-- The terms as they are now, unless the newest version has them.
INSERT INTO plan_versions (plan_id, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days)
SELECT id, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days FROM plans p
WHERE p.id = :plan_id AND NOT EXISTS (
    SELECT 1 FROM plan_versions v
    WHERE v.id = (SELECT MAX(id) FROM plan_versions WHERE plan_id = :plan_id)
        AND v.daily_requests = p.daily_requests AND v.dialects = p.dialects
        AND v.api_allowance = p.api_allowance AND COALESCE(v.rpm, -1) = COALESCE(p.rpm, -1)
        AND v.price_kopecks = p.price_kopecks AND v.period_days = p.period_days);

-- name: version_find
SELECT plan_id, price_kopecks, period_days FROM plan_versions WHERE id = :id;

-- name: order_add
INSERT INTO orders (account_id, state, title, amount_kopecks, currency, requests, valid_days, plan_id, version_id,
    period_days, buyer, created_at_ms)
VALUES (:account_id, 'new', :title, :amount_kopecks, :currency, :requests, :valid_days, :plan_id, :version_id,
    :period_days, :buyer, :now_ms)
RETURNING id;

-- name: order_find
SELECT id, account_id, state, title, requests, valid_days, plan_id, version_id, period_days, amount_kopecks,
    currency, buyer, created_at_ms, paid_at_ms FROM orders WHERE id = :id;

-- name: orders_of_account
SELECT id, account_id, state, title, requests, valid_days, plan_id, version_id, period_days, amount_kopecks,
    currency, buyer, created_at_ms, paid_at_ms FROM orders
WHERE account_id = :account_id ORDER BY id DESC LIMIT :limit;

-- name: order_name_buyer
-- What a paper has said of its buyer stays as it is.
UPDATE orders SET buyer = :buyer WHERE id = :id AND (buyer = '' OR state = 'new');

-- name: order_pay
UPDATE orders SET state = 'paid', paid_at_ms = :now_ms WHERE id = :id AND state IN ('new', 'cancelled');

-- name: order_cancel
-- Unless another try to pay it may still succeed.
UPDATE orders SET state = 'cancelled' WHERE id = :id AND state = 'new'
    AND NOT EXISTS (SELECT 1 FROM payments WHERE order_id = :id AND state = 'pending');

-- name: order_refund
UPDATE orders SET state = 'refunded' WHERE id = :id AND state = 'paid';

-- name: payment_add
-- For an order that waits for its money; who pays a cancelled one wants it after all.
INSERT INTO payments (order_id, account_id, provider, reference, once, shop, test, amount_kopecks, currency, state,
    created_at_ms, check_after_ms)
SELECT id, account_id, CAST(:provider AS TEXT), CAST(:reference AS TEXT), CAST(:once AS TEXT), CAST(:shop AS TEXT),
    CAST(:test AS BIGINT), amount_kopecks, currency, 'pending', CAST(:now_ms AS BIGINT), CAST(:check_after_ms AS BIGINT)
FROM orders WHERE id = :order_id AND state IN ('new', 'cancelled')
RETURNING id;

-- name: payment_begun
-- Once: of two clicks that began it at the same time, one's page and number belong together.
UPDATE payments SET provider_id = :provider_id, url = :url WHERE id = :id AND state = 'pending' AND url = '';

-- name: payment_not_begun
UPDATE payments SET state = 'cancelled', problem = :problem, checked_at_ms = :now_ms, check_after_ms = NULL
WHERE id = :id AND state = 'pending' AND url = '';

-- name: payment_find
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE id = :id;

-- name: payment_by_reference
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE reference = :reference AND provider = :provider;

-- name: payment_by_provider_id
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE provider = :provider AND provider_id = :provider_id AND provider_id <> '';

-- name: payments_of_order
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE order_id = :order_id ORDER BY id;

-- name: payments_due
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE check_after_ms <= :now_ms ORDER BY check_after_ms LIMIT :limit;

-- name: payments_put_off
-- By a clock that was far ahead.
SELECT id, order_id, account_id, provider, provider_id, reference, once, shop, test, amount_kopecks, currency, url,
    state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks, created_at_ms, paid_at_ms, checked_at_ms,
    check_after_ms
FROM payments WHERE check_after_ms > :absurd_ms ORDER BY check_after_ms LIMIT :limit;

-- name: payments_list
SELECT p.id, p.order_id, p.account_id, p.provider, p.provider_id, p.reference, p.once, p.shop, p.test,
    p.amount_kopecks, p.currency, p.url, p.state, p.problem, p.confirmed_by, p.reason, p.claimed_kopecks,
    p.refunded_kopecks, p.created_at_ms, p.paid_at_ms, p.checked_at_ms, p.check_after_ms, a.email, o.title
FROM payments p JOIN orders o ON o.id = p.order_id JOIN accounts a ON a.id = p.account_id
WHERE (CAST(:state AS TEXT) = '' OR p.state = :state) AND (CAST(:provider AS TEXT) = '' OR p.provider = :provider)
    AND (CAST(:account_id AS BIGINT) IS NULL OR p.account_id = :account_id)
    AND (CAST(:troubled AS BIGINT) = 0 OR p.problem <> '')
    AND (CAST(:before_id AS BIGINT) IS NULL OR p.id < :before_id)
ORDER BY p.id DESC LIMIT :limit;

-- name: payment_row
SELECT p.id, p.order_id, p.account_id, p.provider, p.provider_id, p.reference, p.once, p.shop, p.test,
    p.amount_kopecks, p.currency, p.url, p.state, p.problem, p.confirmed_by, p.reason, p.claimed_kopecks,
    p.refunded_kopecks, p.created_at_ms, p.paid_at_ms, p.checked_at_ms, p.check_after_ms, a.email, o.title
FROM payments p JOIN orders o ON o.id = p.order_id JOIN accounts a ON a.id = p.account_id
WHERE p.id = :id;

-- name: payment_pay
-- Money may come for a payment that was given up.
UPDATE payments SET state = 'paid', problem = '', paid_at_ms = :now_ms, checked_at_ms = :now_ms,
    check_after_ms = :check_after_ms, confirmed_by = :by, reason = :reason,
    provider_id = CASE WHEN CAST(:provider_id AS TEXT) = '' THEN provider_id ELSE :provider_id END
WHERE id = :id AND state IN ('pending', 'cancelled');

-- name: payment_cancel
UPDATE payments SET state = 'cancelled', checked_at_ms = :now_ms, check_after_ms = NULL
WHERE id = :id AND state = 'pending';

-- name: payment_problem
-- That nothing was given for the money outweighs all others.
UPDATE payments SET problem = CASE WHEN problem = 'paid_twice' THEN problem ELSE :problem END, checked_at_ms = :now_ms
WHERE id = :id;

-- name: payment_checked
UPDATE payments SET checked_at_ms = :now_ms WHERE id = :id;

-- name: payment_claim
-- Of the nodes that saw it due at the same time one asks.
UPDATE payments SET check_after_ms = :next_ms WHERE id = :id AND check_after_ms = :seen_ms;

-- name: payment_soon
UPDATE payments SET check_after_ms = :check_after_ms
WHERE id = :id AND (check_after_ms IS NULL OR check_after_ms > :check_after_ms);

-- name: sale_add
INSERT INTO sales (order_id, payment_id, account_id, bucket_id, period_id, sold_at_ms)
VALUES (:order_id, :payment_id, :account_id, :bucket_id, :period_id, :now_ms);

-- name: sale_of_order
SELECT order_id, payment_id, account_id, bucket_id, period_id, returned_requests, sold_at_ms
FROM sales WHERE order_id = :order_id;

-- name: sale_return
UPDATE sales SET returned_requests = returned_requests + :amount WHERE order_id = :order_id;
