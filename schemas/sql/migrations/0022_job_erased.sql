-- What a job was told of people (a filter may name a number) is forgotten a while after its end; soon after, where
-- somebody whom it names was erased.
ALTER TABLE jobs ADD COLUMN erased boolean NOT NULL DEFAULT false;
CREATE INDEX jobs_said ON jobs (job_no) WHERE params ? 'where' OR params ? 'lead_ids';
