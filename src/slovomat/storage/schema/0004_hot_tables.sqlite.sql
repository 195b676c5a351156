-- The tables that every call writes to, made anew, with what SQLite is quicker at: a list of words as an OR (for
-- `IN` it builds a tree at every row), no references (two look-ups a line; nothing is deleted here, and the audit
-- looks for rows of nobody), and no AUTOINCREMENT for entries, which are never deleted: their ids only grow anyhow.
CREATE TABLE new_entries (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL,
    bucket_id BIGINT NOT NULL,
    generation_id BIGINT,
    kind TEXT NOT NULL CHECK (kind = 'hold' OR kind = 'settle' OR kind = 'release' OR kind = 'expire'
        OR kind = 'grant' OR kind = 'adjust' OR kind = 'debit'),
    granted_change BIGINT NOT NULL,
    available_change BIGINT NOT NULL,
    held_change BIGINT NOT NULL,
    spent_change BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at_ms BIGINT NOT NULL,
    CHECK (granted_change = available_change + held_change + spent_change)
);
INSERT INTO new_entries SELECT * FROM entries;
DROP TABLE entries;
ALTER TABLE new_entries RENAME TO entries;
CREATE INDEX entries_by_generation ON entries (generation_id) WHERE generation_id IS NOT NULL;
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are append-only');
END;
CREATE TRIGGER entries_last BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are append-only');
END;

CREATE TABLE new_jobs (
    id INTEGER PRIMARY KEY,
    account_id BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'queued' OR state = 'running' OR state = 'completed' OR state = 'failed'),
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
);
INSERT INTO new_jobs SELECT * FROM jobs;
DROP TABLE jobs;
ALTER TABLE new_jobs RENAME TO jobs;
CREATE INDEX jobs_queued ON jobs (run_after_ms, id) WHERE state = 'queued';
CREATE INDEX jobs_queued_by_age ON jobs (created_at_ms) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until_ms) WHERE state = 'running';
CREATE INDEX jobs_unpruned ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL AND pruned_at_ms IS NULL;

CREATE TABLE new_idempotency (
    account_id BIGINT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    generation_id BIGINT NOT NULL,
    answer_status BIGINT,
    answer_type TEXT,
    answer_body BLOB,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
INSERT INTO new_idempotency SELECT * FROM idempotency;
DROP TABLE idempotency;
ALTER TABLE new_idempotency RENAME TO idempotency;
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);

-- No query asks for an account's generations: an index of them, in the order of accounts, had every call write to
-- a page of its own, a quarter of all work where there are many accounts.
-- Its ids are told to clients, and a restored instance leaves some out: they go on from where they were.
CREATE TABLE new_generations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL,
    key_id BIGINT NOT NULL,
    key_counted BIGINT NOT NULL,
    dialect TEXT NOT NULL,
    day TEXT NOT NULL,
    price_requests BIGINT NOT NULL CHECK (price_requests > 0),
    balance_after BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state = 'held' OR state = 'settled' OR state = 'released' OR state = 'expired'),
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
);
INSERT INTO sqlite_sequence (name, seq) SELECT 'new_generations', seq FROM sqlite_sequence WHERE name = 'generations';
INSERT INTO new_generations SELECT * FROM generations;
DROP TABLE generations;
ALTER TABLE new_generations RENAME TO generations;
CREATE INDEX generations_owned ON generations (owner, expires_at_ms) WHERE state = 'held' AND owner <> '';
