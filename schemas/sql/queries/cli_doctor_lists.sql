SELECT list_no, list_id FROM list WHERE deleted_at IS NULL ORDER BY list_no
