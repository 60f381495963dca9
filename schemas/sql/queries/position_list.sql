SELECT consumer_group, topic, partition, generation, epoch, next_offset, owner, halted
FROM consumer_position ORDER BY consumer_group, topic, partition
