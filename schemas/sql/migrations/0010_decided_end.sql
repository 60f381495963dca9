-- End of the call that status and hold tell of: the next one is due from there, whatever is told after it.
-- NULL with decided_at: as if it had ended when it began.
ALTER TABLE leads ADD COLUMN decided_end_at timestamptz;
