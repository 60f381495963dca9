-- The last id that was drawn. Sequences know no snapshots: this is as of now.
SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM outbox_id_seq
