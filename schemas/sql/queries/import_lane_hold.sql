-- Before a part's file is written: waits for an earlier try whose COMMIT is in doubt. The volume may be slow, and
-- nobody else waits for this row meanwhile; import_part_set.sql ends that.
SELECT set_config('idle_in_transaction_session_timeout', '60000', true)
FROM import_lane
WHERE job_no = $1::bigint AND lane = $2::smallint
  AND token = $3::bigint -- guard LANE_TOKEN
  AND chunk = $4::bigint -- guard LANE_CHUNK
FOR UPDATE
