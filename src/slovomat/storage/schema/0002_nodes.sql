-- The processes that serve the database: each shows that it lives by a lease on the database's clock.

CREATE TABLE nodes (
    owner TEXT PRIMARY KEY,
    lease_until_ms BIGINT NOT NULL
);

-- The holds of direct calls, whose owner answers for them; a job's hold has none.
CREATE INDEX generations_owned ON generations (owner, expires_at_ms) WHERE state = 'held' AND owner <> '';
DROP INDEX generations_held;
