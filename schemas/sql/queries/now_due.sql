-- When the next of the list's ready leads that waits is due.
SELECT (extract(epoch FROM min(due_at)) * 1000000)::bigint FROM ready_lead
WHERE list_no = $1::int AND due_at > $2::timestamptz
