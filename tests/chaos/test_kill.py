"""kill -9 at any moment changes nothing in the result."""

import time

import pytest
from harness import wait_for
from rounds import Disturber, Work, check_same, disturb
from scenario import scale, seed

KILLS = scale(10, long=200)
MANY = KILLS > 20


def has_partitions(importer):
    return "event=partitions.assigned" in importer.log()


@pytest.mark.timeout(180 + KILLS * 15)
def test_kills_change_nothing(spaces):
    """Two importers, one of them killed and started again every now and then; N kills."""
    work = Work(spaces(), seed())
    importers = work.importers()
    work.begin()

    def kill(rng):
        if MANY:  # faster than partitions find somebody they would leave nothing to disturb
            wait_for(lambda: any(map(has_partitions, importers)), 60, what="an importer with partitions")
            time.sleep(rng.uniform(0, 1.5))
        victim = rng.choice(importers)
        victim.kill9()
        victim.start()

    rounds = disturb(work, Disturber(kill, seed()), KILLS)
    check_same(spaces, work, rounds)


@pytest.mark.timeout(300 + KILLS * 4)
def test_all_killed_at_once(spaces):
    """Nothing is left in memory that was not in the record: both go at the same moment."""
    work = Work(spaces(), seed() + 1)
    importers = work.importers()
    work.begin()

    def kill(_):
        for importer in importers:
            importer.kill9()
        for importer in importers:
            importer.start()

    rounds = disturb(work, Disturber(kill, seed(), 1.0, 4.0), max(2, KILLS // 5))
    check_same(spaces, work, rounds)


@pytest.mark.timeout(300 + KILLS * 4)
def test_stops_in_order_change_nothing(spaces):
    """SIGTERM, as at every upgrade: the transaction ends, the next process goes on."""
    work = Work(spaces(), seed() + 2)
    importers = work.importers()
    work.begin()

    def stop(rng):
        victim = rng.choice(importers)
        assert victim.terminate(timeout=12) == 0
        victim.start()

    rounds = disturb(work, Disturber(stop, seed(), 0.5, 2.0), max(4, KILLS // 5))
    check_same(spaces, work, rounds)
