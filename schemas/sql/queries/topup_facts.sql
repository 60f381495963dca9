-- By lead; columns in the order of the fields of offer.made.
SELECT lead_id, extension, external_id, first_name, last_name, email, address, city, state, zip, country,
       custom::text
FROM leads WHERE lead_id = ANY ($1::bigint[])
ORDER BY 1
