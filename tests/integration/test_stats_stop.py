"""leadspool-stats is asked to leave in the midst of long work: it is gone at once and in order, and who comes after it
goes on."""

import time

import pytest
from harness import wait_for
from live import client
from scenario import scale
from test_stats_jobs import MANY

WITHIN_S = 2.5  # of the ten that a supervisor grants; what hangs is given up after three
LISTS, STRAYS, CAMPAIGNS = scale(2_000, 100_000), scale(300_000), scale(4_000, 20_000)
OTHERS = "INSERT INTO campaign (campaign_id, name, created_at) SELECT 'c' || n, 'n', now() FROM generate_series(1, %s) n"


def said(worker, event, count=1):
    wait_for(lambda: worker.log().count(f"event={event}") >= count, 60, 0.01, event)


def while_it_rebuilds(space, stats):
    def building():
        return client().hget(f"{space.ns}:stats:marker", "state") == "building"

    wait_for(building, 30, 0.01, "a rebuild")
    return building


def strays(space):
    """Many members that a set should not have; says whether there are some left."""
    ids = [f"stray{n}" for n in range(STRAYS)]
    for start in range(0, STRAYS, 10_000):
        client().sadd(f"{space.ns}:campaign:many:lists", *ids[start : start + 10_000])
    return lambda: client().scard(f"{space.ns}:campaign:many:lists") > LISTS


def while_it_sweeps(space, stats):
    left = strays(space)
    said(stats, "redis.rebuilt")
    wait_for(lambda: client().scard(f"{space.ns}:campaign:many:lists") < LISTS + STRAYS, 30, 0.001, "a sweep")
    return left


def while_a_job_rebuilds(space, stats):
    said(stats, "redis.swept")
    space.cli("stats", "rebuild", "--no-wait")
    said(stats, "job.claimed")


def while_a_job_sweeps(space, stats):
    said(stats, "redis.swept")
    left = strays(space)
    space.cli("stats", "rebuild", "--no-wait")
    wait_for(lambda: client().scard(f"{space.ns}:campaign:many:lists") < LISTS + STRAYS, 30, 0.001, "a sweep")
    return left


def while_a_job_reconciles(space, stats):
    said(stats, "redis.swept")
    space.cli("stats", "reconcile", "--repair", "--no-wait")
    said(stats, "job.claimed")


def while_it_sums_campaigns(space, stats):
    said(stats, "redis.swept")
    space.db.execute(OTHERS, [CAMPAIGNS])
    wait_for(lambda: client().exists(f"{space.ns}:campaign:c1:stats"), 30, 0.01, "the first sum")
    return lambda: not client().exists(f"{space.ns}:campaign:c{CAMPAIGNS}:stats")


BUSY = [while_it_rebuilds, while_it_sweeps, while_a_job_rebuilds, while_a_job_sweeps, while_a_job_reconciles,
        while_it_sums_campaigns]  # fmt: skip


@pytest.mark.parametrize("busy", BUSY, ids=[busy.__name__ for busy in BUSY])
def test_it_leaves(space, busy):
    space.check_messages = False  # lists from nowhere
    space.db.execute(MANY, [LISTS * 10 if busy is while_it_rebuilds else LISTS])
    stats = space.stats(ready=False)
    unfinished = busy(space, stats)
    before = len(stats.log())
    began = time.monotonic()
    assert stats.terminate() == 0
    took_s = time.monotonic() - began
    log = stats.log()[before:]
    assert took_s < WITHIN_S and "abandoned" not in log and "list.repaired" not in log, (took_s, log)
    assert unfinished is None or unfinished()
    assert space.value("SELECT count(*) FROM jobs WHERE state = 'running' AND owner <> ''") == 0
