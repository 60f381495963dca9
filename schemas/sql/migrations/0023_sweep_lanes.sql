-- What a job over leads has done at both ends of its list. A worker of an older version would forget the one that goes
-- down, so it may not start any more.
COMMENT ON COLUMN jobs.mark IS 'where it goes on; of jobs over leads: lead_id and counts of the lane that goes up, down: those of the other one';
