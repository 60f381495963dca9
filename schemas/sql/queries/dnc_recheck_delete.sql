DELETE FROM dnc_recheck WHERE dnc_recheck_no = ANY ($1::bigint[])
