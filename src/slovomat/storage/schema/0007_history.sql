-- What people and the operator look back at. All of it but the texts is made of generations, in the background.

-- Texts of direct calls that the site itself made for somebody; the jobs' stand with the jobs.
CREATE TABLE kept_texts (
    account_id BIGINT NOT NULL REFERENCES accounts (id),
    generation_id BIGINT NOT NULL,
    text TEXT NOT NULL,
    result TEXT NOT NULL,
    created_at_ms BIGINT NOT NULL,
    PRIMARY KEY (account_id, generation_id)
);
CREATE INDEX kept_texts_by_age ON kept_texts (created_at_ms);

-- How far the generations have been looked at: all up to `upto`; those up to `ahead` may be next.
CREATE TABLE history_mark (
    name TEXT PRIMARY KEY,
    upto BIGINT NOT NULL,
    ahead BIGINT NOT NULL,
    ahead_at_ms BIGINT NOT NULL
);

-- Those among them that were still under way.
CREATE TABLE usage_open (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Sums of those that have ended. `first_id`: no generation of that day that was looked at has a lower one.
CREATE TABLE usage_days (
    day TEXT NOT NULL,
    dialect TEXT NOT NULL,
    upstream TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    first_id BIGINT NOT NULL,
    generations BIGINT NOT NULL,
    jobs BIGINT NOT NULL,
    requests BIGINT NOT NULL,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    PRIMARY KEY (day, dialect, upstream, state, reason)
);

-- How long the settled ones took: each slot reaches a quarter further than the one before.
CREATE TABLE usage_durations (
    day TEXT NOT NULL,
    upstream TEXT NOT NULL,
    slot BIGINT NOT NULL,
    generations BIGINT NOT NULL,
    PRIMARY KEY (day, upstream, slot)
);
