-- Which generations are whose, up to the mark; above it they are read one by one. Not an index of the table, which
-- every call would have to write to.
CREATE TABLE account_generations (
    account_id BIGINT NOT NULL,
    id BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
) WITHOUT ROWID;
