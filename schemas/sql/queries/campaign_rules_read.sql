-- All that decides about a campaign's leads, as of one moment.
SELECT campaign_no, campaign_id, name, active, rules_version, lead_order, default_country, assume_zones, windows::text,
       law_pack, hopper_target, offer_lifetime_s, reserve_s, max_attempts, cap_calls, cap_window_s, cap_gap_s,
       (SELECT coalesce(jsonb_agg(to_jsonb(d) - 'campaign_no' ORDER BY code), '[]')
        FROM disposition d WHERE d.campaign_no = c.campaign_no)::text,
       (SELECT coalesce(jsonb_agg(to_jsonb(r) - 'campaign_no' ORDER BY disposition), '[]')
        FROM recycle_rule r WHERE r.campaign_no = c.campaign_no)::text
FROM campaign c
WHERE campaign_no = $1::int
