-- The trace of the command that made the job: its events go on with it.
ALTER TABLE jobs ADD COLUMN traceparent text, ADD COLUMN tracestate text;
