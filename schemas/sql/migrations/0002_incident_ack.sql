-- Lost records that a person has taken note of: `leadspool doctor` tells the others only.
ALTER TABLE consumer_incident ADD COLUMN acknowledged_at timestamptz;
