-- Nothing to mend here; but a version has the same name on both engines.
SELECT 0;
