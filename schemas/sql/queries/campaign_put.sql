-- What is NULL stays as it is; no row when nothing changes; whether stages or due times of called leads are others now.
UPDATE campaign c
SET name = v.name, active = v.active, lead_order = v.lead_order, default_country = v.default_country,
    assume_zones = v.assume_zones, windows = v.windows, law_pack = v.law_pack, hopper_target = v.hopper_target,
    offer_lifetime_s = v.offer_lifetime_s, reserve_s = v.reserve_s, max_attempts = v.max_attempts,
    cap_calls = v.cap_calls, cap_window_s = v.cap_window_s, cap_gap_s = v.cap_gap_s
FROM (
    SELECT coalesce($2, name) AS name, coalesce($3::boolean, active) AS active, coalesce($4, lead_order) AS lead_order,
           coalesce($5, default_country) AS default_country, coalesce($6, assume_zones) AS assume_zones,
           coalesce($7::jsonb, windows) AS windows, coalesce($8, law_pack) AS law_pack,
           coalesce($9::int, hopper_target) AS hopper_target, coalesce($10::int, offer_lifetime_s) AS offer_lifetime_s,
           coalesce($11::int, reserve_s) AS reserve_s, coalesce($12::int, max_attempts) AS max_attempts,
           coalesce($13::int, cap_calls) AS cap_calls, coalesce($14::int, cap_window_s) AS cap_window_s,
           coalesce($15::int, cap_gap_s) AS cap_gap_s,
           max_attempts AS old_attempts, windows AS old_windows, law_pack AS old_laws, assume_zones AS old_zones
    FROM campaign WHERE campaign_no = $1::int
) v
WHERE c.campaign_no = $1::int
  AND (c.name, c.active, c.lead_order, c.default_country, c.assume_zones, c.windows, c.law_pack, c.hopper_target,
       c.offer_lifetime_s, c.reserve_s, c.max_attempts, c.cap_calls, c.cap_window_s, c.cap_gap_s)
      IS DISTINCT FROM
      (v.name, v.active, v.lead_order, v.default_country, v.assume_zones, v.windows, v.law_pack, v.hopper_target,
       v.offer_lifetime_s, v.reserve_s, v.max_attempts, v.cap_calls, v.cap_window_s, v.cap_gap_s)
RETURNING (c.max_attempts, c.windows, c.law_pack, c.assume_zones)
          IS DISTINCT FROM (v.old_attempts, v.old_windows, v.old_laws, v.old_zones)
