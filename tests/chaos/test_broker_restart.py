"""Kafka goes away and comes back under load: commands and events wait, none is lost, order holds."""

import signal
import time

import pytest
from dirty_csv import make
from harness import wait_for
from rounds import Disturber, Work, check_same, disturb
from scenario import answers, create_list, finish_import, scale, seed, start_import, tell
from servers import restart_kafka, start_servers, stop_server

RESTARTS = scale(2, long=30)


@pytest.mark.timeout(300 + RESTARTS * 60)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_restarts_change_nothing(spaces, number):
    work = Work(spaces(), seed())
    importers = [work.space.importer(), work.space.importer()]
    work.begin()
    pids = [importer.pid for importer in importers]
    rounds = disturb(work, Disturber(lambda _: restart_kafka(number=number), seed(), 2.0, 6.0), RESTARTS)
    assert [importer.pid for importer in importers if importer.alive] == pids, "no worker has to die of it"
    check_same(spaces, work, rounds)


@pytest.mark.timeout(300)
def test_jobs_go_on_without_the_broker(space):
    """A job that was accepted works from PostgreSQL; its events come out when the broker is back."""
    expected = make(space.inbox / "leads.csv", scale(20_000), seed())
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "200"
    importer = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    stop_server("kafka", signal.SIGKILL)
    try:
        wait_for(lambda: space.value("SELECT state FROM jobs") == "completed", 60)
        assert space.value("SELECT count(*) FROM leads") == expected["inserted"]
        assert space.value("SELECT count(*) FROM outbox") > 0
        time.sleep(3)
    finally:
        start_servers()
    assert finish_import(space, job_id)["inserted"] == expected["inserted"]
    wait_for(lambda: space.value("SELECT count(*) FROM outbox") == 0, 60)
    assert importer.alive
    id = tell(space, "list.update", {"list_id": "a", "name": "x"})
    assert answers(space, [id])[id][0].type == "command.completed"
