-- The list as the snapshot has it.
SELECT s.version, s.total, n.epoch FROM list_stats s, namespace n WHERE s.list_no = $1::int
