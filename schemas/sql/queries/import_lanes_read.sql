SELECT lane, chunk, byte_offset, line_no, row_no, digest, finished, rows, inserted, updated, duplicate_in_file,
       duplicate_in_list, duplicate_in_campaign, rejected, unverified, dnc
FROM import_lane WHERE job_no = $1::bigint ORDER BY lane
