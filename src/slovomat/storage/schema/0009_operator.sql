-- What operators did, and why.
CREATE TABLE journal (
    id @identity@,
    at_ms BIGINT NOT NULL,
    actor_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    details TEXT NOT NULL,
    address TEXT NOT NULL
);
CREATE INDEX journal_by_target ON journal (target_kind, target_id, id);

-- An operation by hand is done once under its key, however often it is sent. `result`: what came of it, as JSON.
CREATE TABLE operations (
    key TEXT PRIMARY KEY,
    what TEXT NOT NULL,
    result TEXT NOT NULL,
    at_ms BIGINT NOT NULL
);

-- Mode files that an operator has edited.
CREATE TABLE mode_texts (
    mode_id TEXT NOT NULL,
    revision BIGINT NOT NULL,
    text TEXT NOT NULL,
    author TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    active BIGINT NOT NULL,
    PRIMARY KEY (mode_id, revision)
);
CREATE UNIQUE INDEX mode_texts_active ON mode_texts (mode_id) WHERE active = 1;
