"""An older claim writes nothing: the record itself refuses it, whatever the process believes.

Each fence is met alone. A transaction of the importer waits for a lock that the test holds; meanwhile
the test moves what a newer owner, or an earlier try that was committed late, would have moved.
"""

from contextlib import contextmanager

import dirty_csv
import pytest
from confluent_kafka.admin import NewTopic
from harness import db, wait_for
from harness.bus import admin, partitions_of
from scenario import (
    answer,
    answers,
    check_import,
    create_list,
    finish_import,
    seed,
    start_import,
    tell,
)

COMMANDS = "importer.commands"


def fenced(importer):
    """How often the process met a newer owner of what it held."""
    return sum(value for name, value in importer.metrics().items() if "fenced_total" in name)


@contextmanager
def somebody_waits(space, act):
    """act() makes the importer change the only list; in the block that transaction stands still."""
    with db(space) as beside:
        with beside.transaction():
            beside.execute("SELECT 1 FROM list_stats FOR UPDATE")
            act()
            pid = beside.info.backend_pid
            wait_for(lambda: space.waiting_for(pid), 20, every=0.01, what="a transaction that waits")
            yield


# What the newer claim, or the late commit, has moved; whether the command is still to be carried out.
POSITIONS = {
    "epoch": ("epoch = epoch + 1", True),
    "next_offset": ("next_offset = next_offset + 1, fingerprint = NULL", False),
}


@pytest.mark.parametrize("moved", POSITIONS)
def test_batch_of_a_position_that_moved_is_given_up(space, moved):
    change, carried_out = POSITIONS[moved]
    importer = space.importer()
    create_list(space, name="old")
    ids = []

    def update():
        ids.append(tell(space, "list.update", {"list_id": "a", "name": "new"}))

    with somebody_waits(space, update):
        space.db.execute(f"UPDATE consumer_position SET {change} WHERE topic = %s AND next_offset > 0", [COMMANDS])
    wait_for(lambda: fenced(importer) == 1, 20, what="a batch that was given up")
    assert "owns a partition of the batch" in importer.log(), "not by a look at the positions once it was committed"
    assert answer(space, tell(space, "list.update", {"list_id": "a", "priority": 9})).type == "command.completed"
    assert space.value("SELECT name FROM list") == ("new" if carried_out else "old")
    if carried_out:
        assert len(answers(space, ids)[ids[0]]) == 1


def test_chunk_of_a_lane_that_was_claimed_is_given_up(space):
    """The job is claimed anew, and goes on from what the record says."""
    space.extra_env |= {"LEADSPOOL_IMPORT_LANES": "1", "LEADSPOOL_JOB_LEASE_MS": "1500"}
    expected = dirty_csv.make(space.inbox / "leads.csv", 200, seed())
    space.importer()
    create_list(space)
    jobs = []

    def start():
        jobs.append(start_import(space, "leads.csv", **expected["import"]))

    with somebody_waits(space, start):
        space.db.execute("UPDATE import_lane SET token = token + 100")
    ended = finish_import(space, jobs[0])
    assert space.value("SELECT token FROM jobs") == 2, "claimed once more"
    check_import(space, expected, ended)


def take_away(space, topic):
    """Returns how many partitions it had."""
    count = len(partitions_of(space, topic))
    for done in admin().delete_topics([f"{space.ns}.{topic}"], operation_timeout=30).values():
        done.result()
    wait_for(lambda: not partitions_of(space, topic), what=f"{topic} gone")
    return count


def make(space, topic, count):
    for done in admin().create_topics([NewTopic(f"{space.ns}.{topic}", count, 1)]).values():
        done.result()
    wait_for(lambda: len(partitions_of(space, topic)) == count, what=f"{topic} made")


def make_anew(space, topic):
    make(space, topic, take_away(space, topic))


def test_a_topic_that_is_gone_is_told_and_read_when_it_is_back(space):
    """A worker that reads its other topics is not ready."""
    importer = space.importer()
    gone = f"there is no topic {space.ns}.dnc.commands"
    count = take_away(space, "dnc.commands")
    wait_for(lambda: gone in importer.get("/readyz")[1], 60, what="the topic that is missing")
    assert importer.get("/readyz")[0] == 503 and "event=kafka.topic_missing" in importer.log()
    make(space, "dnc.commands", count)
    importer.wait_ready(30)
    assert answer(space, tell(space, "dnc.add", {"phone": "+15046218927"}, topic="dnc.commands")).type == "command.completed"


def test_topic_that_was_made_anew_halts(space):
    """It has as many records as were read, and more, and they are others: a person has to decide."""
    space.check_messages = False
    importer = space.importer()
    create_list(space, name="old")
    assert importer.terminate() == 0
    make_anew(space, COMMANDS)
    for n in range(5):
        tell(space, "list.update", {"list_id": "a", "name": f"of another time {n}"})
    space.importer()
    halted = "SELECT count(*) FROM consumer_position WHERE topic = %s AND halted IS NOT NULL"
    wait_for(lambda: space.value(halted, COMMANDS) == 1, 20, what="a partition that halts")
    assert space.value("SELECT name FROM list") == "old"
