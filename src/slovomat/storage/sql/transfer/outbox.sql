-- What waits to be sent, row by row.

-- name: read_outbox
SELECT * FROM outbox;

-- name: write_outbox
INSERT INTO outbox (id, once, channel, kind, account_id, recipient, language, facts, state, attempts, token,
    due_at_ms, reason, created_at_ms, ended_at_ms)
VALUES (:id, :once, :channel, :kind, :account_id, :recipient, :language, :facts, :state, :attempts, :token,
    :due_at_ms, :reason, :created_at_ms, :ended_at_ms);
