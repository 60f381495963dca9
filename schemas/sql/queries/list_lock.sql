SELECT s.list_no FROM list_stats s JOIN list l ON l.list_no = s.list_no WHERE l.list_id = $1 FOR UPDATE OF s
