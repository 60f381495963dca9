"""What several scenarios say or ask in the same way. Every scenario takes N and SEED from the environment."""

import csv
import os
import re
import time
import weakref
from pathlib import Path

import psycopg
from dirty_accounting import FIELDS, leads_digest
from harness import db, send_command, wait_for
from harness.bus import Reader, flush_commands, partitions_of

DATA = Path(__file__).resolve().parents[1] / "data"
SQL = Path(__file__).resolve().parents[2] / "schemas" / "sql"
LONG = os.environ.get("LEADSPOOL_TEST_LONG") == "1"
COUNTS = ("rows", "inserted", "updated", "duplicate_in_file", "duplicate_in_list", "duplicate_in_campaign")
COUNTS += ("duplicate", "rejected")
STAGES = {"dnc": 1, "invalid": 2, "finished": 3, "offered": 4, "exhausted": 5, "ready": 6}
ENDED = {"job.completed", "job.failed", "job.cancelled"}

csv.field_size_limit(1 << 26)


def scale(default, long=None):
    """How much of it: N, else the long figure with LEADSPOOL_TEST_LONG=1, else the default."""
    return int(os.environ.get("N") or (long if LONG and long else default))


def seed():
    return int(os.environ.get("SEED", "1"))


def query(name):
    """A statement of the workers, as they have it."""
    sql = (SQL / "queries" / f"{name}.sql").read_text()
    return re.sub(r"\[include (\w+)\]", lambda part: (SQL / "fragments" / f"{part[1]}.sql").read_text(), sql)


class Follower:
    """One topic from its beginning, read once however often it is asked about."""

    def __init__(self, space, topic):
        self.topic = topic
        # A topic that was just made may not have its leaders yet.
        wait_for(lambda: partitions_of(space, topic), what=f"the partitions of {topic}")
        self.reader = Reader(space, [topic], wait_ms=1000)
        self.seen = []

    def until(self, holds, timeout):
        """Records in the order of each partition, as soon as holds(records)."""
        deadline = time.monotonic() + timeout
        while not holds(self.seen):
            if time.monotonic() > deadline:
                raise AssertionError(f"{self.topic}: not within {timeout} s\n{where_it_stands(self)}")
            self.seen += self.reader.read(0.02)
        return self.seen


def where_it_stands(follower):
    """For a person who looks into why something did not come."""
    asked = {
        "positions": "SELECT topic, partition, next_offset, epoch, left(owner, 8), marked_offset, halted"
        " FROM consumer_position ORDER BY 1, 2",
        "commands": "SELECT command_id, reply_type FROM command ORDER BY handled_at DESC LIMIT 5",
        "jobs": "SELECT job_no, state, left(owner, 8) FROM jobs ORDER BY 1 DESC LIMIT 5",
        "outbox": "SELECT lane, count(*) FROM outbox GROUP BY 1",
        "lanes": "SELECT lane, left(owner, 8), lease_until > clock_timestamp() FROM outbox_lane ORDER BY 1",
    }
    lines = [f"last records: {follower.seen[-3:]}"]
    for name, sql in asked.items():
        try:
            lines.append(f"{name}: {follower.reader.space.rows(sql)}")
        except psycopg.Error as error:
            lines.append(f"{name}: {error}")
    return "\n".join(lines)


FOLLOWERS = weakref.WeakKeyDictionary()  # space -> {topic: Follower}


def follow(space, topic, until, timeout):
    followers = FOLLOWERS.setdefault(space, {})
    if topic not in followers:
        followers[topic] = Follower(space, topic)
    return followers[topic].until(until, timeout)


# ---- commands and replies


TOPICS = {"dnc": "dnc.commands", "stats": "stats.commands"} | dict.fromkeys(("campaign", "disposition", "recycle_rule"), "recycler.commands")


TOPICS["list.export"] = "exporter.commands"


def topic_of(type):
    return TOPICS.get(type) or TOPICS.get(type.split(".")[0], "importer.commands")


def tell(space, type, data, key=None, flush=True, **more):
    """Sends a command where it belongs; returns its ce_id. Kafka may just be away for a while."""
    key = key or data.get("list_id") or data.get("phone") or data.get("campaign_id") or "key"
    id = send_command(space, more.pop("topic", topic_of(type)), key, type, data, flush=False, **more)
    if flush:
        flush_commands(space, timeout=120)
    return id


def answers(space, ids, timeout=60):
    """{ce_id of the command: its replies, each once, in the order they were given}, when all have one."""
    wanted, found = set(ids), {}

    def complete(records):
        found.clear()
        for record in records:
            cause = record.headers.get("ce_correlationid")
            if cause in wanted and record.id not in [known.id for known in found.setdefault(cause, [])]:
                found[cause].append(record)
        return wanted <= found.keys()

    follow(space, "command.events", complete, timeout)
    return found


def answer(space, id, timeout=60):
    """The first reply to the command."""
    return answers(space, [id], timeout)[id][0]


def ask(space, type, data, timeout=60, **more):
    """Sends a command and returns its reply."""
    return answer(space, tell(space, type, data, **more), timeout)


def done(space, type, data, **more):
    """Sends a command that has to be carried out at once; returns the results."""
    reply = ask(space, type, data, **more)
    assert reply.type == "command.completed", reply
    return reply.value["results"]


def create_list(space, list_id="a", id=None, timeout=60, **fields):
    fields.setdefault("campaign_id", f"c-{list_id}")
    [result] = done(space, "list.create", {"list_id": list_id, **fields}, id=id, timeout=timeout)
    assert result["result"] == "created", result
    return list_id


def upsert(space, list_id="a", **lead):
    """One lead; its result."""
    [result] = done(space, "lead.upsert", {"list_id": list_id, "lead": lead})
    return result


def all_published(space, timeout=60):
    """Until every event lies in Kafka. Events of different subjects have no order between them: the
    end of a job, or the answer to a command, may be there before the leads that it made."""
    wait_for(lambda: space.value("SELECT count(*) FROM outbox") == 0, timeout, what="an empty outbox")


# ---- imports


def start_import(space, file, list_id="a", id=None, timeout=60, **fields):
    """Returns the job_id of the accepted import."""
    reply = ask(space, "list.import", {"list_id": list_id, "file": file, **fields}, id=id, timeout=timeout)
    assert reply.type == "command.accepted", reply
    assert reply.value["kind"] == "import"
    return reply.value["job_id"]


def events_of(records, subject):
    """Events about that subject, each once."""
    seen = {}
    for record in records:
        if record.headers.get("ce_subject") == subject:
            seen.setdefault(record.id, record)
    return list(seen.values())


def job_events(space, job_id, timeout=120):
    """All events of the job, when it has ended."""

    def ended(records):
        return any(record.type in ENDED for record in events_of(records, job_id))

    return events_of(follow(space, "list.events", ended, timeout), job_id)


def finish_import(space, job_id, timeout=120):
    """The values of job.completed, after its events were looked through."""
    events = job_events(space, job_id, timeout)
    for event in events:
        value = event.value
        if event.type == "job.started":
            continue  # it has no counts
        duplicates = [value[f"duplicate_in_{place}"] for place in ("file", "list", "campaign")]
        assert value["duplicate"] == sum(duplicates), value
        parts = [value[name] for name in ("inserted", "updated", "duplicate", "rejected")]
        assert value["rows"] == sum(parts), value
    assert [event.type for event in events][:1] == ["job.accepted"], [event.type for event in events]
    assert events[-1].type == "job.completed", events[-1]
    return events[-1].value


def run_import(space, file, list_id="a", timeout=120, **fields):
    return finish_import(space, start_import(space, file, list_id, **fields), timeout)


# ---- what is in the record, compared with what has to be


def counts_of(value):
    return {name: value[name] for name in COUNTS}


def leads_of(space, list_id="a"):
    """(phone, values of FIELDS) of every lead of the list, a batch of them in memory."""
    columns = ", ".join(f"l.{name}" for name in FIELDS)
    sql = f"SELECT l.phone, {columns} FROM leads l JOIN list USING (list_no) WHERE list_id = %s"
    with db(space) as connection, connection.transaction(), connection.cursor(name="leads") as cursor:
        cursor.itersize = 10_000
        for phone, *values in cursor.execute(sql, [list_id]):
            yield str(phone), values


def check_leads(space, expected, list_id="a"):
    """The leads of the list are those of a generated file's accounting."""
    if leads_digest(leads_of(space, list_id)) == expected["digest"]:
        return
    found = {
        phone: {name: value for name, value in zip(FIELDS, values, strict=True) if value}
        for phone, values in leads_of(space, list_id)
    }
    wanted = expected["leads"] or {}
    wrong = [phone for phone in found.keys() | wanted.keys() if found.get(phone) != wanted.get(phone)]
    shown = [(phone, found.get(phone), wanted.get(phone)) for phone in sorted(wrong)[:3]]
    raise AssertionError(f"{len(wrong)} leads differ (found, expected): {shown}")


def rejects_of(space, ended, delimiter=","):
    """(cells, row, code, column, reason) of each line of the reject file; its header first, if any."""
    if not ended["rejects"]:
        return []
    with open(space.outbox / ended["rejects"], newline="", encoding="utf-8-sig", errors="replace") as file:
        lines = list(csv.reader(file, delimiter=delimiter))
    return [(line[:-4], *line[-4:]) for line in lines]


def check_rejects(space, expected, ended):
    fields = expected["import"]
    lines = rejects_of(space, ended, fields["delimiter"])
    if fields["header"] and lines:
        assert lines.pop(0)[1:] == ("row", "code", "column", "reason")
    rows = [int(row) for _, row, *_ in lines]
    assert rows == sorted(rows)
    found = {row: code for _, row, code, *_ in lines}
    assert len(found) == len(lines) == ended["rejected"]
    wrong = {
        row: (found.get(row), expected["rejects"].get(row))
        for row in found.keys() | expected["rejects"].keys()
        if found.get(row) not in expected["rejects"].get(row, "").split("|")
    }
    assert not wrong, f"{len(wrong)} rows differ (found, expected): {dict(sorted(wrong.items())[:5])}"
    assert all(reason for *_, reason in lines)


def recount(space, list_id="a"):
    """The counters of the list as its leads say them, and the leads per status."""
    rows = space.rows(
        "SELECT stage, status, count(*), count(*) FILTER (WHERE contacted), count(*) FILTER (WHERE attempts > 0)"
        " FROM leads JOIN list USING (list_no) WHERE list_id = %s GROUP BY stage, status",
        list_id,
    )
    counters = dict.fromkeys((*STAGES, "total", "contacted", "attempted"), 0)
    names, statuses = {number: name for name, number in STAGES.items()}, {}
    for stage, status, leads, contacted, attempted in rows:
        counters[names[stage]] += leads
        counters["total"] += leads
        counters["contacted"] += contacted
        counters["attempted"] += attempted
        statuses[status] = statuses.get(status, 0) + leads
    return counters, statuses


def check_counters(space, list_id="a"):
    """I3: list_stats, list_status and the last list.stats are what a recount of the leads says."""
    counters, statuses = recount(space, list_id)
    names = [*STAGES, "total", "contacted", "attempted"]
    *stored, version, life = space.row(
        f"SELECT {', '.join(names)}, version, life FROM list_stats JOIN list USING (list_no) WHERE list_id = %s",
        list_id,
    )
    assert dict(zip(names, stored, strict=True)) == {name: counters[name] for name in names}
    stored_statuses = space.rows(
        "SELECT status, leads FROM list_status JOIN list USING (list_no) WHERE list_id = %s AND leads <> 0",
        list_id,
    )
    assert dict(stored_statuses) == statuses
    last = last_stats(space, list_id, version)
    assert last["life"] == life
    assert last["dialable"] == counters["ready"]
    assert {name: last[name] for name in names if name != "ready"} == {
        name: counters[name] for name in names if name != "ready"
    }
    assert {status: leads for status, leads in last["statuses"].items() if leads} == statuses
    check_queue(space)


QUEUE = """
    SELECT count(*)
    FROM (SELECT lead_id, list_no, coalesce(gate_no, 1) AS gate_no,
                 CASE WHEN attempts = 0 THEN 2 WHEN callback_at IS NULL THEN 3 ELSE 1 END AS class,
                 99 - priority AS lead_rank, coalesce(due_at, 'epoch') AS due_at
          FROM leads LEFT JOIN zone_set USING (zone_set_no) WHERE stage = 6) l
    FULL JOIN ready_lead r USING (lead_id, list_no, gate_no, class, lead_rank, due_at)
    WHERE l IS NULL OR r IS NULL
"""


def check_queue(space):
    """A lead has its row in ready_lead, under the key that its own row makes, exactly while it is ready."""
    assert space.value(QUEUE) == 0


def last_stats(space, list_id, version, timeout=30):
    """The list.stats of that version, which has to be the newest there is."""

    def newest(records):
        values = [record.value for record in records if record.key == list_id]
        return max(values, key=lambda value: (value["epoch"], value["version"]), default=None)

    def there(records):
        value = newest(records)
        return value is not None and value["version"] >= version

    value = newest(follow(space, "list.stats", there, timeout))
    assert value["version"] == version
    return value


def check_import(space, expected, ended, list_id="a"):
    """Counts, rejected rows, leads and counters of one import into a list that was empty."""
    assert counts_of(ended) == {name: expected[name] for name in COUNTS}
    check_rejects(space, expected, ended)
    check_leads(space, expected, list_id)
    check_counters(space, list_id)


def check_checkpoints(space, job_id, value):
    """What the job's last event accounts for is what its lanes committed, also a while after it."""
    assert value["rows"] == value["inserted"] + value["updated"] + value["duplicate"] + value["rejected"]
    names = [name for name in COUNTS if name != "duplicate"]
    sums = ", ".join(f"sum({name})::bigint" for name in names)
    counts = space.row(f"SELECT {sums} FROM import_lane WHERE job_no = %s", int(job_id))
    assert dict(zip(names, counts, strict=True)) == {name: value[name] for name in names}


def wait_rows(space, job_id, rows, timeout=60):
    """Until the checkpoints of the running import account for that many rows."""
    wait_for(
        lambda: (
            space.value("SELECT coalesce(sum(rows), 0) FROM import_lane WHERE job_no = %s", int(job_id))
            >= rows
        ),
        timeout,
        every=0.005,
        what=f"{rows} rows of job {job_id}",
    )


def job_state(space, job_id):
    return space.value("SELECT state FROM jobs WHERE job_no = %s", int(job_id))
