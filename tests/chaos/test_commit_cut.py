"""The connection is lost between COMMIT and its answer: nobody knows, and nothing is done twice."""

import pytest
from rounds import PATIENCE, Work, check_same
from scenario import scale, seed

CUTS = scale(20, long=1000)


def run(spaces, proxy, after, marker):
    work = Work(spaces(), seed(), rows=1_500)
    importers = [work.space.importer(env={"DATABASE_URL": proxy.url}) for _ in range(2)]
    work.begin()
    rounds = 0
    while proxy.cuts < CUTS:
        before = proxy.cuts
        proxy.cut_commits(5, marker=marker, after=after)
        work.round(rounds)
        rounds += 1
        assert proxy.cuts > before, "the cut met commits"
    proxy.forward()
    assert all(importer.alive for importer in importers)
    check_same(spaces, work, rounds)


@pytest.mark.timeout(PATIENCE + CUTS * 10)
@pytest.mark.parametrize("marker", [b"consumer_position", b"import_lane", b"outbox"], ids=bytes.decode)
def test_answer_to_commit_lost(spaces, proxy, marker):
    """The server has committed: positions, checkpoints, and rows that the relay has published."""
    run(spaces, proxy, True, marker)


@pytest.mark.timeout(PATIENCE + CUTS * 10)
def test_commit_lost(spaces, proxy):
    """The server never saw the COMMIT: the same doubt, the other truth."""
    run(spaces, proxy, False, None)
