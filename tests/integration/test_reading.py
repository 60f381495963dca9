"""Up to when the outcomes are applied is known, however dialers write them."""

import json
import uuid
from datetime import UTC, datetime

from confluent_kafka import Producer
from harness import wait_for
from harness.bus import client, partitions_of
from harness.dialer import READ_UNTIL
from scenario import create_list, upsert

LATE = "SELECT complete_until, partition, next_offset FROM outcome_reading, consumer_position" \
    " WHERE topic = 'dialer.outcomes' ORDER BY 2"


def transactions(space):
    producer = Producer(client(transactional_id=f"{space.ns}-dialer", transaction_timeout_ms=60_000))
    producer.init_transactions(90)
    return producer


def tell(space, producer, lead_id):
    data = {"lead_id": lead_id, "call_id": str(uuid.uuid4()), "disposition": "NA", "duration_s": 0}
    data["started_at"] = datetime.now(UTC).isoformat().replace("+00:00", "Z")
    headers = {"ce_specversion": "1.0", "ce_id": data["call_id"], "ce_source": "dialer/tx", "ce_type": "call.ended"}
    headers |= {"ce_subject": lead_id, "ce_time": data["started_at"], "content-type": "application/json"}
    for partition in partitions_of(space, "dialer.outcomes"):
        body = data | {"call_id": f"{data['call_id']}-{partition}"}
        producer.produce(f"{space.ns}.dialer.outcomes", json.dumps(body), lead_id, partition,
                         headers=list((headers | {"ce_id": body["call_id"]}).items()))  # fmt: skip
    producer.flush()


def read_until_now(space):
    now = datetime.now(UTC)
    wait_for(lambda: space.value(READ_UNTIL, now), what=f"all outcomes read up to {now}: {space.rows(LATE)}")


def test_a_dialer_that_writes_in_transactions(space):
    """Marks of transactions, and what was taken back, are no outcomes that somebody still has to read."""
    space.importer()
    space.recycler()
    create_list(space)
    lead_id = upsert(space, phone="+15046218927")["lead_id"]
    read_until_now(space)
    producer = transactions(space)
    producer.begin_transaction()
    tell(space, producer, lead_id)
    producer.commit_transaction(30)
    read_until_now(space)
    assert space.value("SELECT attempts FROM leads") == len(partitions_of(space, "dialer.outcomes"))
    producer.begin_transaction()
    tell(space, producer, lead_id)
    begun = datetime.now(UTC)
    wait_for(lambda: space.value("SELECT now() > %s + interval '3 s'", begun), what="three seconds")
    assert not space.value(READ_UNTIL, begun), "what is not taken back yet may still be said"
    producer.abort_transaction(30)
    read_until_now(space)
    assert space.value("SELECT attempts FROM leads") == len(partitions_of(space, "dialer.outcomes"))
