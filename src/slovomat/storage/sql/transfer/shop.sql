-- The tables of the shop, row by row.

-- name: read_plan_versions
SELECT * FROM plan_versions;

-- name: read_orders
SELECT * FROM orders;

-- name: read_payments
SELECT * FROM payments;

-- name: read_plan_periods
-- What one was turned into is there before it.
SELECT * FROM plan_periods ORDER BY id DESC;

-- name: read_sales
SELECT * FROM sales;

-- name: read_refunds
SELECT * FROM refunds;

-- name: read_closing_receipts
SELECT * FROM closing_receipts;

-- name: read_debts
SELECT * FROM debts;

-- name: read_debt_entries
SELECT * FROM debt_entries;

-- name: read_code_batches
SELECT * FROM code_batches;

-- name: read_codes
SELECT * FROM codes;

-- name: write_plan_versions
INSERT INTO plan_versions (id, plan_id, daily_requests, dialects, api_allowance, rpm, price_kopecks,
    period_days)
VALUES (:id, :plan_id, :daily_requests, :dialects, :api_allowance, :rpm, :price_kopecks, :period_days);

-- name: write_orders
INSERT INTO orders (id, account_id, state, title, amount_kopecks, currency, requests, valid_days, plan_id,
    version_id, period_days, buyer, created_at_ms, paid_at_ms)
VALUES (:id, :account_id, :state, :title, :amount_kopecks, :currency, :requests, :valid_days, :plan_id,
    :version_id, :period_days, :buyer, :created_at_ms, :paid_at_ms);

-- name: write_payments
INSERT INTO payments (id, order_id, account_id, provider, provider_id, reference, once, shop, test,
    amount_kopecks, currency, url, state, problem, confirmed_by, reason, claimed_kopecks, refunded_kopecks,
    created_at_ms, paid_at_ms, checked_at_ms, check_after_ms)
VALUES (:id, :order_id, :account_id, :provider, :provider_id, :reference, :once, :shop, :test,
    :amount_kopecks, :currency, :url, :state, :problem, :confirmed_by, :reason, :claimed_kopecks,
    :refunded_kopecks, :created_at_ms, :paid_at_ms, :checked_at_ms, :check_after_ms);

-- name: write_plan_periods
INSERT INTO plan_periods (id, account_id, plan_id, version_id, state, starts_at_ms, ends_at_ms, worth_kopecks,
    turned_into, created_at_ms)
VALUES (:id, :account_id, :plan_id, :version_id, :state, :starts_at_ms, :ends_at_ms, :worth_kopecks,
    :turned_into, :created_at_ms);

-- name: write_sales
INSERT INTO sales (order_id, payment_id, account_id, bucket_id, period_id, returned_requests, sold_at_ms)
VALUES (:order_id, :payment_id, :account_id, :bucket_id, :period_id, :returned_requests, :sold_at_ms);

-- name: write_refunds
INSERT INTO refunds (id, payment_id, account_id, once, amount_kopecks, reason, made_by, state, message,
    taken_requests, owed_requests, created_at_ms, done_at_ms)
VALUES (:id, :payment_id, :account_id, :once, :amount_kopecks, :reason, :made_by, :state, :message,
    :taken_requests, :owed_requests, :created_at_ms, :done_at_ms);

-- name: write_closing_receipts
INSERT INTO closing_receipts (payment_id, state, once, amount_kopecks, message, asked_at_ms, tried_at_ms, done_at_ms)
VALUES (:payment_id, :state, :once, :amount_kopecks, :message, :asked_at_ms, :tried_at_ms, :done_at_ms);

-- name: write_debts
INSERT INTO debts (account_id, requests)
VALUES (:account_id, :requests);

-- name: write_debt_entries
INSERT INTO debt_entries (id, account_id, refund_id, change_requests, reason, at_ms)
VALUES (:id, :account_id, :refund_id, :change_requests, :reason, :at_ms);

-- name: write_code_batches
INSERT INTO code_batches (id, title, requests, valid_days, plan_id, version_id, period_days, codes, note,
    made_by, expires_at_ms, created_at_ms)
VALUES (:id, :title, :requests, :valid_days, :plan_id, :version_id, :period_days, :codes, :note, :made_by,
    :expires_at_ms, :created_at_ms);

-- name: write_codes
INSERT INTO codes (id, batch_id, hash, account_id, bucket_id, period_id, redeemed_at_ms)
VALUES (:id, :batch_id, :hash, :account_id, :bucket_id, :period_id, :redeemed_at_ms);
