SELECT offer_id, lead_id, number_id, list_no, campaign_no FROM offer WHERE offer_id = ANY ($1::bigint[]) ORDER BY 1
