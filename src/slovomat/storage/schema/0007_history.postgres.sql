-- The primary key begins with the account: nothing to be written beside it.
CREATE VIEW account_generations AS SELECT account_id, id FROM generations;

-- To find what is new by its id: two numbers for each stretch of the table.
CREATE INDEX generations_by_id ON generations USING brin (id) WITH (pages_per_range = 32, autosummarize = on);
