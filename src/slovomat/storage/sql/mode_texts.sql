-- Mode files that an operator has edited.

-- name: modes_version
SELECT value FROM instance WHERE name = 'modes_version';

-- name: modes_changed
INSERT INTO instance (name, value) VALUES ('modes_version', '1')
ON CONFLICT (name) DO UPDATE SET value = CAST(CAST(instance.value AS BIGINT) + 1 AS TEXT);

-- name: mode_texts_active
SELECT mode_id, revision, text, author, created_at_ms, active FROM mode_texts WHERE active = 1 ORDER BY mode_id;

-- name: mode_texts_of
SELECT mode_id, revision, text, author, created_at_ms, active FROM mode_texts
WHERE mode_id = :mode_id ORDER BY revision DESC;

-- name: mode_text_find
SELECT mode_id, revision, text, author, created_at_ms, active FROM mode_texts
WHERE mode_id = :mode_id AND revision = :revision;

-- name: mode_text_last
SELECT COALESCE(MAX(revision), 0) FROM mode_texts WHERE mode_id = :mode_id;

-- name: mode_text_active_revision
SELECT COALESCE(MAX(revision), 0) FROM mode_texts WHERE mode_id = :mode_id AND active = 1;

-- name: mode_text_add
INSERT INTO mode_texts (mode_id, revision, text, author, created_at_ms, active)
VALUES (:mode_id, :revision, :text, :author, :now_ms, 1);

-- name: mode_text_rest
UPDATE mode_texts SET active = 0 WHERE mode_id = :mode_id AND active = 1;

-- name: mode_text_choose
UPDATE mode_texts SET active = 1 WHERE mode_id = :mode_id AND revision = :revision;
