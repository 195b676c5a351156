-- An account's generations, and how far they have been looked at.

-- name: history_page
-- Up to the mark: in PostgreSQL all of them.
SELECT g.id, g.created_at_ms, g.closed_at_ms, g.day, g.dialect, g.mode_id, g.key_id, COALESCE(k.shown, ''),
    COALESCE(k.name, ''), g.state, g.reason, g.price_requests, g.upstream, g.prompt_tokens, g.completion_tokens,
    g.cut_chars, g.owner
FROM account_generations i JOIN generations g ON g.account_id = i.account_id AND g.id = i.id
LEFT JOIN api_keys k ON k.id = g.key_id
WHERE i.account_id = :account_id AND i.id < :before AND i.id > :after
    AND (g.mode_id = :mode OR :mode = '') AND (g.dialect = :dialect OR :dialect = '')
    AND (g.key_id = :key_id OR :key_id = 0) AND (g.state = :state OR :state = '')
    AND g.day >= :from_day AND (g.day <= :to_day OR :to_day = '')
ORDER BY i.id DESC LIMIT :limit;

-- name: history_tail
-- Above the mark: in PostgreSQL none.
SELECT g.id, g.created_at_ms, g.closed_at_ms, g.day, g.dialect, g.mode_id, g.key_id, COALESCE(k.shown, ''),
    COALESCE(k.name, ''), g.state, g.reason, g.price_requests, g.upstream, g.prompt_tokens, g.completion_tokens,
    g.cut_chars, g.owner
FROM generations g LEFT JOIN api_keys k ON k.id = g.key_id
WHERE g.account_id = :account_id AND g.id < :before AND g.id > :after AND g.id > :upto
    AND (g.mode_id = :mode OR :mode = '') AND (g.dialect = :dialect OR :dialect = '')
    AND (g.key_id = :key_id OR :key_id = 0) AND (g.state = :state OR :state = '')
    AND g.day >= :from_day AND (g.day <= :to_day OR :to_day = '')
ORDER BY g.id DESC LIMIT :limit;

-- name: generation_paid_by
SELECT b.title, b.day, e.held_change FROM entries e
JOIN buckets b ON b.account_id = e.account_id AND b.id = e.bucket_id
WHERE e.account_id = :account_id AND e.generation_id = :id AND e.kind = 'hold' ORDER BY e.id;

-- name: job_texts
SELECT text, result, error, pruned_at_ms FROM jobs WHERE account_id = :account_id AND id = :id;

-- name: kept_text
SELECT text, result FROM kept_texts WHERE account_id = :account_id AND generation_id = :id;

-- name: kept_text_add
INSERT INTO kept_texts (account_id, generation_id, text, result, created_at_ms)
VALUES (:account_id, :id, :text, :result, :now_ms)
ON CONFLICT (account_id, generation_id) DO UPDATE SET text = :text, result = :result;

-- name: kept_texts_prune
DELETE FROM kept_texts WHERE (account_id, generation_id) IN (
    SELECT account_id, generation_id FROM kept_texts WHERE created_at_ms < :before_ms LIMIT :limit);

-- name: usage_of_account
-- Up to the mark; `since` is an id below which there is nothing of those days.
SELECT g.day, COUNT(*), SUM(CASE WHEN g.state = 'settled' THEN g.price_requests ELSE 0 END),
    SUM(CASE WHEN g.state = 'released' OR g.state = 'expired' THEN g.price_requests ELSE 0 END)
FROM account_generations i JOIN generations g ON g.account_id = i.account_id AND g.id = i.id
WHERE i.account_id = :account_id AND i.id >= :since AND g.day >= :from_day GROUP BY g.day;

-- name: usage_of_account_tail
SELECT g.day, COUNT(*), SUM(CASE WHEN g.state = 'settled' THEN g.price_requests ELSE 0 END),
    SUM(CASE WHEN g.state = 'released' OR g.state = 'expired' THEN g.price_requests ELSE 0 END)
FROM generations g
WHERE g.account_id = :account_id AND g.id > :upto AND g.day >= :from_day GROUP BY g.day;

-- name: usage_since
-- No generation of those days that was looked at and has ended has a lower id.
SELECT COALESCE((SELECT MIN(first_id) FROM usage_days WHERE day >= :from_day),
    (SELECT MAX(upto) + 1 FROM history_mark), 0);

-- name: usage_open_since
SELECT MIN(id) FROM usage_open WHERE account_id = :account_id;

-- name: history_upto
SELECT COALESCE(MAX(upto), 0) FROM history_mark;

-- name: history_turn
-- One at a time looks at what is new; SQLite's writers always come one after another.
SELECT 1;

-- name: history_mark
SELECT upto, ahead, ahead_at_ms FROM history_mark;

-- name: history_mark_set
INSERT INTO history_mark (name, upto, ahead, ahead_at_ms) VALUES ('generations', :upto, :ahead, :ahead_at_ms)
ON CONFLICT (name) DO UPDATE SET upto = :upto, ahead = :ahead, ahead_at_ms = :ahead_at_ms;

-- name: generations_top
-- The highest id, and after how long there can be no other below it that is not committed yet: here at once.
SELECT COALESCE(MAX(id), 0), 0 FROM generations;

-- name: generations_new
SELECT id, account_id, day, dialect, upstream, state, reason, owner, price_requests, prompt_tokens,
    completion_tokens, created_at_ms, closed_at_ms
FROM generations WHERE id > :after AND id <= :upto ORDER BY id LIMIT :limit;

-- name: generations_sort
INSERT INTO account_generations (account_id, id)
SELECT account_id, id FROM generations WHERE id > :after AND id <= :upto ORDER BY account_id, id;

-- name: usage_open_add
INSERT INTO usage_open (account_id, id) VALUES (:account_id, :id);

-- name: usage_open_ended
-- Not a join, which both engines might begin at the wrong end: at the generations.
SELECT o.account_id, o.id FROM usage_open o
WHERE (SELECT g.state FROM generations g WHERE g.account_id = o.account_id AND g.id = o.id) <> 'held' LIMIT :limit;

-- name: generation_ended
SELECT id, account_id, day, dialect, upstream, state, reason, owner, price_requests, prompt_tokens,
    completion_tokens, created_at_ms, closed_at_ms
FROM generations WHERE account_id = :account_id AND id = :id AND state <> 'held';

-- name: usage_open_take
DELETE FROM usage_open WHERE account_id = :account_id AND id = :id;

-- name: usage_day_add
INSERT INTO usage_days (day, dialect, upstream, state, reason, first_id, generations, jobs, requests, prompt_tokens,
    completion_tokens)
VALUES (:day, :dialect, :upstream, :state, :reason, :first_id, :generations, :jobs, :requests, :prompt_tokens,
    :completion_tokens)
ON CONFLICT (day, dialect, upstream, state, reason) DO UPDATE SET
    first_id = CASE WHEN excluded.first_id < usage_days.first_id THEN excluded.first_id ELSE usage_days.first_id END,
    generations = usage_days.generations + excluded.generations, jobs = usage_days.jobs + excluded.jobs,
    requests = usage_days.requests + excluded.requests,
    prompt_tokens = usage_days.prompt_tokens + excluded.prompt_tokens,
    completion_tokens = usage_days.completion_tokens + excluded.completion_tokens;

-- name: usage_duration_add
INSERT INTO usage_durations (day, upstream, slot, generations) VALUES (:day, :upstream, :slot, :generations)
ON CONFLICT (day, upstream, slot) DO UPDATE SET generations = usage_durations.generations + excluded.generations;
