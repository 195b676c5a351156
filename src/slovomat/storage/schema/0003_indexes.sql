-- No query looks for the entries of a bucket: an index that every entry paid for.
DROP INDEX entries_by_bucket;

-- A bucket's columns change with every hold and closing: no index should speak of them. All packs, spent ones
-- too, are few for an account, and some queries want them.
DROP INDEX buckets_spendable_packs;
CREATE INDEX buckets_packs ON buckets (account_id) WHERE day IS NULL;
