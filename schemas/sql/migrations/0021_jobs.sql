-- Claims of a job in a row whose process ended without giving it back, and without a checkpoint.
ALTER TABLE jobs ADD COLUMN deaths int NOT NULL DEFAULT 0;

-- Commands are known for 35 days, jobs stay for good: one whose command may come anew gives its id away.
ALTER TABLE jobs ADD COLUMN forgotten boolean NOT NULL DEFAULT false;
ALTER TABLE jobs DROP CONSTRAINT jobs_source_command_id_key;
CREATE UNIQUE INDEX jobs_order ON jobs (source, command_id) WHERE NOT forgotten;
