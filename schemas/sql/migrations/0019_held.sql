-- namespace first: what a worker does begins there, also what comes to put_off.
-- After a restore that lost commits no offer is made before then: some that nobody knows of may be live.
ALTER TABLE namespace ADD COLUMN offers_held_until timestamptz;
-- By the clock of PostgreSQL: a recycler with another leads no campaigns.
ALTER TABLE worker ADD COLUMN clock_off boolean NOT NULL DEFAULT false;
-- Why a top-up put a lead off (TopupWhy in recycler/topup_plan.h); 0: what put it off did not say.
ALTER TABLE put_off ADD COLUMN why smallint NOT NULL DEFAULT 0;
