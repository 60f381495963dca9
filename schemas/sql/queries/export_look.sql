-- The list as the snapshot has it; one that was deleted at its last version.
SELECT coalesce(s.version, l.last_version, 0), coalesce(s.total, 0), n.epoch, s.list_no IS NULL
FROM list l LEFT JOIN list_stats s USING (list_no), namespace n
WHERE l.list_no = $1::int
