SELECT nextval('id_block_seq')
