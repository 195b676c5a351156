-- The processes that serve the database, and its clock.

-- name: clock
SELECT :now_ms;

-- name: node_beat
INSERT INTO nodes (owner, lease_until_ms) VALUES (:owner, :lease_until_ms)
ON CONFLICT (owner) DO UPDATE SET lease_until_ms = :lease_until_ms;

-- name: node_leave
DELETE FROM nodes WHERE owner = :owner;

-- name: nodes_dead
DELETE FROM nodes WHERE owner <> :owner;

-- name: nodes_bury
DELETE FROM nodes WHERE owner IN (SELECT owner FROM nodes WHERE lease_until_ms < :before_ms LIMIT :limit);

-- name: commit_marks_bury
-- SQLite's commits are heard of by whoever asked for them.
SELECT 0;
