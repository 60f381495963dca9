UPDATE dnc_entry e SET removed_at = $3::timestamptz, removed_by = v.removed_by
FROM unnest($1::bigint[], $2::text[]) AS v (dnc_entry_no, removed_by)
WHERE e.dnc_entry_no = v.dnc_entry_no AND e.removed_at IS NULL
