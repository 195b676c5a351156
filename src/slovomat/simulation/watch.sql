-- Which rows a transaction touched is told to the mirror, row by row, by these triggers of the simulation alone.

CREATE TEMP TRIGGER bucket_made AFTER INSERT ON buckets BEGIN SELECT touched('bucket', NEW.id); END;
CREATE TEMP TRIGGER bucket_changed AFTER UPDATE ON buckets BEGIN SELECT touched('bucket', NEW.id); END;
CREATE TEMP TRIGGER bucket_gone AFTER DELETE ON buckets BEGIN SELECT touched('bucket', OLD.id); END;
CREATE TEMP TRIGGER generation_made AFTER INSERT ON generations BEGIN SELECT touched('generation', NEW.id); END;
CREATE TEMP TRIGGER generation_changed AFTER UPDATE ON generations BEGIN SELECT touched('generation', NEW.id); END;
CREATE TEMP TRIGGER generation_gone AFTER DELETE ON generations BEGIN SELECT touched('generation', OLD.id); END;
CREATE TEMP TRIGGER job_made AFTER INSERT ON jobs BEGIN SELECT touched('job', NEW.id); END;
CREATE TEMP TRIGGER job_changed AFTER UPDATE ON jobs BEGIN SELECT touched('job', NEW.id); END;
CREATE TEMP TRIGGER job_gone AFTER DELETE ON jobs BEGIN SELECT touched('job', OLD.id); END;
CREATE TEMP TRIGGER usage_made AFTER INSERT ON key_usage BEGIN SELECT touched('key', NEW.key_id); END;
CREATE TEMP TRIGGER usage_changed AFTER UPDATE ON key_usage BEGIN SELECT touched('key', NEW.key_id); END;
