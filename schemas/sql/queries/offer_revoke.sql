-- One that has started goes on; one that was revoked or has ended needs no other word.
UPDATE offer SET state = 3 WHERE offer_id = ANY ($1::bigint[]) AND state = 1 RETURNING offer_id
