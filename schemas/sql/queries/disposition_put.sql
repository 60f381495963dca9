INSERT INTO disposition (campaign_no, code, name, contact, final, dnc, invalid, callback, aliases)
VALUES ($1::int, $2, $3, $4::boolean, $5::boolean, $6::boolean, $7::boolean, $8::boolean, $9::text[])
ON CONFLICT (campaign_no, code) DO UPDATE
SET name = excluded.name, contact = excluded.contact, final = excluded.final, dnc = excluded.dnc,
    invalid = excluded.invalid, callback = excluded.callback, aliases = excluded.aliases
