-- The shop: what was ordered, who paid, what was given for it, what was given back, and codes.
-- Money is in kopecks. What was sold is copied into the order, so that the price list may change.

-- The terms of a plan, as they were at some time: never changed, so that what is sold keeps them.
CREATE TABLE plan_versions (
    id @identity@,
    plan_id BIGINT NOT NULL,
    daily_requests BIGINT NOT NULL CHECK (daily_requests >= 0),
    dialects TEXT NOT NULL,
    api_allowance BIGINT NOT NULL,
    rpm BIGINT CHECK (rpm >= 0),
    price_kopecks BIGINT NOT NULL CHECK (price_kopecks >= 0),
    period_days BIGINT NOT NULL CHECK (period_days > 0)
);
CREATE INDEX plan_versions_by_plan ON plan_versions (plan_id, id);
INSERT INTO plan_versions (plan_id, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days)
SELECT id, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days FROM plans ORDER BY id;

CREATE TABLE orders (
    id @identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('new', 'paid', 'refunded', 'cancelled')),
    title TEXT NOT NULL,
    amount_kopecks BIGINT NOT NULL CHECK (amount_kopecks > 0),
    currency TEXT NOT NULL,
    requests BIGINT CHECK (requests > 0),
    valid_days BIGINT CHECK (valid_days > 0),
    plan_id BIGINT,
    version_id BIGINT REFERENCES plan_versions (id),
    period_days BIGINT CHECK (period_days > 0),
    buyer TEXT NOT NULL DEFAULT '',
    created_at_ms BIGINT NOT NULL,
    paid_at_ms BIGINT,
    CHECK ((requests IS NULL) <> (version_id IS NULL)),
    CHECK ((version_id IS NULL) = (period_days IS NULL) AND (version_id IS NULL) = (plan_id IS NULL))
);
CREATE INDEX orders_by_account ON orders (account_id, id);

-- One try to pay an order. `reference` is our own number of it at the provider, `once` makes a repeat find it there.
CREATE TABLE payments (
    id @identity@,
    order_id BIGINT NOT NULL REFERENCES orders (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    provider TEXT NOT NULL,
    provider_id TEXT NOT NULL DEFAULT '',
    reference TEXT NOT NULL UNIQUE,
    once TEXT NOT NULL,
    shop TEXT NOT NULL,
    test BIGINT NOT NULL,
    amount_kopecks BIGINT NOT NULL CHECK (amount_kopecks > 0),
    currency TEXT NOT NULL,
    url TEXT NOT NULL DEFAULT '',
    state TEXT NOT NULL CHECK (state IN ('pending', 'paid', 'refunded', 'cancelled')),
    problem TEXT NOT NULL DEFAULT '',
    confirmed_by TEXT NOT NULL DEFAULT '',
    reason TEXT NOT NULL DEFAULT '',
    claimed_kopecks BIGINT NOT NULL DEFAULT 0,
    refunded_kopecks BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    paid_at_ms BIGINT,
    checked_at_ms BIGINT,
    check_after_ms BIGINT,
    CHECK (refunded_kopecks >= 0 AND refunded_kopecks <= claimed_kopecks AND claimed_kopecks <= amount_kopecks)
);
CREATE UNIQUE INDEX payments_by_provider_id ON payments (provider, provider_id) WHERE provider_id <> '';
CREATE INDEX payments_by_order ON payments (order_id);
CREATE INDEX payments_by_account ON payments (account_id, id);
CREATE INDEX payments_due ON payments (check_after_ms) WHERE check_after_ms IS NOT NULL;

-- The time of a plan that an account has. `worth_kopecks` is that of its whole length.
CREATE TABLE plan_periods (
    id @identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    plan_id BIGINT NOT NULL,
    version_id BIGINT NOT NULL REFERENCES plan_versions (id),
    state TEXT NOT NULL CHECK (state IN ('waiting', 'open', 'ended', 'turned')),
    starts_at_ms BIGINT NOT NULL,
    ends_at_ms BIGINT NOT NULL,
    worth_kopecks BIGINT NOT NULL CHECK (worth_kopecks >= 0),
    turned_into BIGINT REFERENCES plan_periods (id),
    created_at_ms BIGINT NOT NULL,
    CHECK (ends_at_ms >= starts_at_ms),
    CHECK ((state = 'turned') = (turned_into IS NOT NULL))
);
CREATE UNIQUE INDEX plan_periods_open ON plan_periods (account_id) WHERE state = 'open';
CREATE INDEX plan_periods_by_account ON plan_periods (account_id, id);
CREATE INDEX plan_periods_ending ON plan_periods (ends_at_ms) WHERE state = 'open';

-- What was given for an order: once, since its key is the order.
CREATE TABLE sales (
    order_id BIGINT PRIMARY KEY REFERENCES orders (id),
    payment_id BIGINT NOT NULL UNIQUE REFERENCES payments (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    bucket_id BIGINT,
    period_id BIGINT REFERENCES plan_periods (id),
    returned_requests BIGINT NOT NULL DEFAULT 0 CHECK (returned_requests >= 0),
    sold_at_ms BIGINT NOT NULL,
    CHECK ((bucket_id IS NULL) <> (period_id IS NULL))
);

-- Money given back: `once` is made before the provider is asked, and makes a repeat find the first one.
CREATE TABLE refunds (
    id @identity@,
    payment_id BIGINT NOT NULL REFERENCES payments (id),
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    once TEXT NOT NULL UNIQUE,
    amount_kopecks BIGINT NOT NULL CHECK (amount_kopecks > 0),
    reason TEXT NOT NULL,
    made_by TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    message TEXT NOT NULL DEFAULT '',
    taken_requests BIGINT NOT NULL DEFAULT 0,
    owed_requests BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    done_at_ms BIGINT
);
CREATE INDEX refunds_by_payment ON refunds (payment_id, id);

-- Requests that were refunded and had been spent: no bucket goes below zero, the account owes them.
CREATE TABLE debts (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    requests BIGINT NOT NULL CHECK (requests >= 0)
);
CREATE INDEX debts_open ON debts (account_id) WHERE requests > 0;
CREATE TABLE debt_entries (
    id @identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    refund_id BIGINT REFERENCES refunds (id),
    change_requests BIGINT NOT NULL,
    reason TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);
CREATE INDEX debt_entries_by_account ON debt_entries (account_id, id);

CREATE TABLE code_batches (
    id @identity@,
    title TEXT NOT NULL,
    requests BIGINT CHECK (requests > 0),
    valid_days BIGINT CHECK (valid_days > 0),
    plan_id BIGINT,
    version_id BIGINT REFERENCES plan_versions (id),
    period_days BIGINT CHECK (period_days > 0),
    codes BIGINT NOT NULL CHECK (codes > 0),
    note TEXT NOT NULL DEFAULT '',
    made_by TEXT NOT NULL DEFAULT '',
    expires_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    CHECK ((requests IS NULL) <> (version_id IS NULL)),
    CHECK ((version_id IS NULL) = (period_days IS NULL) AND (version_id IS NULL) = (plan_id IS NULL))
);
-- A code is known by its keyed hash alone, and is good once.
CREATE TABLE codes (
    id @identity@,
    batch_id BIGINT NOT NULL REFERENCES code_batches (id),
    hash @bytes@ NOT NULL UNIQUE,
    account_id BIGINT REFERENCES accounts (id),
    bucket_id BIGINT,
    period_id BIGINT REFERENCES plan_periods (id),
    redeemed_at_ms BIGINT,
    CHECK ((account_id IS NULL) = (redeemed_at_ms IS NULL))
);
CREATE INDEX codes_by_batch ON codes (batch_id, id);
CREATE INDEX codes_by_account ON codes (account_id) WHERE account_id IS NOT NULL;
