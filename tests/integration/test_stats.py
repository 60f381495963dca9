"""leadspool-stats: what Redis shows of lists is what the record has."""

import json

from harness import wait_for
from live import client, equal, fields, not_ahead
from scenario import create_list, tell, upsert

QUICK = {"LEADSPOOL_SESSION_TIMEOUT_MS": "2000"}


def test_counters_are_shown_and_announced(space):
    """One lead from the command to Redis, and what is said of it there."""
    live = client()
    listener = live.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"{space.ns}:changes")
    listener.get_message(timeout=5)
    space.importer()
    space.stats()
    create_list(space, "a", campaign_id="c")
    upsert(space, "a", phone="+15046218927", external_id="x")
    shown = equal(space)
    key = f"{space.ns}:list:a:stats"
    assert shown[key]["total"] == shown[key]["status:NEW"] == "1"
    assert live.smembers(f"{space.ns}:campaign:c:lists") == {"a"}
    assert live.smembers(f"{space.ns}:campaigns") == {"c"}
    heard = []

    def told():
        message = listener.get_message(timeout=1)
        heard.extend([json.loads(message["data"])] if message else [])
        return {"key": key, "epoch": shown[key]["epoch"], "version": shown[key]["version"]} in heard

    wait_for(told, 10)


def test_killed_in_the_middle(space):
    """kill -9 between reading and committing, again and again: Redis is never ahead, and ends equal."""
    space.importer()
    stats = space.stats(QUICK)
    create_list(space, "a")
    create_list(space, "b")
    for round in range(3):
        for number in range(20):
            tell(space, "lead.upsert", {"list_id": "ab"[number % 2], "lead": phone(round, number)})
            if number == 7 + round:
                stats.kill9()
            not_ahead(space)
        stats.start()
    shown = equal(space)
    assert {hash["total"] for hash in shown.values()} == {"30"}


def phone(round, number):
    return {"phone": f"+1504621{round}{number:03d}"}


def test_flushed(space):
    """An emptied Redis is filled again by itself."""
    space.importer()
    space.stats()
    create_list(space, "a")
    upsert(space, "a", phone="+15046218927")
    equal(space)
    live = client()
    live.delete(*live.scan_iter(f"{space.ns}:*"))
    assert equal(space) == fields(space)
