"""Workers come and go while there is much to do: every command is carried out, by somebody, once."""

import time

import pytest
from harness import send_command, wait_for
from harness.bus import flush_commands
from scenario import scale

COMMANDS = scale(800, long=20_000)
PATIENCE = 120 + COMMANDS // 40  # seconds
FAST = {"LEADSPOOL_BATCH_MESSAGES": "10", "LEADSPOOL_SESSION_TIMEOUT_MS": "2000"}


def send_lists(space, count):
    for i in range(count):
        send_command(space, "importer.commands", f"l{i}", "list.create", {"list_id": f"l{i}", "campaign_id": "c"},
                     flush=False)  # fmt: skip
    flush_commands(space)


def made(space):
    return space.value("SELECT count(*) FROM list")


@pytest.mark.timeout(120 + 3 * PATIENCE)
def test_partitions_with_a_backlog_are_read_by_whoever_gets_them(space, proxy):
    """The record is away, so queues fill and fetching pauses; then a second worker joins, and leaves again."""
    space.extra_env |= FAST
    space.check_every = max(1, COMMANDS // 1000)
    first = space.importer(env={"DATABASE_URL": proxy.url})
    first.wait_ready()
    send_lists(space, COMMANDS)
    wait_for(lambda: made(space) > COMMANDS / 20, PATIENCE)
    proxy.refuse()
    proxy.reset()
    time.sleep(2)
    second = space.importer()
    time.sleep(2)
    proxy.forward()
    second.wait_ready()
    wait_for(lambda: made(space) > COMMANDS / 2, PATIENCE)
    assert second.terminate(timeout=12) == 0
    wait_for(lambda: made(space) == COMMANDS, PATIENCE)
    replies = space.value("SELECT count(*) FROM command WHERE reply_type = 'command.completed'")
    assert replies == COMMANDS
