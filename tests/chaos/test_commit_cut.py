"""The connection is lost between COMMIT and its answer: nobody knows, and nothing is done twice."""

import resource

import pytest
from dirty_csv import make
from harness import wait_for
from rounds import FAST, PATIENCE, Work, check_same
from scenario import check_import, create_list, finish_import, scale, seed, start_import, wait_rows

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


def limit_files(importer, size):
    """No file of the process may grow beyond size: writing there kills it."""
    resource.prlimit(importer.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@pytest.mark.timeout(PATIENCE * 2)
def test_rejects_are_not_cut_back_while_a_commit_is_in_doubt(space, proxy):
    """Commit done, answer lost, and nobody to ask: the next try finds the checkpoint moved before it
    touches the part of the rejected rows, which holds what that checkpoint names. Would it write
    there again, it died now with the part cut short."""
    space.extra_env |= FAST
    expected = make(space.inbox / "leads.csv", scale(8_000), seed(), bad=0.3)
    importer = space.importer(env={"DATABASE_URL": proxy.url})
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 3_000)
    proxy.refuse()
    proxy.cut_commits(1, marker=b"INSERT INTO import_part")
    wait_for(lambda: proxy.cuts == 1, 30, every=0.005, what="a commit that was cut")
    token, size = space.row("SELECT token, max(size_bytes) FROM import_part GROUP BY token")
    limit_files(importer, size - 1)
    proxy.forward()

    def given_back():
        assert importer.alive, "it wrote into the part"
        return space.value("SELECT min(token) FROM import_lane") > token

    wait_for(given_back, 60, every=0.005, what="a new claim of the lanes")
    limit_files(importer, resource.RLIM_INFINITY)
    check_import(space, expected, finish_import(space, job_id, PATIENCE))


@pytest.mark.parametrize("after", [True, False])
def test_end_of_a_job_in_doubt_is_looked_up(space, proxy, after):
    """The job ends once, and what it leaves behind is cleaned up all the same."""
    expected = make(space.inbox / "leads.csv", scale(1_000), seed(), bad=0.3)
    space.importer(env={"DATABASE_URL": proxy.url})
    create_list(space)
    proxy.cut_commits(1, marker=b"UPDATE jobs SET state = $3", after=after)
    job_id = start_import(space, "leads.csv", **expected["import"])
    ended = finish_import(space, job_id)
    assert proxy.cuts == 1
    check_import(space, expected, ended)
    parts = space.outbox / "rejects" / f"job-{job_id}.parts"
    wait_for(
        lambda: (
            space.value("SELECT count(*) FROM import_part") == 0
            and not (parts.is_dir() and list(parts.iterdir()))
        ),
        10,
        what="no parts of rejected rows",
    )
