-- The counters of lists have a lane of their own (common/runtime/outbox.h).
INSERT INTO outbox_lane (lane) VALUES (16);
