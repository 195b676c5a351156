-- A link may also change an account's e-mail. What has no such word in its check is made anew.
CREATE TABLE mailed_tokens_of_all (
    token_hash @bytes@ PRIMARY KEY,
    purpose TEXT NOT NULL CHECK (purpose IN ('sign_up', 'reset', 'email')),
    account_id BIGINT REFERENCES accounts (id),
    email TEXT NOT NULL,
    password_hash TEXT NOT NULL DEFAULT '',
    browser_hash @bytes@ NOT NULL,
    language TEXT NOT NULL,
    expires_at_ms BIGINT NOT NULL
);
INSERT INTO mailed_tokens_of_all (token_hash, purpose, account_id, email, password_hash, browser_hash, language,
    expires_at_ms)
SELECT token_hash, purpose, account_id, email, password_hash, browser_hash, language, expires_at_ms
FROM mailed_tokens;
DROP TABLE mailed_tokens;
ALTER TABLE mailed_tokens_of_all RENAME TO mailed_tokens;
CREATE INDEX mailed_tokens_by_account ON mailed_tokens (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX mailed_tokens_by_email ON mailed_tokens (email);
CREATE INDEX mailed_tokens_by_age ON mailed_tokens (expires_at_ms);

-- Wrong codes of a second factor: a row a day and kind of browser, so that nothing is ever reset.
CREATE TABLE wrong_codes (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    day BIGINT NOT NULL,
    known BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (account_id, day, known)
);
CREATE INDEX people_with_a_role ON sign_ins (account_id) WHERE role <> '';
