-- What the operator's figures ask of payments: those of a month, and money given back.
CREATE INDEX payments_by_time ON payments (paid_at_ms) WHERE paid_at_ms IS NOT NULL;
CREATE INDEX refunds_by_time ON refunds (done_at_ms) WHERE state = 'done';
