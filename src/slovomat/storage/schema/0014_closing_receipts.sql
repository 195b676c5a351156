-- The receipt that closes a prepayment's (54-FZ), one a payment. `once` makes a repeat find the first one there.
-- Who asks has written the row, so that no two do; 'asked' for long: what became of it is not known.
CREATE TABLE closing_receipts (
    payment_id BIGINT PRIMARY KEY REFERENCES payments (id),
    state TEXT NOT NULL CHECK (state IN ('asked', 'done', 'refused')),
    once TEXT NOT NULL,
    amount_kopecks BIGINT NOT NULL CHECK (amount_kopecks > 0),
    message TEXT NOT NULL DEFAULT '',
    asked_at_ms BIGINT NOT NULL,
    tried_at_ms BIGINT NOT NULL,
    done_at_ms BIGINT
);
CREATE INDEX closing_receipts_asked ON closing_receipts (asked_at_ms) WHERE state = 'asked';
