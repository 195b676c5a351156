-- An account's movements, newest first. PostgreSQL has its primary key for them.
CREATE INDEX entries_by_account ON entries (account_id);
