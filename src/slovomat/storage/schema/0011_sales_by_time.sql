-- What was sold lately, for the receipts.
CREATE INDEX sales_by_time ON sales (sold_at_ms);
