-- Live offers that a dialer asked for (campaign.refill), at most the target, and when.
ALTER TABLE campaign_hopper ADD COLUMN wanted int, ADD COLUMN wanted_at timestamptz;

-- How far a job that goes over leads has committed, as its kind has it.
ALTER TABLE jobs ADD COLUMN mark jsonb;
