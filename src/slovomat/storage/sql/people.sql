-- Those who sign in.

-- name: person_by_email
SELECT a.id, a.email, p.name, a.blocked, a.operator, a.created_at_ms, p.daily_requests,
    COALESCE(s.password_hash, ''), s.verified_at_ms, COALESCE(s.role, ''), COALESCE(s.language, 'ru'),
    COALESCE(s.totp_secret, ''), COALESCE(s.totp_last_step, 0), COALESCE(s.low_balance_requests, 0),
    COALESCE(s.webhook_url, ''), COALESCE(s.webhook_secret, ''), COALESCE(s.guide_done, 0)
FROM accounts a JOIN plans p ON p.id = a.plan_id LEFT JOIN sign_ins s ON s.account_id = a.id
WHERE a.email = :email;

-- name: account_set_email
UPDATE accounts SET email = :email
WHERE id = :account_id AND NOT EXISTS (SELECT 1 FROM accounts o WHERE o.email = :email);

-- name: person_by_id
SELECT a.id, a.email, p.name, a.blocked, a.operator, a.created_at_ms, p.daily_requests,
    COALESCE(s.password_hash, ''), s.verified_at_ms, COALESCE(s.role, ''), COALESCE(s.language, 'ru'),
    COALESCE(s.totp_secret, ''), COALESCE(s.totp_last_step, 0), COALESCE(s.low_balance_requests, 0),
    COALESCE(s.webhook_url, ''), COALESCE(s.webhook_secret, ''), COALESCE(s.guide_done, 0)
FROM accounts a JOIN plans p ON p.id = a.plan_id LEFT JOIN sign_ins s ON s.account_id = a.id
WHERE a.id = :account_id;

-- name: sign_in_ensure
INSERT INTO sign_ins (account_id, language, created_at_ms) VALUES (:account_id, :language, :now_ms)
ON CONFLICT (account_id) DO NOTHING;

-- name: sign_in_set_password
UPDATE sign_ins SET password_hash = :password_hash WHERE account_id = :account_id;

-- name: sign_in_verify
UPDATE sign_ins SET verified_at_ms = :now_ms WHERE account_id = :account_id AND verified_at_ms IS NULL;

-- name: sign_in_set_role
UPDATE sign_ins SET role = :role WHERE account_id = :account_id;

-- name: sign_in_set_language
UPDATE sign_ins SET language = :language WHERE account_id = :account_id;

-- name: sign_in_set_totp
UPDATE sign_ins SET totp_secret = :totp_secret, totp_last_step = :step WHERE account_id = :account_id;

-- name: sign_in_take_step
UPDATE sign_ins SET totp_last_step = :step
WHERE account_id = :account_id AND totp_secret <> '' AND totp_last_step < :step;

-- name: sign_in_set_notices
UPDATE sign_ins SET low_balance_requests = :low_balance_requests, webhook_url = :webhook_url,
    webhook_secret = :webhook_secret
WHERE account_id = :account_id;

-- name: sign_in_guide_done
UPDATE sign_ins SET guide_done = 1 WHERE account_id = :account_id;

-- name: sign_in_forget
DELETE FROM sign_ins WHERE account_id = :account_id;

-- name: people_with_roles
SELECT account_id FROM sign_ins WHERE role <> '' ORDER BY account_id;

-- name: recovery_codes_forget
DELETE FROM recovery_codes WHERE account_id = :account_id;

-- name: recovery_code_add
INSERT INTO recovery_codes (account_id, code_hash) VALUES (:account_id, :code_hash);

-- name: recovery_code_use
UPDATE recovery_codes SET used_at_ms = :now_ms
WHERE account_id = :account_id AND code_hash = :code_hash AND used_at_ms IS NULL;

-- name: code_try
INSERT INTO wrong_codes (account_id, day, known, tries) VALUES (:account_id, :day, :known, 1)
ON CONFLICT (account_id, day, known) DO UPDATE SET tries = wrong_codes.tries + 1
WHERE wrong_codes.tries < :most;

-- name: code_was_right
UPDATE wrong_codes SET tries = tries - 1
WHERE account_id = :account_id AND day = :day AND known = :known AND tries > 0;

-- name: wrong_codes_tidy
DELETE FROM wrong_codes WHERE account_id = :account_id AND day < :day;

-- name: wrong_codes_forget
DELETE FROM wrong_codes WHERE account_id = :account_id;

-- name: recovery_codes_left
SELECT COUNT(*) FROM recovery_codes WHERE account_id = :account_id AND used_at_ms IS NULL;

-- name: session_add
INSERT INTO sessions (token_hash, account_id, desk, created_at_ms, seen_at_ms, expires_at_ms, address, agent,
    second_factor)
VALUES (:token_hash, :account_id, :desk, :now_ms, :now_ms, :expires_at_ms, :address, :agent, :second_factor)
RETURNING id;

-- name: session_find
SELECT id, account_id, desk, created_at_ms, seen_at_ms, expires_at_ms, address, agent, second_factor
FROM sessions
WHERE token_hash = :token_hash AND desk = :desk AND expires_at_ms > :now_ms AND seen_at_ms > :seen_after_ms;

-- name: session_seen
UPDATE sessions SET seen_at_ms = :now_ms WHERE id = :id AND seen_at_ms < :now_ms;

-- name: session_end
DELETE FROM sessions WHERE id = :id AND account_id = :account_id;

-- name: sessions_end
DELETE FROM sessions WHERE account_id = :account_id AND id <> :but_id;

-- name: sessions_end_at_desk
DELETE FROM sessions WHERE account_id = :account_id AND desk = :desk;

-- name: sessions_tidy
DELETE FROM sessions
WHERE account_id = :account_id AND (expires_at_ms <= :now_ms OR seen_at_ms <= :seen_before_ms);

-- name: sessions_of_account
SELECT id, account_id, desk, created_at_ms, seen_at_ms, expires_at_ms, address, agent, second_factor
FROM sessions
WHERE account_id = :account_id AND expires_at_ms > :now_ms AND seen_at_ms > :seen_after_ms
ORDER BY seen_at_ms DESC, id DESC;

-- name: mailed_token_add
INSERT INTO mailed_tokens (token_hash, purpose, account_id, email, password_hash, browser_hash, language,
    expires_at_ms)
VALUES (:token_hash, :purpose, :account_id, :email, :password_hash, :browser_hash, :language, :expires_at_ms);

-- name: mailed_tokens_live
SELECT COUNT(*) FROM mailed_tokens WHERE email = :email AND purpose = :purpose AND expires_at_ms > :now_ms;

-- name: mailed_token_find
SELECT purpose, account_id, email, password_hash, browser_hash, language FROM mailed_tokens
WHERE token_hash = :token_hash AND purpose = :purpose AND expires_at_ms > :now_ms;

-- name: mailed_token_use
DELETE FROM mailed_tokens
WHERE token_hash = :token_hash AND purpose = :purpose AND expires_at_ms > :now_ms
RETURNING purpose, account_id, email, password_hash, browser_hash, language;

-- name: mailed_tokens_void
DELETE FROM mailed_tokens WHERE email = :email;

-- name: mailed_tokens_forget
DELETE FROM mailed_tokens WHERE account_id = :account_id;

-- name: mailed_tokens_tidy
DELETE FROM mailed_tokens WHERE expires_at_ms <= :now_ms;

-- name: identity_find
SELECT account_id FROM identities WHERE issuer = :issuer AND subject = :subject;

-- name: identity_add
INSERT INTO identities (issuer, subject, account_id, email, created_at_ms)
VALUES (:issuer, :subject, :account_id, :email, :now_ms)
ON CONFLICT (issuer, subject) DO NOTHING;

-- name: identities_of_account
SELECT issuer, subject, email, created_at_ms FROM identities WHERE account_id = :account_id
ORDER BY created_at_ms, subject;

-- name: identity_remove
DELETE FROM identities WHERE account_id = :account_id AND issuer = :issuer AND subject = :subject;

-- name: identities_forget
DELETE FROM identities WHERE account_id = :account_id;

-- Somebody leaves: what tells who it was goes, the books stay.

-- name: leave_account
UPDATE accounts SET email = :email, blocked = 1 WHERE id = :account_id;

-- name: leave_keys
UPDATE api_keys SET revoked_at_ms = COALESCE(revoked_at_ms, :now_ms), name = '', networks = ''
WHERE account_id = :account_id;

-- name: leave_job
UPDATE jobs SET text = NULL, result = NULL, pruned_at_ms = :now_ms
WHERE id = :id AND account_id = :account_id AND state IN ('completed', 'failed');

-- name: leave_kept_texts
DELETE FROM kept_texts WHERE account_id = :account_id;

-- name: leave_answers
DELETE FROM idempotency WHERE account_id = :account_id;

-- name: leave_letters
DELETE FROM outbox WHERE account_id = :account_id;
