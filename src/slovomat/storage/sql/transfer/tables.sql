-- The tables, row by row, for a move, a backup and a restore. Both engines have their columns in the same order.

-- name: read_instance
SELECT * FROM instance
WHERE name NOT IN ('moving_to', 'moved_to');

-- name: read_plans
SELECT * FROM plans;

-- name: read_pack_offers
SELECT * FROM pack_offers;

-- name: read_accounts
SELECT * FROM accounts;

-- name: read_api_keys
SELECT * FROM api_keys;

-- name: read_key_usage
SELECT * FROM key_usage;

-- name: read_buckets
SELECT * FROM buckets;

-- name: read_generations
SELECT * FROM generations;

-- name: read_entries
SELECT * FROM entries;

-- name: read_jobs
SELECT * FROM jobs;

-- name: read_idempotency
SELECT * FROM idempotency;

-- name: read_kept_texts
SELECT * FROM kept_texts;

-- name: read_journal
SELECT * FROM journal;

-- name: read_operations
SELECT * FROM operations;

-- name: read_mode_texts
SELECT * FROM mode_texts;

-- name: write_instance
INSERT INTO instance (name, value)
VALUES (:name, :value);

-- name: write_plans
INSERT INTO plans (id, name, daily_requests, dialects, api_allowance, rpm, price_kopecks, period_days, on_sale)
VALUES (:id, :name, :daily_requests, :dialects, :api_allowance, :rpm, :price_kopecks, :period_days, :on_sale);

-- name: write_pack_offers
INSERT INTO pack_offers (id, name, requests, price_kopecks, valid_days, on_sale)
VALUES (:id, :name, :requests, :price_kopecks, :valid_days, :on_sale);

-- name: write_accounts
INSERT INTO accounts (id, email, plan_id, blocked, operator, created_at_ms)
VALUES (:id, :email, :plan_id, :blocked, :operator, :created_at_ms);

-- name: write_api_keys
INSERT INTO api_keys (id, account_id, hash, shown, name, created_at_ms, expires_at_ms, revoked_at_ms, cap_day,
    cap_total, modes, dialects, networks, reads_balance, used_at_ms)
VALUES (:id, :account_id, :hash, :shown, :name, :created_at_ms, :expires_at_ms, :revoked_at_ms, :cap_day,
    :cap_total, :modes, :dialects, :networks, :reads_balance, :used_at_ms);

-- name: write_key_usage
INSERT INTO key_usage (key_id, day, used)
VALUES (:key_id, :day, :used);

-- name: write_buckets
INSERT INTO buckets (id, account_id, day, title, granted, available, held, spent, expires_at_ms, created_at_ms)
VALUES (:id, :account_id, :day, :title, :granted, :available, :held, :spent, :expires_at_ms, :created_at_ms);

-- name: write_generations
INSERT INTO generations (id, account_id, key_id, key_counted, dialect, day, price_requests, balance_after,
    state, reason, owner, idempotency_key, mode_id, mode_version, mode_digest, cut_chars, upstream,
    prompt_tokens, completion_tokens, created_at_ms, expires_at_ms, closed_at_ms)
VALUES (:id, :account_id, :key_id, :key_counted, :dialect, :day, :price_requests, :balance_after, :state,
    :reason, :owner, :idempotency_key, :mode_id, :mode_version, :mode_digest, :cut_chars, :upstream,
    :prompt_tokens, :completion_tokens, :created_at_ms, :expires_at_ms, :closed_at_ms);

-- name: write_entries
INSERT INTO entries (id, account_id, bucket_id, generation_id, kind, granted_change, available_change,
    held_change, spent_change, reason, at_ms)
VALUES (:id, :account_id, :bucket_id, :generation_id, :kind, :granted_change, :available_change, :held_change,
    :spent_change, :reason, :at_ms);

-- name: write_jobs
INSERT INTO jobs (id, account_id, state, text, result, error, attempts, run_after_ms, owner, token,
    lease_until_ms, created_at_ms, finished_at_ms, pruned_at_ms)
VALUES (:id, :account_id, :state, :text, :result, :error, :attempts, :run_after_ms, :owner, :token,
    :lease_until_ms, :created_at_ms, :finished_at_ms, :pruned_at_ms);

-- name: write_idempotency
INSERT INTO idempotency (account_id, key, fingerprint, generation_id, answer_status, answer_type, answer_body,
    created_at_ms)
VALUES (:account_id, :key, :fingerprint, :generation_id, :answer_status, :answer_type, :answer_body,
    :created_at_ms);

-- name: write_kept_texts
INSERT INTO kept_texts (account_id, generation_id, text, result, created_at_ms)
VALUES (:account_id, :generation_id, :text, :result, :created_at_ms);

-- name: write_journal
INSERT INTO journal (id, at_ms, actor_id, actor, action, target_kind, target_id, reason, details, address)
VALUES (:id, :at_ms, :actor_id, :actor, :action, :target_kind, :target_id, :reason, :details, :address);

-- name: write_operations
INSERT INTO operations (key, what, result, at_ms)
VALUES (:key, :what, :result, :at_ms);

-- name: write_mode_texts
INSERT INTO mode_texts (mode_id, revision, text, author, created_at_ms, active)
VALUES (:mode_id, :revision, :text, :author, :created_at_ms, :active);
