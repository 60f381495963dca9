"""lead.upsert through the broker: leads a second, from the first message read to the last reply published.

The importer stands still (SIGSTOP) while the messages are put into Kafka, so that it is never short
of work and the clock starts when it goes on. Runs: new
leads and then changes of the same leads, in messages of one lead and of 100, for one list and for
200. N: leads a run (50,000); SEED. One JSON line a run on standard output, a table at the end.
"""

import json
import os
import random
import sys
import time
import uuid

from _measure import Postgres, measured
from _report import Report
from harness import send_command, wait_for
from harness.bus import Reader, command_headers, flush_commands, producer
from harness.space import Space

LEADS = int(os.environ.get("N") or 50_000)
GOAL = 10_000
CITIES = ["Biloxi", "Boston", "Chicago", "Denver", "El Paso", "Fargo", "Mobile", "Tulsa"]
STATES = ["MS", "MA", "IL", "CO", "TX", "ND", "AL", "OK"]


def lead(n, city):
    return {
        "external_id": f"crm-{n}",
        "phone": f"+1504{2 + n // 1_000_000}{n % 1_000_000:06d}",
        "first_name": f"First{n % 977}",
        "last_name": f"Last{n % 9973}",
        "email": f"person{n}@example.com",
        "city": CITIES[city],
        "state": STATES[city],
        "zip": f"{n % 100_000:05d}",
    }


def make_lists(space, count):
    ids = [f"list-{n}" for n in range(count)]
    for id in ids:
        send_command(space, "importer.commands", id, "list.create",
                     {"list_id": id, "campaign_id": "bench"}, flush=False)  # fmt: skip
    flush_commands(space)
    return ids


def send_leads(space, lists, size, city):
    """Messages of `size` leads; lead n is in the list n // size % lists, whichever the message."""
    for first in range(0, LEADS, size):
        list_id = lists[first // 100 % len(lists)] if size == 1 else lists[first // size % len(lists)]
        items = [lead(n, (n + city) % len(CITIES)) for n in range(first, min(first + size, LEADS))]
        data = {"list_id": list_id, "lead": items[0]} if size == 1 else {"list_id": list_id, "leads": items}
        while True:
            try:
                producer().produce(
                    f"{space.ns}.importer.commands", key=list_id, value=json.dumps(data).encode(),
                    headers=command_headers("lead.upsert", str(uuid.UUID(int=random.getrandbits(128))),
                                            "urn:bench"),
                )  # fmt: skip
                break
            except BufferError:
                producer().poll(0.1)
        producer().poll(0)
    flush_commands(space, timeout=120)


def handled(space):
    return space.value("SELECT coalesce(sum(next_offset), 0) FROM consumer_position")


def run(space, importer, report, postgres, name, send):
    importer.sigstop()
    send()
    end = ends_of_commands(space)
    with measured(postgres, importer.pid) as cost:
        importer.sigcont()
        wait_for(lambda: done(space, end), 300, every=0.02, what="all replies published")
    report.add(name, 1, LEADS, cost)


def done(space, end):
    """All messages handled, and nothing left to publish."""
    return handled(space) >= end and not space.value("SELECT EXISTS (SELECT FROM outbox)")


def ends_of_commands(space):
    with Reader(space, ["importer.commands"]) as reader:
        return sum(reader.ends().values())


def bench(report, lists, size):
    space = Space(f"bench-upsert-{lists}-{size}").create()
    try:
        postgres = Postgres(space.db)
        ids = make_lists(space, lists)
        importer = space.importer()
        wait_for(lambda: space.value("SELECT count(*) FROM list_stats") == lists, 60, what="lists")
        where = "1 list" if lists == 1 else f"{lists} lists"
        for city, verb in enumerate(("new", "changed")):

            def send(city=city):
                send_leads(space, ids, size, city)

            run(space, importer, report, postgres, f"{verb}, {size} a message, {where}", send)
        assert space.value("SELECT count(*) FROM leads") == LEADS
        assert space.value("SELECT sum(total) FROM list_stats") == LEADS
        assert space.value("SELECT count(*) FROM leads WHERE lead_version = 2") == LEADS
    finally:
        space.drop()


def main():
    random.seed(int(os.environ.get("SEED", "1")))
    report = Report("upsert", {})
    began = time.monotonic()
    for lists in (1, 200):
        for size in (1, 100):
            bench(report, lists, size)
    report.table()
    missed = [name for name in report.runs if min(report.speeds(name)) < GOAL]
    verdict = "missed by " + "; ".join(missed) if missed else "reached by all"
    print(f"goal {GOAL:,} leads/s: {verdict} ({time.monotonic() - began:.0f} s)", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
