"""Up to when the outcomes are applied is known, however dialers write them."""

import json
import time
import uuid
from datetime import UTC, datetime

import pytest
from confluent_kafka import Producer
from harness import Clock, wait_for
from harness.bus import client, partitions_of
from harness.dialer import READ_UNTIL
from harness.space import db
from scenario import create_list, done, upsert

ANN, BOB, EVE, JOE = "+15046218927", "+18102929388", "+18566368749", "+15046218928"
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans
HELD = "SELECT held FROM campaign_hopper"
LATE = "SELECT complete_until, partition, next_offset FROM outcome_reading, consumer_position" \
    " WHERE topic = 'dialer.outcomes' ORDER BY 2"
READ = "SELECT next_offset FROM consumer_position WHERE topic = 'dialer.outcomes' AND partition = %s"


def transactions(space):
    producer = Producer(client(transactional_id=f"{space.ns}-dialer", transaction_timeout_ms=60_000))
    producer.init_transactions(90)
    return producer


@pytest.fixture
def producer(space):
    """A dialer that writes in transactions."""
    space.importer()
    space.recycler()
    create_list(space)
    return transactions(space)


def tell(space, producer, lead_id, partitions=None):
    data = {"lead_id": lead_id, "call_id": str(uuid.uuid4()), "disposition": "NA", "duration_s": 0}
    data["started_at"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    headers = {"ce_specversion": "1.0", "ce_id": data["call_id"], "ce_source": "dialer/tx", "ce_type": "call.ended"}
    headers |= {"ce_subject": lead_id, "ce_time": data["started_at"], "content-type": "application/json"}
    for partition in partitions or partitions_of(space, "dialer.outcomes"):
        body = data | {"call_id": f"{data['call_id']}-{partition}"}
        producer.produce(f"{space.ns}.dialer.outcomes", json.dumps(body), lead_id, partition,
                         headers=list((headers | {"ce_id": body["call_id"]}).items()))  # fmt: skip
    producer.flush()


def tell_whole(space, producer, lead_id, partitions=None):
    producer.begin_transaction()
    tell(space, producer, lead_id, partitions)
    producer.commit_transaction(30)


def read_until_now(space):
    """How many seconds it took until all that was written before is known to be applied."""
    now = datetime.now(UTC)
    wait_for(lambda: space.value(READ_UNTIL, now), timeout=8, what=f"outcomes until {now}: {space.rows(LATE)} before")
    return (datetime.now(UTC) - now).total_seconds()


def test_a_dialer_that_writes_in_transactions(space, producer):
    """Marks of transactions, and what was taken back, are no outcomes that somebody still has to read."""
    lead_id = upsert(space, phone="+15046218927")["lead_id"]
    read_until_now(space)
    took = []
    at_once = len(partitions_of(space, "dialer.outcomes"))
    for calls in (at_once, 2 * at_once, 3 * at_once):
        tell_whole(space, producer, lead_id)
        took.append(read_until_now(space))
        assert space.value("SELECT attempts FROM leads") == calls
    assert min(took) < 2, f"a second or so, on a busy machine too, but not {took}"
    producer.begin_transaction()
    tell(space, producer, lead_id)
    begun = datetime.now(UTC)
    wait_for(lambda: space.value("SELECT now() > %s + interval '2 s'", begun), what="two seconds")
    assert not space.value(READ_UNTIL, begun), "what is not taken back yet may still be said"
    producer.abort_transaction(30)
    read_until_now(space)
    assert space.value("SELECT attempts FROM leads") == calls


def test_partitions_that_are_read_one_after_the_other(space, producer):
    """One waits for its mark to be passed while outcomes of another are still being applied."""
    lead_id = upsert(space, phone="+15046218927")["lead_id"]
    tell_whole(space, producer, lead_id, [0])
    wait_for(lambda: space.value(READ, 0) == 1, every=0.01)
    with db(space) as holder:
        holder.autocommit = False
        holder.execute("SELECT FROM leads WHERE lead_id = %s FOR UPDATE", (lead_id,))
        tell_whole(space, producer, lead_id, [1])
        time.sleep(1.7)
        assert space.value(READ, 1) == 0
    read_until_now(space)
    assert space.value("SELECT attempts FROM leads") == 2


def test_what_a_clock_that_went_wrong_knew_is_not_believed(space):
    """A recycler of an hour ahead would switch off what others wait for: nothing is complete in a time to come."""
    space.recycler()
    read_until_now(space)
    space.db.execute("UPDATE outcome_reading SET complete_until = now() + interval '1 hour'")
    right = "SELECT complete_until < clock_timestamp() + interval '5 s' FROM outcome_reading"
    wait_for(lambda: space.value(right), 10, what="one that is right")
    read_until_now(space)


def test_held_while_outcomes_are_behind(space):
    """No offer ends by a time up to which not all is read, and two minutes later nobody is offered any more: neither who
    waits for a turn nor who is to be called at once."""
    space.clock = Clock(space, NOON)
    space.importer()
    space.recycler()
    create_list(space, campaign_id="c")
    free = {"active": True, "windows": [], "law_pack": ""}
    done(space, "campaign.put", {"campaign_id": "c", "offer_lifetime_s": 30, "reserve_s": 60} | free)
    upsert(space, phone=ANN)
    dialer = space.dialer(clock=space.clock)
    [ann] = dialer.offers(1)
    producer = transactions(space)
    producer.begin_transaction()
    tell(space, producer, ann["lead_id"])
    space.clock.advance(seconds=119)
    upsert(space, phone=BOB)
    dialer.offers(2)
    space.clock.advance(seconds=11)
    wait_for(lambda: space.value(HELD) == "outcomes_behind")
    upsert(space, phone=EVE)
    upsert(space, phone=JOE, priority=99)
    dialer.quiet(1)
    assert not dialer.events("offer.expired")
    assert space.value("SELECT state FROM offer WHERE offer_id = %s", int(ann["offer_id"])) < 9
    producer.abort_transaction(30)
    dialer.expired(ann)
    dialer.offers(5)
