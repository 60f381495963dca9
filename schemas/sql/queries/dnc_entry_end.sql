UPDATE dnc_entry SET removed_at = $2::timestamptz, removed_by = $3
WHERE dnc_entry_no = $1::bigint AND removed_at IS NULL
