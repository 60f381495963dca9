"""The ledger of calls lies in months, and what is known of old calls and commands is forgotten."""

from datetime import UTC, datetime

from harness import wait_for
from harness.dialer import Clock, rfc3339
from scenario import create_list, upsert

NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
PARTITIONS = """
    SELECT relname::text, pg_get_expr(relpartbound, c.oid) FROM pg_class c JOIN pg_inherits i ON i.inhrelid = c.oid
    WHERE i.inhparent = 'attempt'::regclass ORDER BY 1
"""
OLD_CALL = """
    INSERT INTO attempt (recorded_at, lead_id, source, call_id, disposition, status, contact, started_at)
    SELECT %s, 1, 'x', n::text, 'NA', 'NA', false, %s FROM generate_series(1, 3) AS n
"""
KNOWN = "INSERT INTO call_known SELECT 'x', n::text, %s FROM generate_series(1, %s) AS n"
COMMANDS = """
    INSERT INTO command (source, command_id, body_sha256, reply_type, reply, handled_at)
    SELECT 'x', n::text, '', '', '', %s FROM generate_series(1, %s) AS n
"""


def months(space):
    return [name.removeprefix("attempt_") for name, _ in space.rows(PARTITIONS)]


def call(space, dialer, lead_id, call_id):
    """One call, told and recorded; the partition that it lies in."""
    said = {"lead_id": lead_id, "call_id": call_id, "disposition": "NA", "started_at": rfc3339(space.clock.now)}
    dialer.send("call.ended", said | {"duration_s": 0})
    found = "SELECT tableoid::regclass::text FROM attempt WHERE call_id = %s"
    return wait_for(lambda: space.rows(found, call_id), what="the call")[0][0].split(".")[-1]


def test_months(space):
    """Made ahead, also where the default partition holds calls of one of them: that month stays there."""
    space.clock = Clock(space, NOON)
    december = datetime(2026, 12, 2, tzinfo=UTC)
    space.db.execute(OLD_CALL, (december, december))
    space.db.execute(KNOWN, (datetime(2026, 10, 21, 17, 59, tzinfo=UTC), 25_000))
    space.db.execute(COMMANDS, (datetime(2026, 10, 21, 17, 59, tzinfo=UTC), 25_000))
    space.db.execute("INSERT INTO call_known VALUES ('x', 'young', %s)", (datetime(2026, 10, 21, 18, 1, tzinfo=UTC),))
    space.importer()
    space.recycler()
    wait_for(lambda: months(space) == ["202611", "202701", "other"], what="the months")
    assert space.value("SELECT count(*) FROM attempt_other") == 3
    wait_for(lambda: space.value("SELECT count(*) FROM command WHERE source = 'x'") == 0, what="commands forgotten")
    known = "SELECT count(*), max(call_id) FROM call_known WHERE source = 'x'"
    wait_for(lambda: space.row(known) == (1, "young"), what="calls forgotten")
    create_list(space)
    lead_id = upsert(space, phone="+15046218927")["lead_id"]
    dialer = space.dialer(clock=space.clock)
    assert call(space, dialer, lead_id, "a") == "attempt_202611"
    space.clock.set(datetime(2026, 12, 15, 18, 0, tzinfo=UTC))
    assert call(space, dialer, lead_id, "b") == "attempt_other"
    space.clock.set(datetime(2027, 1, 15, 18, 0, tzinfo=UTC))
    assert call(space, dialer, lead_id, "c") == "attempt_202701"
    assert space.value("SELECT count(*) FROM attempt WHERE lead_id = %s", int(lead_id)) == 3
    again = space.recycler()
    wait_for(lambda: months(space) == ["202611", "202701", "202702", "202703", "other"], what="the next months")
    assert again.alive
