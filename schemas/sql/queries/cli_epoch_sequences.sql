-- So that no id of the lost time, which others may have kept, is given out twice.
SELECT setval('id_block_seq', (SELECT last_value FROM id_block_seq) + (1 << 20)),
       setval('outbox_id_seq', (SELECT last_value FROM outbox_id_seq) + (1 << 20)),
       setval('offer_id_seq', (SELECT last_value FROM offer_id_seq) + (1 << 30))
