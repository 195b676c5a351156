-- Those who sign in, for a move, a backup and a restore.

-- name: read_sign_ins
SELECT * FROM sign_ins;

-- name: read_sessions
SELECT * FROM sessions;

-- name: read_mailed_tokens
SELECT * FROM mailed_tokens;

-- name: read_recovery_codes
SELECT * FROM recovery_codes;

-- name: read_wrong_codes
SELECT * FROM wrong_codes;

-- name: read_identities
SELECT * FROM identities;

-- name: write_sign_ins
INSERT INTO sign_ins (account_id, password_hash, verified_at_ms, role, language, totp_secret, totp_last_step,
    low_balance_requests, webhook_url, webhook_secret, guide_done, created_at_ms)
VALUES (:account_id, :password_hash, :verified_at_ms, :role, :language, :totp_secret, :totp_last_step,
    :low_balance_requests, :webhook_url, :webhook_secret, :guide_done, :created_at_ms);

-- name: write_sessions
INSERT INTO sessions (id, token_hash, account_id, desk, created_at_ms, seen_at_ms, expires_at_ms, address,
    agent, second_factor)
VALUES (:id, :token_hash, :account_id, :desk, :created_at_ms, :seen_at_ms, :expires_at_ms, :address, :agent,
    :second_factor);

-- name: write_mailed_tokens
INSERT INTO mailed_tokens (token_hash, purpose, account_id, email, password_hash, browser_hash, language,
    expires_at_ms)
VALUES (:token_hash, :purpose, :account_id, :email, :password_hash, :browser_hash, :language, :expires_at_ms);

-- name: write_recovery_codes
INSERT INTO recovery_codes (account_id, code_hash, used_at_ms)
VALUES (:account_id, :code_hash, :used_at_ms);

-- name: write_wrong_codes
INSERT INTO wrong_codes (account_id, day, known, tries) VALUES (:account_id, :day, :known, :tries);

-- name: write_identities
INSERT INTO identities (issuer, subject, account_id, email, created_at_ms)
VALUES (:issuer, :subject, :account_id, :email, :created_at_ms);
