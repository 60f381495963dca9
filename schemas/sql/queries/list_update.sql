UPDATE list SET name = $2, description = $3, priority = $4::smallint, updated_at = $5::timestamptz
WHERE list_no = $1::int
