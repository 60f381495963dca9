SELECT sum(rows), sum(inserted), sum(updated), sum(duplicate_in_file), sum(duplicate_in_list),
       sum(duplicate_in_campaign), sum(rejected), sum(unverified), sum(dnc), min(byte_offset)
FROM import_lane WHERE job_no = $1::bigint
