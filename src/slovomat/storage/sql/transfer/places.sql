-- What a place is made ready with, and left in order with: most of it in PostgreSQL's words alone.

-- name: copying_session
SELECT set_config('idle_in_transaction_session_timeout', '0', FALSE), set_config('statement_timeout', '0', FALSE),
    set_config('lock_timeout', '10s', FALSE), set_config('application_name', 'slovomat', FALSE),
    set_config('synchronous_commit', 'on', FALSE);

-- name: lock_for_reading
LOCK TABLE instance, plans, pack_offers, accounts, api_keys, key_usage, buckets, generations, entries, jobs,
    idempotency, nodes, kept_texts, journal, operations, mode_texts, outbox, sign_ins, sessions, mailed_tokens,
    recovery_codes, wrong_codes, identities, plan_versions, orders, payments, plan_periods, sales, refunds, closing_receipts,
    debts, debt_entries, code_batches, codes IN EXCLUSIVE MODE;

-- name: lock_for_filling
LOCK TABLE instance, plans, pack_offers, accounts, api_keys, key_usage, buckets, generations, entries, jobs,
    idempotency, nodes, kept_texts, journal, operations, mode_texts, outbox, sign_ins, sessions, mailed_tokens,
    recovery_codes, wrong_codes, identities, plan_versions, orders, payments, plan_periods, sales, refunds, closing_receipts,
    debts, debt_entries, code_batches, codes IN ACCESS EXCLUSIVE MODE;

-- name: ledger_unlock
ALTER TABLE entries DISABLE TRIGGER entries_stay;

-- name: clear
TRUNCATE instance, plans, pack_offers, accounts, api_keys, key_usage, buckets, generations, entries, jobs,
    idempotency, nodes, kept_texts, journal, operations, mode_texts, history_mark, usage_open, usage_days,
    usage_durations, outbox, sign_ins, sessions, mailed_tokens, recovery_codes, wrong_codes, identities, plan_versions,
    orders, payments, plan_periods, sales, refunds, closing_receipts, debts, debt_entries, code_batches, codes;

-- name: journal_unlock
ALTER TABLE journal DISABLE TRIGGER journal_stays;

-- name: journal_lock
ALTER TABLE journal ENABLE TRIGGER journal_stays;

-- name: ledger_lock
ALTER TABLE entries ENABLE TRIGGER entries_stay;

-- name: clear_file
-- A new file has nothing but what its migrations put there.
DELETE FROM instance;

-- name: nodes_live
SELECT COUNT(*) FROM nodes WHERE lease_until_ms > EXTRACT(EPOCH FROM clock_timestamp()) * 1000;

-- name: anybody
SELECT COUNT(*) FROM (SELECT id FROM accounts LIMIT 1) AS one;

-- name: instance_named
SELECT value FROM instance WHERE name = :name;

-- name: sequence_plans
SELECT setval(pg_get_serial_sequence('plans', 'id'), MAX(id)) FROM plans;

-- name: sequence_pack_offers
SELECT setval(pg_get_serial_sequence('pack_offers', 'id'), MAX(id)) FROM pack_offers;

-- name: sequence_accounts
SELECT setval(pg_get_serial_sequence('accounts', 'id'), MAX(id)) FROM accounts;

-- name: sequence_api_keys
SELECT setval(pg_get_serial_sequence('api_keys', 'id'), MAX(id)) FROM api_keys;

-- name: sequence_buckets
SELECT setval(pg_get_serial_sequence('buckets', 'id'), MAX(id)) FROM buckets;

-- name: sequence_entries
SELECT setval(pg_get_serial_sequence('entries', 'id'), MAX(id)) FROM entries;

-- name: sequence_journal
SELECT setval(pg_get_serial_sequence('journal', 'id'), MAX(id)) FROM journal;

-- name: sequence_generations
-- Above the ids that are there, and as far above as the caller says.
SELECT setval(pg_get_serial_sequence('generations', 'id'), GREATEST(COALESCE(MAX(id), 0) + :skip, 1),
    :skip > 0 OR COUNT(*) > 0)
FROM generations;

-- name: file_sequence_begin
INSERT INTO sqlite_sequence (name, seq)
SELECT 'generations', 0 WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'generations');

-- name: file_sequence_skip
UPDATE sqlite_sequence SET seq = seq + :skip WHERE name = 'generations';

-- name: foreign_keys
SELECT "table", rowid FROM pragma_foreign_key_check LIMIT 1;

-- name: server_settings
-- As the server has them; a connection of ours turns the last one on for itself.
SELECT name, reset_val FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit');

-- name: server_state
SELECT current_setting('server_version'), pg_is_in_recovery(),
    (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT, to_regclass('migrations') IS NOT NULL;

-- name: migrations_in_force
SELECT name FROM migrations ORDER BY name;

-- name: move_marks
SELECT name, value FROM instance WHERE name IN ('moving_to', 'moved_to') AND value <> '';

-- name: sequence_outbox
SELECT setval(pg_get_serial_sequence('outbox', 'id'), MAX(id)) FROM outbox;

-- name: sequence_sessions
SELECT setval(pg_get_serial_sequence('sessions', 'id'), MAX(id)) FROM sessions;

-- name: sequence_plan_versions
SELECT setval(pg_get_serial_sequence('plan_versions', 'id'), MAX(id)) FROM plan_versions;

-- name: sequence_orders
SELECT setval(pg_get_serial_sequence('orders', 'id'), MAX(id)) FROM orders;

-- name: sequence_payments
SELECT setval(pg_get_serial_sequence('payments', 'id'), MAX(id)) FROM payments;

-- name: sequence_plan_periods
SELECT setval(pg_get_serial_sequence('plan_periods', 'id'), MAX(id)) FROM plan_periods;

-- name: sequence_refunds
SELECT setval(pg_get_serial_sequence('refunds', 'id'), MAX(id)) FROM refunds;

-- name: sequence_debt_entries
SELECT setval(pg_get_serial_sequence('debt_entries', 'id'), MAX(id)) FROM debt_entries;

-- name: sequence_code_batches
SELECT setval(pg_get_serial_sequence('code_batches', 'id'), MAX(id)) FROM code_batches;

-- name: sequence_codes
SELECT setval(pg_get_serial_sequence('codes', 'id'), MAX(id)) FROM codes;
