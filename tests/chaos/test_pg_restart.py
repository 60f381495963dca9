"""PostgreSQL goes away and comes back under load: everything goes on, nothing twice, nothing lost."""

import psycopg
import pytest
from harness import wait_for
from harness.settings import database_with, settings
from rounds import Disturber, Work, check_same, disturb
from scenario import ask, create_list, scale, seed
from servers import restart_postgres

RESTARTS = scale(3, long=50)


def begin(spaces, seed_shift):
    """Two importers whose backends can be told from those of others."""
    work = Work(spaces(), seed() + seed_shift)
    importers = work.importers({"DATABASE_URL": database_with(f"application_name={work.space.ns}")})
    work.begin()
    return work, importers


@pytest.mark.alone
@pytest.mark.timeout(240 + RESTARTS * 60)
def test_restarts_change_nothing(spaces):
    """An immediate shutdown takes the backends with whatever they hold open."""
    work, importers = begin(spaces, 0)
    pids = [importer.pid for importer in importers]
    rounds = disturb(work, Disturber(lambda _: restart_postgres(), seed(), 2.0, 5.0), RESTARTS)
    work.space.disconnect()
    assert [importer.pid for importer in importers if importer.alive] == pids, "no worker has to die of it"
    check_same(spaces, work, rounds)


@pytest.mark.timeout(240 + RESTARTS * 60)
def test_lost_connections_change_nothing(spaces):
    work, importers = begin(spaces, 1)
    pids = [importer.pid for importer in importers]
    cut = []

    def terminate(rng):
        with psycopg.connect(settings().database_url, autocommit=True) as connection:
            backends = connection.execute(
                "SELECT pid FROM pg_stat_activity WHERE application_name LIKE %s ORDER BY pid",
                [f"leadspool % ({work.space.ns})"],
            ).fetchall()
            chosen = [pid for [pid] in backends if rng.random() < 0.5]
            connection.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", [chosen])
            cut.extend(chosen)

    rounds = disturb(work, Disturber(terminate, seed(), 0.1, 1.0), RESTARTS * 5)
    assert cut, "backends were found and ended"
    assert [importer.pid for importer in importers if importer.alive] == pids
    check_same(spaces, work, rounds)


@pytest.mark.alone
@pytest.mark.timeout(240)
def test_a_long_absence(space):
    """Ten seconds without the record: the worker lives on, says not ready, and takes up the work again."""
    importer = space.importer()
    create_list(space)
    seen = []

    def watch(_):
        seen.append((importer.get("/healthz")[0], importer.get("/readyz")[0]))

    with Disturber(watch, 1, 0.2, 0.3):
        restart_postgres(pause_s=10)
    assert 503 in [ready for _, ready in seen]
    assert {health for health, _ in seen} == {200}
    wait_for(lambda: importer.get("/readyz")[0] == 200, 60, what="ready again")
    assert ask(space, "list.update", {"list_id": "a", "name": "x"}).type == "command.completed"
