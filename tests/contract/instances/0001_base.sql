-- An instance as the first schema left it: packs, an allowance, jobs in every state, a call's kept answer, a dead process's hold.
BEGIN TRANSACTION;
CREATE TABLE accounts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    email TEXT NOT NULL UNIQUE,
    plan_id BIGINT NOT NULL REFERENCES plans (id),
    blocked BIGINT NOT NULL DEFAULT 0,
    operator BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL
);
INSERT INTO "accounts" VALUES(1,'customer@example.org',1,0,0,1795338000000);
CREATE TABLE api_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    hash BLOB NOT NULL UNIQUE,
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
INSERT INTO "api_keys" VALUES(1,1,X'2C70E12B7A0646F92279F427C7B38E7334D8E5389CFF167A1DC30E73F826B683','slv_key','key',1795338000000,NULL,NULL,NULL,NULL,'','','');
CREATE TABLE buckets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
);
INSERT INTO "buckets" VALUES(1,1,NULL,'pack',20,11,6,3,NULL,1795338000000);
INSERT INTO "buckets" VALUES(2,1,NULL,'short',3,0,0,3,1795341600000,1795338000000);
INSERT INTO "buckets" VALUES(3,1,'2026-11-22','2026-11-22',10,0,0,10,NULL,1795338000000);
CREATE TABLE entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    bucket_id BIGINT NOT NULL REFERENCES buckets (id),
    generation_id BIGINT REFERENCES generations (id),
    kind TEXT NOT NULL CHECK (kind IN ('grant', 'adjust', 'debit', 'hold', 'settle', 'release', 'expire')),
    granted_change BIGINT NOT NULL,
    available_change BIGINT NOT NULL,
    held_change BIGINT NOT NULL,
    spent_change BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    at_ms BIGINT NOT NULL,
    CHECK (granted_change = available_change + held_change + spent_change)
);
INSERT INTO "entries" VALUES(1,1,1,NULL,'grant',20,20,0,0,'test',1795338000000);
INSERT INTO "entries" VALUES(2,1,2,NULL,'grant',3,3,0,0,'test',1795338000000);
INSERT INTO "entries" VALUES(3,1,3,NULL,'grant',10,10,0,0,'plan',1795338000000);
INSERT INTO "entries" VALUES(4,1,3,1,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(5,1,3,1,'settle',0,0,-2,2,'',1795338000000);
INSERT INTO "entries" VALUES(6,1,3,2,'hold',0,-8,8,0,'',1795338000000);
INSERT INTO "entries" VALUES(7,1,2,2,'hold',0,-3,3,0,'',1795338000000);
INSERT INTO "entries" VALUES(8,1,1,2,'hold',0,-1,1,0,'',1795338000000);
INSERT INTO "entries" VALUES(9,1,3,2,'settle',0,0,-8,8,'',1795338000000);
INSERT INTO "entries" VALUES(10,1,2,2,'settle',0,0,-3,3,'',1795338000000);
INSERT INTO "entries" VALUES(11,1,1,2,'settle',0,0,-1,1,'',1795338000000);
INSERT INTO "entries" VALUES(12,1,1,3,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(13,1,1,3,'release',0,2,-2,0,'',1795338000000);
INSERT INTO "entries" VALUES(14,1,1,4,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(15,1,1,5,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(16,1,1,6,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(17,1,1,7,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(18,1,1,8,'hold',0,-2,2,0,'',1795338000000);
INSERT INTO "entries" VALUES(19,1,1,5,'settle',0,0,-2,2,'',1795338000000);
INSERT INTO "entries" VALUES(20,1,1,6,'release',0,2,-2,0,'',1795338000000);
CREATE TABLE generations (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
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
);
INSERT INTO "generations" VALUES(1,1,1,0,'textbot','2026-11-22',2,31,'settled','','me',NULL,'chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'test',1,2,1795338000000,1795338660000,1795338000000);
INSERT INTO "generations" VALUES(2,1,1,0,'textbot','2026-11-22',12,19,'settled','','me','direct','chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'test',1,2,1795338000000,1795338660000,1795338000000);
INSERT INTO "generations" VALUES(3,1,1,0,'textbot','2026-11-22',2,17,'released','','me',NULL,'chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'test',1,2,1795338000000,1795338660000,1795338000000);
INSERT INTO "generations" VALUES(4,1,1,0,'textbot','2026-11-22',2,17,'held','','dead',NULL,'chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'',0,0,1795338000000,1795338660000,NULL);
INSERT INTO "generations" VALUES(5,1,1,0,'textbot','2026-11-22',2,15,'settled','','','done','chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'test',1,2,1795338000000,1795338660000,1795338000000);
INSERT INTO "generations" VALUES(6,1,1,0,'textbot','2026-11-22',2,13,'released','upstream_error','','failed','chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'test',1,2,1795338000000,1795338660000,1795338000000);
INSERT INTO "generations" VALUES(7,1,1,0,'textbot','2026-11-22',2,11,'held','','','running','chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'',0,0,1795338000000,1795338660000,NULL);
INSERT INTO "generations" VALUES(8,1,1,0,'textbot','2026-11-22',2,9,'held','','','queued','chat',1,'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd',0,'',0,0,1795338000000,1795338660000,NULL);
CREATE TABLE idempotency (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    key TEXT NOT NULL,
    fingerprint BLOB NOT NULL,
    generation_id BIGINT NOT NULL REFERENCES generations (id),
    answer_status BIGINT,
    answer_type TEXT,
    answer_body BLOB,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, key)
);
INSERT INTO "idempotency" VALUES(1,'direct',X'FA0487F2DC91544AB4B9F5B1D59B7EB2BF68807A6E42CDF22FCE4E0BC4B84CB2',2,200,'application/json',X'7B226B657074223A20317D',1795338000000);
INSERT INTO "idempotency" VALUES(1,'done',X'FA0487F2DC91544AB4B9F5B1D59B7EB2BF68807A6E42CDF22FCE4E0BC4B84CB2',5,NULL,NULL,NULL,1795338000000);
INSERT INTO "idempotency" VALUES(1,'failed',X'FA0487F2DC91544AB4B9F5B1D59B7EB2BF68807A6E42CDF22FCE4E0BC4B84CB2',6,NULL,NULL,NULL,1795338000000);
INSERT INTO "idempotency" VALUES(1,'running',X'FA0487F2DC91544AB4B9F5B1D59B7EB2BF68807A6E42CDF22FCE4E0BC4B84CB2',7,NULL,NULL,NULL,1795338000000);
INSERT INTO "idempotency" VALUES(1,'queued',X'FA0487F2DC91544AB4B9F5B1D59B7EB2BF68807A6E42CDF22FCE4E0BC4B84CB2',8,NULL,NULL,NULL,1795338000000);
CREATE TABLE instance (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);
INSERT INTO "instance" VALUES('callers_version','2');
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY REFERENCES generations (id),
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
);
INSERT INTO "jobs" VALUES(5,1,'completed','done','done',NULL,1,1795338000000,'me',1,1795338030000,1795338000000,1795338000000,NULL);
INSERT INTO "jobs" VALUES(6,1,'failed','failed',NULL,'upstream_error',1,1795338000000,'me',1,1795338030000,1795338000000,1795338000000,NULL);
INSERT INTO "jobs" VALUES(7,1,'running','running',NULL,NULL,0,1795338000000,'me',1,1795338030000,1795338000000,NULL,NULL);
INSERT INTO "jobs" VALUES(8,1,'queued','queued',NULL,NULL,0,1795338000000,'',0,0,1795338000000,NULL,NULL);
CREATE TABLE key_usage (
    key_id BIGINT NOT NULL REFERENCES api_keys (id),
    day TEXT NOT NULL,
    used BIGINT NOT NULL CHECK (used >= 0),
    PRIMARY KEY (key_id, day)
);
CREATE TABLE migrations (name TEXT PRIMARY KEY);
INSERT INTO "migrations" VALUES('0001_base');
CREATE TABLE pack_offers (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    requests BIGINT NOT NULL CHECK (requests > 0),
    price_kopecks BIGINT NOT NULL CHECK (price_kopecks >= 0),
    valid_days BIGINT CHECK (valid_days > 0),
    on_sale BIGINT NOT NULL DEFAULT 1
);
CREATE TABLE plans (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    daily_requests BIGINT NOT NULL CHECK (daily_requests >= 0),
    dialects TEXT NOT NULL,
    api_allowance BIGINT NOT NULL,
    rpm BIGINT CHECK (rpm >= 0),
    price_kopecks BIGINT NOT NULL DEFAULT 0 CHECK (price_kopecks >= 0),
    period_days BIGINT NOT NULL DEFAULT 30 CHECK (period_days > 0),
    on_sale BIGINT NOT NULL DEFAULT 1
);
INSERT INTO "plans" VALUES(1,'Plan',10,'chatinfo,openai,textbot',1,NULL,0,30,1);
CREATE INDEX api_keys_by_account ON api_keys (account_id);
CREATE UNIQUE INDEX buckets_by_day ON buckets (account_id, day) WHERE day IS NOT NULL;
CREATE INDEX buckets_spendable_packs ON buckets (account_id) WHERE day IS NULL AND available > 0;
CREATE INDEX generations_held ON generations (expires_at_ms) WHERE state = 'held';
CREATE INDEX generations_by_account ON generations (account_id, id);
CREATE INDEX entries_by_generation ON entries (generation_id) WHERE generation_id IS NOT NULL;
CREATE INDEX entries_by_bucket ON entries (bucket_id);
CREATE INDEX jobs_queued ON jobs (run_after_ms, id) WHERE state = 'queued';
CREATE INDEX jobs_queued_by_age ON jobs (created_at_ms) WHERE state = 'queued';
CREATE INDEX jobs_running ON jobs (lease_until_ms) WHERE state = 'running';
CREATE INDEX jobs_unpruned ON jobs (finished_at_ms) WHERE finished_at_ms IS NOT NULL AND pruned_at_ms IS NULL;
CREATE INDEX idempotency_by_age ON idempotency (created_at_ms);
CREATE TRIGGER entries_stay BEFORE UPDATE ON entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are append-only');
END;
CREATE TRIGGER entries_last BEFORE DELETE ON entries
BEGIN
    SELECT RAISE(ABORT, 'ledger entries are append-only');
END;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('plans',1);
INSERT INTO "sqlite_sequence" VALUES('accounts',1);
INSERT INTO "sqlite_sequence" VALUES('api_keys',1);
INSERT INTO "sqlite_sequence" VALUES('buckets',3);
INSERT INTO "sqlite_sequence" VALUES('entries',20);
INSERT INTO "sqlite_sequence" VALUES('generations',8);
COMMIT;