-- Those who sign in: how, from where, and what they were sent. Of tokens only keyed hashes are here.

CREATE TABLE sign_ins (
    account_id BIGINT PRIMARY KEY REFERENCES accounts (id),
    password_hash TEXT NOT NULL DEFAULT '',
    verified_at_ms BIGINT,
    role TEXT NOT NULL DEFAULT '' CHECK (role IN ('', 'owner', 'support', 'finance')),
    language TEXT NOT NULL DEFAULT 'ru',
    totp_secret TEXT NOT NULL DEFAULT '',
    totp_last_step BIGINT NOT NULL DEFAULT 0,
    low_balance_requests BIGINT NOT NULL DEFAULT 0 CHECK (low_balance_requests >= 0),
    webhook_url TEXT NOT NULL DEFAULT '',
    webhook_secret TEXT NOT NULL DEFAULT '',
    guide_done BIGINT NOT NULL DEFAULT 0,
    created_at_ms BIGINT NOT NULL
);

CREATE TABLE sessions (
    id @identity@,
    token_hash @bytes@ NOT NULL UNIQUE,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    desk TEXT NOT NULL CHECK (desk IN ('cabinet', 'admin')),
    created_at_ms BIGINT NOT NULL,
    seen_at_ms BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    address TEXT NOT NULL DEFAULT '',
    agent TEXT NOT NULL DEFAULT '',
    second_factor BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX sessions_by_account ON sessions (account_id);

-- A link in a letter: good once, and for a time. A sign-up has no account yet, and brings its password.
CREATE TABLE mailed_tokens (
    token_hash @bytes@ PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign_up', 'reset')),
    account_id BIGINT REFERENCES accounts (id),
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL DEFAULT '',
    browser_hash @bytes@ NOT NULL,
    language TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
CREATE INDEX mailed_tokens_by_account ON mailed_tokens (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX mailed_tokens_by_email ON mailed_tokens (email);
CREATE INDEX mailed_tokens_by_age ON mailed_tokens (expires_at_ms);

CREATE TABLE recovery_codes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    code_hash @bytes@ NOT NULL,
    used_at_ms BIGINT,
    PRIMARY KEY (account_id, code_hash)
);

-- Whom another issuer (OpenID Connect) knows under its own name for them.
CREATE TABLE identities (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL DEFAULT '',
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (issuer, subject)
);
CREATE INDEX identities_by_account ON identities (account_id);
