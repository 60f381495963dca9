"""Kafka goes away and comes back under load: commands and events wait, none is lost, order holds."""

import os
import signal
import time

import pytest
from dirty_csv import make
from harness import db, read_topic, wait_for
from harness.bus import flush_commands
from rounds import Disturber, Work, check_same, disturb
from scenario import (
    LONG,
    all_published,
    answers,
    create_list,
    done,
    finish_import,
    run_import,
    scale,
    seed,
    start_import,
    tell,
)
from servers import restart_kafka, server_pid, start_servers, stop_server

RESTARTS = scale(2, long=30)

pytestmark = pytest.mark.alone


@pytest.mark.timeout(300 + RESTARTS * 60)
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=["killed", "stopped"])
def test_restarts_change_nothing(spaces, number):
    work = Work(spaces(), seed())
    importers = work.importers()
    work.begin()
    pids = [importer.pid for importer in importers]
    rounds = disturb(work, Disturber(lambda _: restart_kafka(number=number), seed(), 2.0, 6.0), RESTARTS)
    assert [importer.pid for importer in importers if importer.alive] == pids, "no worker has to die of it"
    check_same(spaces, work, rounds)


def want_offers(space, count):
    """The campaign's target, as a command leaves it."""
    with space.db.transaction():
        space.db.execute("UPDATE campaign SET hopper_target = %s, rules_version = rules_version + 1", [count])
        space.db.execute("UPDATE list_stats SET rules_version = campaign.rules_version FROM campaign")


@pytest.mark.timeout(300)
def test_offers_do_not_wait_for_the_broker(space):
    """What asks it how far outcomes are read waits for it for seconds; a top-up reads what is known of that."""
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n810-292-9388\n856-636-8749\n504-621-8928\n")
    space.importer()
    space.recycler()
    create_list(space, campaign_id="c")
    run_import(space, "leads.csv")
    free = {"windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": "c", "active": True, "hopper_target": 1} | free)
    wait_for(lambda: space.value("SELECT count(*) FROM offer") == 1)
    broker = server_pid("kafka")
    os.kill(broker, signal.SIGSTOP)
    try:
        time.sleep(1)  # it is being asked by now
        began = time.monotonic()
        for count in (2, 3, 4):
            want_offers(space, count)
            wait_for(lambda count=count: space.value("SELECT count(*) FROM offer") == count, 20)
        assert time.monotonic() - began < 10
    finally:
        os.kill(broker, signal.SIGCONT)


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
        wait_for(lambda: importer.metrics()["leadspool_broker_up"] == 0, 20)
        time.sleep(12)  # more than a session
        assert importer.get("/readyz")[0] == 200
    finally:
        start_servers()
    assert finish_import(space, job_id)["inserted"] == expected["inserted"]
    all_published(space)
    assert importer.alive
    wait_for(lambda: importer.metrics()["leadspool_broker_up"] == 1, 20)
    id = tell(space, "list.update", {"list_id": "a", "name": "x"})
    assert answers(space, [id])[id][0].type == "command.completed"


@pytest.mark.timeout(300)
@pytest.mark.parametrize("outage_s", [29, 31, 45] if LONG else [31])
def test_outage_longer_than_the_relay_waits(space, outage_s):
    """The broker stands still with batches on their way, for about as long as the relay waits before
    it takes them back and sends them again: all events are there, in order (check.py looks at that)."""
    importer = space.importer()
    create_list(space, "a")
    create_list(space, "b")
    server = server_pid("kafka")
    sent = 400
    ids = []
    with db(space) as connection:
        for n in range(sent):
            ids.append(tell(space, "list.update", {"list_id": "ab"[n % 2], "name": f"n{n}"}, flush=False))
        flush_commands(space)
        wait_for(lambda: connection.execute("SELECT sum(version) FROM list_stats").fetchone()[0] > 100)
        os.kill(server, signal.SIGSTOP)
        try:
            time.sleep(outage_s)
        finally:
            os.kill(server, signal.SIGCONT)
    assert {found[0].type for found in answers(space, ids, 120).values()} == {"command.completed"}
    all_published(space)
    updates = [r.id for r in read_topic(space, "list.events") if r.type == "list.updated"]
    assert len(set(updates)) == sent
    assert importer.alive
