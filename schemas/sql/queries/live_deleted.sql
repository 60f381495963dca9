-- Lists behind $1 that were deleted after $4 (NULL: whenever), and the version of their end. $2: how many. $3: only
-- these, or NULL. Times are microseconds. One whose end was not noted comes last of all.
SELECT list_no, list_id, coalesce(last_version, 9223372036854775807), (SELECT epoch FROM namespace), (extract(epoch FROM deleted_at) * 1000000)::bigint
FROM list
WHERE list_no > $1::int AND ($3::text[] IS NULL OR list_id = ANY ($3::text[]))
  AND deleted_at > coalesce($4::timestamptz, '-infinity')
ORDER BY list_no
LIMIT $2::int
