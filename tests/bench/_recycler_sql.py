"""What the bench does with SQL: outcomes without anything around them (the floor), and offers that are answered
between two top-ups, in one transaction that keeps leads, queue, offers and counters together."""

import itertools
import json
import random

from psycopg.types.json import Json  # noqa: F401  (psycopg must be there before anything is measured)

BATCH = 500

# ---- the floor

FLOOR_ATTEMPT = """
INSERT INTO attempt (recorded_at, lead_id, number_id, list_no, campaign_no, offer_id, source, call_id, disposition,
                     status, contact, started_at, duration_s)
SELECT now(), lead_id, lead_id, 1, 1, lead_id, 'dialer-sim/sim1', call_id, 'NA', 'NA', false, now(), 10
FROM unnest(%s::bigint[], %s::text[]) AS v (lead_id, call_id)
"""
FLOOR_LEADS = """
UPDATE leads SET lead_version = lead_version + 1, attempts = attempts + 1, attempts_total = attempts_total + 1,
       status = 'NA', tries = 'NA=1', due_at = now() + interval '30 min', called_at = now(), decided_at = now()
FROM unnest(%s::bigint[]) AS v (lead_id) WHERE leads.lead_id = v.lead_id
"""
FLOOR_LIST = "UPDATE list_stats SET version = version + 1, attempted = attempted + %s WHERE list_no = 1"
FLOOR_OUTBOX = "INSERT INTO outbox (lane, messages, written_at, payload) VALUES (0, %s, now(), %s)"
# What the offer that replaces it takes besides: the number's row, the queue, the lead once more, the offer, its event.
FLOOR_ENDED = "UPDATE offer SET state = 9, ended_at = now(), ended_by = 'ended' WHERE lead_id = ANY (%s) AND state < 9"
FLOOR_QUEUED = """
INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
SELECT list_no, 1, 3, 49, due_at, lead_id FROM leads WHERE lead_id = ANY (%s)
"""
FLOOR_NUMBERS = """
INSERT INTO number (phone, digest) SELECT phone, decode(lpad(to_hex(phone), 64, '0'), 'hex') FROM leads
WHERE lead_id = ANY (%s) ORDER BY phone
"""
FLOOR_TAKEN = """
DELETE FROM ready_lead r USING leads l JOIN zone_set z USING (zone_set_no)
WHERE l.lead_id = ANY (%s) AND r.list_no = l.list_no AND r.gate_no = z.gate_no AND r.class = 2 AND r.lead_rank = 49
  AND r.due_at = 'epoch' AND r.lead_id = l.lead_id
"""
FLOOR_OFFER = """
INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until)
SELECT l.lead_id, n.number_id, 1, 1, 1, 2, now(), now() + interval '1 min', now() + interval '10 min'
FROM leads l JOIN number n USING (phone) WHERE lead_id = ANY (%s)
"""
FLOOR_OFFERED = """
UPDATE leads SET lead_version = lead_version + 1, stage = 4, offer_id = offer.offer_id
FROM offer WHERE leads.lead_id = ANY (%s) AND offer.lead_id = leads.lead_id AND offer.state < 9
"""
FLOOR_OFFERS = (FLOOR_NUMBERS, FLOOR_TAKEN, FLOOR_OFFER, FLOOR_OFFERED)
FLOOR_PLAN = "SET enable_seqscan = off; SET enable_hashjoin = off; SET enable_mergejoin = off; SET jit = off"


def events(leads):
    """As large as what the product tells of them."""
    value = {"list_id": "list-0", "campaign_id": "bench", "disposition": "NA", "status": "NA", "stage": "ready",
             "contact": False, "attempts": 1, "attempts_total": 1, "started_at": "2026-11-25T18:00:00.000000Z",
             "due_at": "2026-11-25T18:30:00.000000Z", "headers": "x" * 300}  # fmt: skip
    return b"".join(json.dumps(value | {"lead_id": str(lead)}).encode() for lead in leads)


def floor_batches(space, count):
    """Arguments of so many batches, made before the clock runs; each lead once."""
    ids = [id for (id,) in space.rows("SELECT lead_id FROM leads LIMIT %s", count * BATCH)]
    random.shuffle(ids)
    batches = [sorted(ids[first : first + BATCH]) for first in range(0, len(ids), BATCH)]
    return [(leads, [f"call-{lead:x}-{lead * 7919:x}" for lead in leads], events(leads)) for leads in batches]


def floor_answers(space, leads, calls, payload):
    space.db.execute(FLOOR_ATTEMPT, [leads, calls])
    space.db.execute(FLOOR_LEADS, [leads])
    space.db.execute(FLOOR_LIST, [len(leads)])
    space.db.execute(FLOOR_OUTBOX, [len(leads), payload])


def floor_offers(space, leads, _, payload):
    for statement in FLOOR_OFFERS:
        space.db.execute(statement, [leads])
    space.db.execute(FLOOR_OUTBOX, [len(leads), payload + payload])  # an offer has all of a lead's fields


def floor_run(space, batches):
    space.db.execute(FLOOR_PLAN)
    for batch in batches:
        with space.db.transaction():
            floor_answers(space, *batch)


def floor_begin_offered(space, batches):
    space.db.execute(FLOOR_PLAN)
    floor_offers(space, *batches[0])


def floor_run_offered(space, batches):
    """All batches but the last, each of leads that were offered before, and the offers of the next."""
    for batch, following in itertools.pairwise(batches):
        with space.db.transaction():
            floor_answers(space, *batch)
            for statement in (FLOOR_ENDED, FLOOR_QUEUED):
                space.db.execute(statement, [batch[0]])
            floor_offers(space, *following)


# ---- answers between top-ups

# Every other lead got no answer and is due in an hour, the others are finished.
ANSWER = """
WITH ended AS (
    UPDATE offer SET state = 9, ended_at = now(), ended_by = 'ended'
    WHERE state < 9 AND campaign_no = %s RETURNING lead_id
), answered AS (
    UPDATE leads l
    SET lead_version = lead_version + 1, offer_id = NULL, attempts = attempts + 1, attempts_total = attempts_total + 1,
        stage = CASE WHEN l.lead_id %% 2 = 0 THEN 6 ELSE 3 END, hold = CASE WHEN l.lead_id %% 2 = 0 THEN 0 ELSE 1 END,
        status = CASE WHEN l.lead_id %% 2 = 0 THEN 'NA' ELSE 'NI' END, tries = 'NA=1', called_at = now(),
        decided_at = now(), due_at = now() + interval '1 h'
    FROM (SELECT v.lead_id FROM ended v ORDER BY 1) v
    WHERE l.lead_id = v.lead_id
    RETURNING l.*
), queued AS (
    INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
    SELECT list_no, gate_no, 3, 99 - priority, due_at, lead_id FROM answered JOIN zone_set USING (zone_set_no)
    WHERE stage = 6
), counts AS (
    SELECT list_no, count(*) AS leads, count(*) FILTER (WHERE stage = 6) AS ready,
           count(*) FILTER (WHERE stage = 3) AS finished, count(*) FILTER (WHERE attempts = 1) AS first
    FROM answered GROUP BY 1
), told AS (
    INSERT INTO list_status AS s (list_no, status, leads)
    SELECT list_no, v.* FROM counts, LATERAL (VALUES ('NEW', -first), ('NA', ready), ('NI', finished)) v (status, leads)
    ON CONFLICT (list_no, status) DO UPDATE SET leads = s.leads + excluded.leads
)
UPDATE list_stats s
SET version = version + 1, offered = offered - leads, ready = s.ready + c.ready, finished = s.finished + c.finished,
    attempted = attempted + first
FROM counts c WHERE c.list_no = s.list_no
"""
ANSWERED = "UPDATE campaign_hopper SET answered_at = clock_timestamp()"


def answer_all(space, campaign_no):
    """All open offers of a campaign; its dialer counts as being there."""
    space.db.execute(FLOOR_PLAN)
    space.db.execute(ANSWER, [campaign_no])
    space.db.execute(ANSWERED)
