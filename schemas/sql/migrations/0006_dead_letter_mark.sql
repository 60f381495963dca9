-- What people decided about a dead letter. The letter itself lies on its topic, where nothing can be taken out of the
-- middle; written_ms tells it from one of a topic that was made anew and gives its offsets again.
CREATE TABLE dead_letter_mark (
    topic text NOT NULL,
    letter_offset bigint NOT NULL,
    written_ms bigint NOT NULL,
    state text NOT NULL CHECK (state IN ('replayed', 'dropped')),
    marked_at timestamptz NOT NULL,
    PRIMARY KEY (topic, letter_offset, written_ms)
);
