-- The first rows of the lanes; of each lane not many more than $4 bytes. Payloads left out are not read.
SELECT id, lane, payload
FROM (
    SELECT id, lane, payload,
           sum(octet_length(payload)) OVER (PARTITION BY lane ORDER BY id) - octet_length(payload) AS before
    FROM (
        SELECT id, lane, payload
        FROM outbox
        WHERE id > $1::bigint AND lane = ANY ($2::smallint[])
        ORDER BY id
        LIMIT $3::int
    ) first
) sized
WHERE before < $4::bigint
ORDER BY id
