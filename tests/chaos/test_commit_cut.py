"""The connection is lost between COMMIT and its answer: nobody knows, and nothing is done twice."""

import os

import pytest
from dirty_csv import make
from harness import wait_for
from rounds import FAST, PATIENCE, Work, check_same
from scenario import check_import, create_list, done, finish_import, scale, seed, start_import, wait_rows

CUTS = scale(20, long=1000)


def run(spaces, proxy, after, marker):
    work = Work(spaces(), seed(), rows=1_500)
    importers = work.importers({"DATABASE_URL": proxy.url})
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


def test_rejects_are_not_cut_back_while_a_commit_is_in_doubt(space, proxy):
    """Commit done, answer lost, and nobody to ask: the next try finds the checkpoint moved before it
    touches the part of the rejected rows, which holds what that checkpoint names. A process that died
    between cutting there and writing again would have lost them."""
    space.extra_env |= FAST | {"LEADSPOOL_IMPORT_LANES": "1"}
    expected = make(space.inbox / "leads.csv", scale(8_000), seed(), bad=0.3)
    importer = space.importer(env={"DATABASE_URL": proxy.url})
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 3_000)
    proxy.refuse()
    proxy.cut_commits(1, marker=b"INSERT INTO import_part")
    # not before has it asked in vain: an answer would let it go on, and write behind what is committed
    wait_for(lambda: "event=import.retry " in importer.log(), 30, every=0.005, what="a commit in doubt")
    [[token, size]] = space.rows("SELECT token, size_bytes FROM import_part")
    [name] = (space.outbox / "rejects" / f"job-{job_id}.parts").iterdir()
    with name.open("rb") as part:  # held open, as it is removed with the end of the job
        before = os.fstat(part.fileno())
        assert (proxy.cuts, before.st_size) == (1, size)
        proxy.forward()
        claimed = "SELECT min(token) > %s FROM import_lane"
        wait_for(lambda: space.value(claimed, token), 60, every=0.005, what="a new claim of the lane")
        after = os.fstat(part.fileno())
    assert (after.st_size, after.st_mtime_ns) == (size, before.st_mtime_ns), "it wrote into the part"
    check_import(space, expected, finish_import(space, job_id, PATIENCE))


def test_command_whose_commit_was_lost_is_carried_out(space, proxy):
    """One cut, and nothing else goes wrong: what was not committed is done again."""
    space.importer(env={"DATABASE_URL": proxy.url})
    create_list(space)
    proxy.cut_commits(1, marker=b"UPDATE consumer_position p\nSET next_offset", after=False)
    assert done(space, "list.update", {"list_id": "a", "name": "new"}, timeout=30)
    assert (proxy.cuts, space.value("SELECT name FROM list")) == (1, "new")


def test_last_chunk_whose_commit_was_lost_is_in_the_list(space, proxy):
    """Its lane would be done, and the job end without it."""
    expected = make(space.inbox / "leads.csv", 200, seed())
    space.importer(env={"DATABASE_URL": proxy.url, "LEADSPOOL_IMPORT_LANES": "1"})
    create_list(space)
    proxy.cut_commits(1, marker=b"UPDATE import_lane", after=False)
    job_id = start_import(space, "leads.csv", **expected["import"])
    check_import(space, expected, finish_import(space, job_id))
    assert proxy.cuts == 1


def test_chunk_that_is_committed_late_counts_once(space, proxy):
    """The client looks before the server has the COMMIT, and tries again: the first try comes through then."""
    expected = make(space.inbox / "leads.csv", 200, seed())
    space.importer(env={"DATABASE_URL": proxy.url, "LEADSPOOL_IMPORT_LANES": "1"})
    create_list(space)
    proxy.cut_commits(1, marker=b"UPDATE import_lane", after=None)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_for(lambda: proxy.cuts == 1, 30, every=0.005, what="a commit that was cut")
    holders = [pid for [pid] in space.rows(
        "SELECT DISTINCT l.pid FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
        " WHERE c.relname = 'import_lane' AND c.relnamespace = %s::regnamespace AND l.mode = 'RowExclusiveLock'",
        space.ns,
    )]  # fmt: skip
    wait_for(lambda: space.waiting_for(*holders), 4, every=0.005, what="the next try, behind the first")
    proxy.deliver()
    check_import(space, expected, finish_import(space, job_id))


def test_rejects_of_a_lost_commit_are_written_once(space, proxy):
    """The try that failed has left its lines in the part; those of the next chunk come behind."""
    space.extra_env |= {"LEADSPOOL_IMPORT_LANES": "1", "LEADSPOOL_IMPORT_CHUNK_ROWS": "100"}
    expected = make(space.inbox / "leads.csv", 500, seed(), bad=0.3)
    space.importer(env={"DATABASE_URL": proxy.url})
    create_list(space)
    proxy.cut_commits(1, marker=b"INSERT INTO import_part", after=False)
    job_id = start_import(space, "leads.csv", **expected["import"])
    check_import(space, expected, finish_import(space, job_id))
    assert proxy.cuts == 1


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
        lambda: space.value("SELECT count(*) FROM import_part") == 0 and not parts.exists(),
        10,
        what="no parts of rejected rows",
    )
