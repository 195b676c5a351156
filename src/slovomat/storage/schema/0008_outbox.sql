-- Letters and webhook calls that wait to be sent. One that is due may be claimed: then it is due again when the
-- claim's lease ends, and the token bars who claimed before. What has ended keeps no facts: links are secrets.

CREATE TABLE outbox (
    id @identity@,
    once TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
    kind TEXT NOT NULL,
    account_id BIGINT REFERENCES accounts (id),
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    facts TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'given up')),
    attempts BIGINT NOT NULL DEFAULT 0,
    token BIGINT NOT NULL DEFAULT 0,
    due_at_ms BIGINT NOT NULL,
    reason TEXT NOT NULL DEFAULT '',
    created_at_ms BIGINT NOT NULL,
    ended_at_ms BIGINT
);
CREATE INDEX outbox_waiting ON outbox (channel, due_at_ms) WHERE state = 'waiting';
CREATE INDEX outbox_ended ON outbox (ended_at_ms) WHERE ended_at_ms IS NOT NULL;
CREATE INDEX outbox_by_account ON outbox (account_id);
