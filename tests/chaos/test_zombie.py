"""A process that stands still beyond its leases and then wakes up changes nothing any more."""

import time

import pytest
from dirty_csv import make
from harness import wait_for
from harness.digest import state
from harness.settings import database_with, settings
from rounds import FAST, PATIENCE, dead_letters
from scenario import (
    all_published,
    answers,
    ask,
    check_checkpoints,
    check_import,
    create_list,
    done,
    finish_import,
    job_events,
    scale,
    seed,
    start_import,
    tell,
    wait_rows,
)

TIMES = scale(3, long=30)


def fenced(importer):
    """How often the process met a newer owner of what it held."""
    return sum(value for name, value in importer.metrics().items() if "fenced_total" in name)


def owner_of_job(space, importers):
    """The importer whose lease the running job is under, known by its freezing: the lease then runs out."""
    owner = space.value("SELECT owner FROM jobs WHERE state = 'running'")
    [holder] = [importer for importer in importers if str(importer.pid) in owner]
    return holder


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", range(TIMES))
def test_import_goes_on_without_its_frozen_worker(space, moment):
    """SIGSTOP in the midst, an heir finishes, SIGCONT: no row counts twice, no reject line comes twice."""
    space.extra_env |= FAST
    rows = scale(6_000)
    expected = make(space.inbox / "leads.csv", rows, seed() + moment, duplicates=0.2, bad=0.1)
    first = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 200 + moment * rows // (2 * TIMES))
    first.sigstop()
    heir = space.importer()
    finish_import(space, job_id, PATIENCE)
    first.sigcont()
    # What it still held in memory has its chance to do harm now.
    assert ask(space, "list.update", {"list_id": "a", "name": "after"}, PATIENCE).type == "command.completed"
    time.sleep(2)
    check_import(space, expected, finish_import(space, job_id))
    assert heir.alive
    wait_for(lambda: first.alive and first.get("/readyz")[0] == 200, 60, what="the woken one serves again")


STOPS_IN_COPY = """
#include <dlfcn.h>
#include <signal.h>
#include <unistd.h>
int PQputCopyEnd(void *conn, const char *message)
{
    int (*next)(void *, const char *) = (int (*)(void *, const char *))dlsym(RTLD_NEXT, "PQputCopyEnd");
    if (unlink(MARKER) == 0) {
        raise(SIGSTOP);
    }
    return next(conn, message);
}
"""


def stops_in_copy(space):
    """A library with which a process stands still in its next COPY, and the file that asks for that."""
    marker = space.dir / "stops"
    return space.library(STOPS_IN_COPY, "-D_GNU_SOURCE", f'-DMARKER="{marker}"'), marker


IN_COPY = """SELECT l.pid FROM pg_stat_activity a JOIN pg_locks l USING (pid)
WHERE l.relation = to_regclass(%s) AND a.query LIKE 'COPY %%' AND a.state = 'active' AND a.wait_event = 'ClientRead'"""


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "on_duplicate, named",
    [("skip", ""), ("update", ""), ("skip", "application_name=other")],
    ids=["skip", "update", "named"],
)
def test_worker_that_froze_in_a_copy_is_ended(space, on_duplicate, named):
    """No timeout of the server ends such a transaction: who waits for its locks does, whatever the connection is
    called. Its chunks are so large that rows are inserted before the COPY ends."""
    space.extra_env |= FAST | {"LEADSPOOL_IMPORT_CHUNK_ROWS": "6000"}
    expected = make(space.inbox / "leads.csv", 40_000, seed(), on_duplicate=on_duplicate)
    library, marker = stops_in_copy(space)
    url = database_with(named) if named else settings().database_url
    first = space.importer(env={"LD_PRELOAD": library, "DATABASE_URL": url})
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 1)
    marker.touch()
    wait_for(lambda: first.state() == "T", 20, what="a worker that stands still")
    wait_for(lambda: space.rows(IN_COPY, f"{space.ns}.leads"), 5, what="its server process, in COPY")
    heir = space.importer()
    ended = finish_import(space, job_id, 40)
    assert "event=db.blocker_ended " in heir.log()
    first.sigcont()
    time.sleep(2)
    check_import(space, expected, ended)
    assert space.value("SELECT count(*) FROM jobs WHERE state = 'completed'") == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("moment", range(TIMES))
def test_frozen_worker_adds_nothing_behind_the_accounting(space, moment):
    """The heir ends the job without having worked on it: what it says stays true when the other wakes up."""
    space.extra_env |= FAST
    rows = scale(6_000)
    expected = make(space.inbox / "leads.csv", rows, seed() + moment)
    first = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 200 + moment * rows // (2 * TIMES))
    first.sigstop()
    (space.inbox / "leads.csv").rename(space.inbox / "gone.csv")
    space.importer()
    last = job_events(space, job_id)[-1]
    (space.inbox / "gone.csv").rename(space.inbox / "leads.csv")
    first.sigcont()
    time.sleep(2)
    assert (last.type, last.value["error"]["code"]) == ("job.failed", "source_gone")
    check_checkpoints(space, job_id, last.value)
    assert space.value("SELECT count(*) FROM leads") == last.value["inserted"]


@pytest.mark.timeout(300)
def test_frozen_owner_of_partitions_loses_them(space):
    """Commands go to the heir; what the zombie had read has no second effect when it wakes up."""
    space.extra_env |= FAST | {"LEADSPOOL_BATCH_MESSAGES": "5"}
    first = space.importer()
    for n in range(6):
        create_list(space, f"l{n}")
    second = space.importer()
    ids = []
    for n in range(scale(200)):
        data = {"list_id": f"l{n % 6}", "lead": {"phone": f"+1504200{n % 30:04d}", "city": str(n)}}
        ids.append(tell(space, "lead.upsert", data, id=f"u{n}", flush=False))
        if n == 60:
            first.sigstop()
    replies = answers(space, ids, PATIENCE)
    first.sigcont()
    for n in range(6):
        assert done(space, "list.update", {"list_id": f"l{n}", "name": "x"}, timeout=PATIENCE)
    time.sleep(2)
    assert all(len(found) == 1 for found in answers(space, ids).values())
    assert len(replies) == len(ids) and dead_letters(space) == []
    for n in range(6):
        last = {}
        for k in range(n, len(ids), 6):
            last[int(f"1504200{k % 30:04d}")] = str(k)
        rows = space.rows(
            "SELECT phone, city FROM leads JOIN list USING (list_no) WHERE list_id = %s", f"l{n}"
        )
        assert dict(rows) == last
    assert second.alive


@pytest.mark.timeout(300)
def test_two_owners_of_one_partition(spaces):
    """The older claim is fenced in the database, whatever the broker believes: frozen between reading
    and committing, again and again, it never commits what the newer one has."""
    space = spaces()
    space.extra_env |= FAST
    importers = [space.importer(), space.importer()]
    create_list(space)
    ids = []
    for turn in range(TIMES):
        victim = importers[turn % 2]
        for n in range(40):
            data = {"list_id": "a", "name": f"{turn}-{n}"}
            ids.append(tell(space, "list.update", data, id=f"{turn}-{n}", flush=False))
        victim.sigstop()
        answers(space, ids, PATIENCE)
        victim.sigcont()
    assert done(space, "list.update", {"list_id": "a", "priority": 9}, timeout=PATIENCE)
    all_published(space)
    version = space.value("SELECT version FROM list_stats")
    updates = [row for row in state(space)["events"] if "list.updated" in row]
    assert len(updates) == len(ids) + 1
    assert version >= len(updates)
