-- The first schema. Words between @ stand for what the engine calls them: where accounts are spread over
-- machines, a row's key begins with its account, and references across tables are left to the audit.
-- Times are milliseconds since 1970 UTC; days are dates of the service's time zone.

CREATE TABLE instance (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO instance (name, value) VALUES ('callers_version', '0');

CREATE TABLE plans (
    id @identity@,
    name TEXT NOT NULL UNIQUE,
    daily_requests BIGINT NOT NULL CHECK (daily_requests >= 0),
    dialects TEXT NOT NULL,
    api_allowance BIGINT NOT NULL,
    rpm BIGINT CHECK (rpm >= 0),
    price_kopecks BIGINT NOT NULL DEFAULT 0 CHECK (price_kopecks >= 0),
    period_days BIGINT NOT NULL DEFAULT 30 CHECK (period_days > 0),
    on_sale BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE pack_offers (
    id @identity@,
    name TEXT NOT NULL UNIQUE,
    requests BIGINT NOT NULL CHECK (requests > 0),
    price_kopecks BIGINT NOT NULL CHECK (price_kopecks >= 0),
    valid_days BIGINT CHECK (valid_days > 0),
    on_sale BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE accounts (
    id @identity@,
    email TEXT NOT NULL UNIQUE,
    plan_id BIGINT NOT NULL REFERENCES plans (id),
    blocked BIGINT NOT NULL DEFAULT 0,
    operator BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id @identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    hash @bytes@ NOT NULL UNIQUE,
    shown TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT,
    revoked_at_ms BIGINT,
    cap_day BIGINT CHECK (cap_day >= 0),
    cap_total BIGINT CHECK (cap_total >= 0),
    modes TEXT NOT NULL DEFAULT '',
    dialects TEXT NOT NULL DEFAULT '',
    networks TEXT NOT NULL DEFAULT ''
);
CREATE INDEX api_keys_by_account ON api_keys (account_id);

-- What a capped key has spent: a row a day, and one with day '' for all time.
CREATE TABLE key_usage (
    key_id BIGINT NOT NULL REFERENCES api_keys (id),
    day TEXT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0),
    PRIMARY KEY (key_id, day)
);

-- One day's allowance of an account (day is set), or a pack (day is null). Never reset.
CREATE TABLE buckets (
    id @account_identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    day TEXT,
    title TEXT NOT NULL,
    granted BIGINT NOT NULL CHECK (granted >= 0),
    available BIGINT NOT NULL CHECK (available >= 0),
    held BIGINT NOT NULL DEFAULT 0 CHECK (held >= 0),
    spent BIGINT NOT NULL DEFAULT 0 CHECK (spent >= 0),
    expires_at_ms BIGINT,
    created_at_ms BIGINT NOT NULL,
    CHECK (granted = available + held + spent)
    @by_account@
);
CREATE UNIQUE INDEX buckets_by_day ON buckets (account_id, day) WHERE day IS NOT NULL;
CREATE INDEX buckets_spendable_packs ON buckets (account_id) WHERE day IS NULL AND available > 0;

-- A generation is its own hold: held, then exactly one of settled, released, expired.
CREATE TABLE generations (
    id @account_identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    key_id BIGINT NOT NULL REFERENCES api_keys (id),
    key_counted BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    day TEXT NOT NULL,
    price_requests BIGINT NOT NULL CHECK (price_requests > 0),
    balance_after BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released', 'expired')),
    reason TEXT NOT NULL DEFAULT '',
    owner TEXT NOT NULL,
    idempotency_key TEXT,
    mode_id TEXT,
    mode_version BIGINT,
    mode_digest TEXT,
    cut_chars BIGINT NOT NULL DEFAULT 0,
    upstream TEXT NOT NULL DEFAULT '',
    prompt_tokens BIGINT NOT NULL DEFAULT 0,
    completion_tokens BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    closed_at_ms BIGINT
    @by_account@
);
CREATE INDEX generations_held ON generations (expires_at_ms) WHERE state = 'held';
CREATE INDEX generations_by_account ON generations (account_id, id);

-- The ledger: each movement of requests, append-only. A bucket's columns are the sums of its entries.
CREATE TABLE entries (
    id @account_identity@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    bucket_id BIGINT NOT NULL @in_buckets@,
    generation_id BIGINT @in_generations@,
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'adjust', 'debit', 'hold', 'settle', 'release', 'expire')),
    granted_change BIGINT NOT NULL,
    available_change BIGINT NOT NULL,
    held_change BIGINT NOT NULL,
    spent_change BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at_ms BIGINT NOT NULL,
    CHECK (granted_change = available_change + held_change + spent_change)
    @by_account@
);
CREATE INDEX entries_by_generation ON entries (generation_id) WHERE generation_id IS NOT NULL;
CREATE INDEX entries_by_bucket ON entries (bucket_id);

-- A job is a generation whose row is the queue itself.
CREATE TABLE jobs (
    id @generation@,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'completed', 'failed')),
    text TEXT,
    result TEXT,
    error TEXT,
    attempts BIGINT NOT NULL DEFAULT 0,
    run_after_ms BIGINT NOT NULL,
    owner TEXT NOT NULL DEFAULT '',
    token BIGINT NOT NULL DEFAULT 0,
    lease_until_ms BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL,
    finished_at_ms BIGINT,
    pruned_at_ms BIGINT
    @by_account@
);
CREATE INDEX jobs_queued ON jobs (run_after_ms, id) WHERE state = 'queued';
CREATE INDEX jobs_queued_by_age ON jobs (created_at_ms) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until_ms) WHERE state = 'running';
CREATE INDEX jobs_unpruned ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL AND pruned_at_ms IS NULL;

CREATE TABLE idempotency (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint @bytes@ NOT NULL,
    generation_id BIGINT NOT NULL @in_generations@,
    answer_status BIGINT,
    answer_type TEXT,
    answer_body @bytes@,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);
