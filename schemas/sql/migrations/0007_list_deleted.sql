-- A list that was deleted keeps its row, so that its id is not used again; its gate (list_stats) is gone.
ALTER TABLE list ADD COLUMN deleted_at timestamptz;
