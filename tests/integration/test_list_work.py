"""What goes on beside what on one list: all at once, and in the end no deadlock, no lead lost, and counters that are
a recount of the leads."""

import random
import threading

import pytest
from harness import settle, wait_for
from rounds_of_lists import ended, rows_of
from scenario import (
    all_published,
    ask,
    check_counters,
    create_list,
    done,
    job_events,
    scale,
    seed,
    start_import,
    tell,
)
from test_export import check_file, counts_at
from test_list_delete import doctor
from test_offers import put

ROWS = scale(4000, long=40_000)
FAST = {"LEADSPOOL_IMPORT_CHUNK_ROWS": "200", "LEADSPOOL_JOB_THREADS": "3"}
MIX = "NA=60,SALE=30,DNC=10"


def order(space, type, data, **more):
    """The job_id of a job that was accepted, or None when the list is being deleted by now."""
    reply = ask(space, type, data, **more)
    if reply.type == "command.rejected":
        assert reply.value["code"] in ("list_deleting", "list_deleted"), reply.value
        return None
    return reply.value["job_id"]


def check_exports(space, jobs):
    """Those that completed are whole, and of one version of their list."""
    values = [event.value for job in jobs for event in job_events(space, job) if event.type == "job.completed"]
    assert values, "no export completed"
    for value in values:
        check_file(space, value)
        assert value["rows"] == counts_at(space, value["list_version"], value["list_id"])["total"]


def check_no_deadlock(space):
    for worker in space.workers:
        metrics = worker.metrics()
        assert metrics, worker.name
        assert metrics.get('leadspool_db_retry_total{sqlstate="40P01"}', 0) == 0, worker.name


@pytest.mark.timeout(300)
def test_everything_at_once(space):
    """Three lists of two campaigns: imports, moves to and fro, resets, an undo, exports, upserts and calls; then
    one list is deleted in the midst of that."""
    space.extra_env |= FAST
    rng = random.Random(seed())
    for _ in range(2):
        space.importer()
        space.recycler()
    space.exporter()
    for list_id, campaign in (("a", "c"), ("b", "c"), ("x", "d")):
        create_list(space, list_id, campaign_id=campaign)
    for campaign in ("c", "d"):
        put(space, campaign, hopper_target=100)
    first = start_import(space, rows_of(space, "one.csv", ROWS, 0), "a")
    space.dialer_sim("--think", "0-300ms", "--rate", 40, "--answer", MIX, "--seed", seed())
    jobs, exports = [first], []
    everyone = {"field": "attempts", "op": "ge", "value": 0}
    called = {"field": "attempts", "op": "gt", "value": 0}
    stop = threading.Event()

    def upserts():
        for n in range(2000):
            if stop.wait(0.01):
                return
            lead = {"phone": f"+1212{rng.randrange(200, 900)}{n:04d}", "city": f"{n}"}
            tell(space, "lead.upsert", {"list_id": rng.choice("abx"), "lead": lead}, flush=n % 20 == 0)

    beside = threading.Thread(target=upserts, daemon=True)
    beside.start()
    for n in range(3):
        source, target = rng.sample("abx", 2)
        more = {"on_duplicate": rng.choice(["skip", "update"])}
        move = {"list_id": source, "to_list_id": target, "where": everyone} | more
        jobs += [
            order(
                space,
                "list.import",
                {"list_id": source, "file": rows_of(space, f"{n}.csv", ROWS // 2, n * 1000)},
            ),
            order(space, "leads.move", move),
            order(space, "list.reset", {"list_id": target, "where": called}, topic="recycler.commands"),
        ]
        exports.append(order(space, "list.export", {"list_id": source}))
    jobs.append(order(space, "import.undo", {"job_id": first}) if ended(space, first) else None)
    jobs += [
        order(space, "leads.move", {"list_id": "x", "to_list_id": "b", "where": everyone}),
        order(space, "list.delete", {"list_id": "b"}),
        order(space, "leads.move", {"list_id": "a", "to_list_id": "b", "where": everyone}),
        order(space, "list.reset", {"list_id": "a", "where": called}, topic="recycler.commands"),
    ]
    for job in filter(None, jobs + exports):
        wait_for(lambda job=job: ended(space, job), 120, what=f"the end of job {job}")
    stop.set()
    beside.join()
    assert space.value("SELECT count(*) FROM leads JOIN list USING (list_no) WHERE list_id = 'b'") == 0
    assert space.value("SELECT deleted_at IS NOT NULL FROM list WHERE list_id = 'b'")
    assert space.value("SELECT count(*) FROM job_slot") == 0
    for campaign in ("c", "d"):
        done(space, "campaign.put", {"campaign_id": campaign, "active": False})
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0, 60)
    all_published(space)
    for list_id in ("a", "x"):
        settle(lambda list_id=list_id: check_counters(space, list_id))
    settle(lambda: doctor(space))
    check_exports(space, exports)
    check_no_deadlock(space)
