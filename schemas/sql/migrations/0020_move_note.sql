-- What became of leads that met others in the list where a move was to bring them, of moves that tell it
-- (importer/move_note.h); for 35 days.
CREATE TABLE move_note (
    job_no bigint NOT NULL,
    lead_id bigint NOT NULL,
    other_lead_id bigint NOT NULL,
    fate text NOT NULL,
    noted_at timestamptz NOT NULL,
    PRIMARY KEY (job_no, lead_id, other_lead_id)
);
CREATE INDEX move_note_at ON move_note (noted_at);
