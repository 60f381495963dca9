"""The relay: what is in the outbox reaches Kafka, whatever else is in it and however it came there."""

import itertools
import random
import re
import struct
import threading
import time
import uuid

import pytest
from confluent_kafka import KafkaError
from confluent_kafka.admin import AlterConfigOpType, ConfigEntry, ConfigResource
from harness import db, read_topic, send_command, wait_for
from harness.bus import admin, partitions_of, producer
from harness.process import NOWHERE
from scenario import all_published, answer, answers, create_list, job_state, start_import, tell, wait_rows

LANES = 16  # of all events but the counters of lists
SPARE = "dnc.commands.dlq"  # a topic that nothing else writes to here


def frame(part):
    return b"\xff\xff\xff\xff" if part is None else struct.pack(">I", len(part)) + part


def payload(topic, key, value, headers=()):
    """One message as common/runtime/outbox.h writes it."""
    parts = [frame(topic.encode() + b"\0"), frame(key), frame(value), struct.pack(">I", len(headers))]
    for name, text in headers:
        parts += [frame(name.encode() + b"\0"), frame(text.encode())]
    return b"".join(parts)


def read_new(space, topic, until, timeout=30):
    """read_topic() of a topic that the first message makes."""
    wait_for(lambda: partitions_of(space, topic), timeout, what=topic)
    return read_topic(space, topic, until=until, timeout=timeout)


INSERT = (
    "INSERT INTO outbox (lane, messages, payload, written_at)"
    " SELECT %s, 1, %s, now() FROM generate_series(1, %s)"
)


def publishes(space, lane, text):
    """A row that is written now in that lane comes out."""
    space.db.execute(INSERT, (lane, payload(SPARE, b"k", text.encode()), 1))
    return read_new(space, SPARE, lambda seen: text.encode() in [r.raw for r in seen])


def unpublishable(worker):
    shown = worker.metrics()
    results = ("stub", "skipped", "damaged")
    return [shown[f'leadspool_outbox_unpublishable_total{{result="{result}"}}'] for result in results]


def test_what_only_figures_are_made_of_is_not_waited_for(space):
    """Somebody holds the table of jobs, as a migration or a repair by hand does: events go out meanwhile. One line of
    the relay counts jobs."""
    space.check_messages = False
    importer = space.importer()
    waits = (
        "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid)"
        " WHERE NOT granted AND relation = to_regclass(%s) AND application_name LIKE 'leadspool relay%%'"
    )
    seen, until = set(), time.monotonic() + 30
    with db(space) as beside, beside.transaction():
        beside.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE")
        while not seen and time.monotonic() < until:
            seen |= set(space.rows(waits, f"{space.ns}.jobs"))  # such a wait lasts 100 ms
        assert seen == {("leadspool relay events",)}
        for _ in range(10):
            space.db.execute(INSERT, (5, payload(SPARE, b"k", b"beside"), 1))
            wait_for(lambda: space.value("SELECT count(*) FROM outbox") == 0, 15, what="published")
            assert importer.get("/readyz") == (200, "ready\n"), importer.get("/readyz")
            time.sleep(0.1)
    assert "outbox.trouble" not in importer.log()


def test_floor_counts_who_draws_while_it_is_looked_for(space):
    """An id is drawn between the snapshot and the look at the sequence, and commits much later.

    A view stands for the sequence, and keeps whoever looks at it waiting while the test holds a lock."""
    space.check_messages = False
    gate = 4711
    space.db.execute("ALTER SEQUENCE outbox_id_seq RENAME TO outbox_drawn")
    space.db.execute(
        "CREATE FUNCTION look() RETURNS TABLE (last_value bigint, is_called boolean) VOLATILE LANGUAGE plpgsql"
        f" AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared({gate}, '{space.ns}'::regnamespace::int);"
        " RETURN QUERY SELECT s.last_value, s.is_called FROM outbox_drawn s; END $$"
    )
    space.db.execute("CREATE VIEW outbox_id_seq AS SELECT * FROM look()")
    space.db.execute("GRANT SELECT ON outbox_id_seq TO PUBLIC")
    lock = f"({gate}, '{space.ns}'::regnamespace::int)"
    waiting = (
        "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE locktype = 'advisory' AND NOT granted"
        f" AND classid = {gate} AND objid = '{space.ns}'::regnamespace AND application_name = 'leadspool relay events'"
    )
    space.importer()
    publishes(space, 5, "before")
    space.db.execute(f"SELECT pg_advisory_lock{lock}")
    with db(space) as late:
        wait_for(lambda: space.value(waiting) == 1, 4, what="the relay looks")
        late.autocommit = False
        late.execute("SELECT pg_current_xact_id()")
        late.execute(INSERT, (5, payload(SPARE, b"k", b"late"), 1))
        space.db.execute(f"SELECT pg_advisory_unlock{lock}")
        time.sleep(4)  # several looks at the horizon; nothing else writes
        late.commit()
    read_new(space, SPARE, lambda seen: b"late" in [r.raw for r in seen], timeout=10)


def test_an_idle_relay_looks_as_often_as_it_is_told(space):
    space.importer(env={"LEADSPOOL_RELAY_IDLE_MS": "1000"})
    begins, until = set(), time.monotonic() + 3
    while time.monotonic() < until:
        asked = "SELECT xact_start FROM pg_stat_activity WHERE application_name = 'leadspool relay events' AND usename = %s"
        begins |= set(space.rows(asked + " AND xact_start IS NOT NULL", f"{space.ns}_importer"))
    assert len(begins) < 20, "three seconds of a relay that looks each hundredth"


def test_a_line_without_a_lane_asks_for_nothing(space):
    """It renews every ten seconds, to see whether one is free; its figures are 0 all the same."""
    space.importer({"LEADSPOOL_LANE_LEASE_MS": "30000"})
    recycler = space.recycler({"LEADSPOOL_LANE_LEASE_MS": "30000"})
    asked = "SELECT query_start FROM pg_stat_activity WHERE application_name = 'leadspool relay live' AND usename = %s"
    [before] = space.rows(asked, f"{space.ns}_recycler")
    time.sleep(2.5)
    assert space.rows(asked, f"{space.ns}_recycler") == [before]
    assert recycler.metrics()['leadspool_outbox_rows{lanes="live"}'] == 0


def test_nothing_is_sent_once_the_lease_may_have_ended(space, proxy):
    """A row lies in the producer when the record goes out of reach, and with it the lease: it is taken
    back, since somebody else may have the lane by the time that it would go out."""
    space.check_messages = False
    linger_s = 8
    env = {"KAFKA_PRODUCER_LINGER_MS": str(linger_s * 1000), "LEADSPOOL_LANE_LEASE_MS": "1500"}
    importer = space.importer(env={"DATABASE_URL": proxy.url, **env})
    publishes(space, 5, "before")
    all_published(space)
    trouble = ("leadspool_producer_rebuilds_total", "leadspool_outbox_failures_total")
    assert [importer.metrics()[series] for series in trouble] == [0, 0]
    space.db.execute(INSERT, (5, payload(SPARE, b"k", b"late"), 1))
    time.sleep(linger_s / 3)  # the relay looks a hundred times a second
    proxy.refuse()
    proxy.reset()
    time.sleep(linger_s + 2)
    assert [r.raw for r in read_topic(space, SPARE)] == [b"before"]
    proxy.forward()
    read_new(space, SPARE, lambda seen: b"late" in [r.raw for r in seen])
    all_published(space)
    assert [r.raw for r in read_topic(space, SPARE)] == [b"before", b"late"]
    assert [importer.metrics()[series] for series in trouble] == [1, 1]
    assert "unconfirmed_rows=1 refused_rows=0 unsent_rows=0" in importer.log()


def test_lanes_of_a_line_that_hangs_go_to_others(space):
    """Though the other line of that worker, which has the counters of lists, goes on."""
    space.check_messages = False
    env = {"LEADSPOOL_LANE_LEASE_MS": "1500"}
    space.importer(env)
    owned = "SELECT count(*) FROM outbox_lane WHERE owner = %s"
    [(first,)] = space.db.execute("SELECT owner FROM outbox_lane WHERE lane = 16").fetchall()
    space.recycler(env)
    wait_for(lambda: space.value(owned, first) == 9, what="half of the lanes, and the one of counters")
    space.db.execute(
        "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF NEW.worker_id = '{first}' AND current_setting('application_name') = 'leadspool relay events'"
        " THEN PERFORM pg_sleep(60); END IF; RETURN NEW; END $$"
    )
    space.db.execute("CREATE TRIGGER hang BEFORE INSERT ON worker FOR EACH ROW EXECUTE FUNCTION hang()")
    wait_for(lambda: space.value(owned, first) == 1, 15, what="all lanes but that of counters are another's")
    space.db.execute("DROP TRIGGER hang ON worker")


def test_a_line_that_lost_its_only_lane_takes_back_what_is_on_its_way(space):
    space.check_messages = False
    linger_s = 3
    env = {"KAFKA_PRODUCER_LINGER_MS": str(linger_s * 1000), "LEADSPOOL_LANE_LEASE_MS": "1500"}
    space.importer(env)
    publishes(space, 16, "before")
    for n in range(3):
        space.db.execute(INSERT, (16, payload(SPARE, b"k", b"late"), 1))
        time.sleep(1)  # it lies in the producer
        space.db.execute("UPDATE outbox_lane SET owner = 'other', lease_until = 'infinity' WHERE lane = 16")
        time.sleep(linger_s)
        assert [r.raw for r in read_topic(space, SPARE)] == [b"before"], n
        space.db.execute("DELETE FROM outbox WHERE lane = 16")
        space.db.execute("UPDATE outbox_lane SET owner = '', lease_until = '-infinity' WHERE lane = 16")
        wait_for(lambda: space.value("SELECT owner FROM outbox_lane WHERE lane = 16"), what="the lane is its own again")


def test_a_lane_that_others_had_meanwhile_is_lost(space):
    """Though it is free again by the time that the worker looks, and there are lanes to be had."""
    space.check_messages = False
    linger_s = 3
    space.db.execute("UPDATE outbox_lane SET owner = 'other', lease_until = 'infinity' WHERE lane BETWEEN 8 AND 15")
    space.importer({"KAFKA_PRODUCER_LINGER_MS": str(linger_s * 1000), "LEADSPOOL_LANE_LEASE_MS": "1500"})
    publishes(space, 3, "before")
    space.db.execute(INSERT, (3, payload(SPARE, b"k", b"late"), 1))
    time.sleep(1)  # it lies in the producer
    with space.db.transaction():
        space.db.execute("UPDATE outbox_lane SET owner = '', lease_until = '-infinity', epoch = epoch + 1 WHERE lane = 3")
        space.db.execute("DELETE FROM outbox WHERE lane = 3")
    time.sleep(linger_s)
    assert [r.raw for r in read_topic(space, SPARE)] == [b"before"]


CLAIM = b"INSERT INTO worker"  # the transaction in which the line of most events renews its lanes


def lane_becomes_free(space, proxy, lease_ms, cuts, after):
    """A worker has all lanes but one, which is free from now on and has a row, whose id this
    returns; the COMMITs of its claims are cut."""
    space.check_messages = False
    space.db.execute("UPDATE outbox_lane SET owner = 'other', lease_until = 'infinity' WHERE lane = 5")
    space.importer(env={"DATABASE_URL": proxy.url, "LEADSPOOL_LANE_LEASE_MS": str(lease_ms), "KAFKA_PRODUCER_LINGER_MS": "100"})
    space.db.execute(INSERT, (5, payload(SPARE, b"k", b"early"), 1))
    early = space.value("SELECT min(id) FROM outbox WHERE lane = 5")
    proxy.cut_commits(cuts, marker=CLAIM, after=after)
    space.db.execute("UPDATE outbox_lane SET owner = '', lease_until = '-infinity' WHERE lane = 5")
    wait_for(lambda: proxy.cuts > 0, lease_ms / 1000, every=0.005, what="a claim whose COMMIT is cut")
    return early


def test_a_lane_whose_claim_was_not_committed_is_not_published(space, proxy):
    """It may be another's at any moment. Rows of other lanes are always on their way meanwhile."""
    early = lane_becomes_free(space, proxy, 3000, 1000, after=False)
    others = itertools.cycle(lane for lane in range(LANES) if lane != 5)
    begun = time.monotonic()
    while time.monotonic() < begun + 2 or (proxy.cuts < 2 and time.monotonic() < begun + 20):
        space.db.execute(INSERT, (next(others), payload(SPARE, b"k", b"other"), 1))
        assert space.row("SELECT owner, (SELECT min(id) FROM outbox WHERE lane = 5) FROM outbox_lane WHERE lane = 5") == ("", early)
        time.sleep(0.01)
    assert proxy.cuts > 1
    proxy.forward()
    read_new(space, SPARE, lambda seen: b"early" in [r.raw for r in seen])
    all_published(space)


def test_a_lane_whose_claim_was_committed_unknown_to_the_worker_does_not_wait_for_its_lease(space, proxy):
    lease_ms = 20000
    lane_becomes_free(space, proxy, lease_ms, 1, after=True)
    read_new(space, SPARE, lambda seen: b"early" in [r.raw for r in seen], timeout=lease_ms / 2000)


def test_a_lane_in_trouble_makes_way(space):
    """A topic that can never be stops its lane; the others go on, however long that lane's queue is."""
    space.check_messages = False
    space.importer()
    space.db.execute(INSERT, (3, payload(NOWHERE, b"k", b"stuck"), 600))
    time.sleep(1)
    ids = [tell(space, "list.create", {"list_id": f"l{n}", "campaign_id": "c"}) for n in range(64)]

    def answered(records):
        return sum(r.headers.get("ce_correlationid") in ids for r in records)

    read_topic(space, "command.events", until=lambda seen: answered(seen) >= 48, timeout=60)
    assert space.value("SELECT count(*) FROM outbox WHERE lane = 3") >= 600
    wait_for(lambda: space.value("SELECT count(*) FROM outbox WHERE lane <> 3") == 0, 30)


def test_counters_of_lists_do_not_wait_behind_other_events(space):
    """All lanes of the others are stuck."""
    space.check_messages = False
    space.importer()
    for lane in range(LANES):
        space.db.execute(INSERT, (lane, payload(NOWHERE, b"k", b"stuck"), 1))
    create = tell(space, "list.create", {"list_id": "a", "campaign_id": "c"})
    [counters] = read_new(space, "list.stats", bool)
    assert counters.value["list_id"] == "a"
    for topic in ("command.events", "list.events"):
        assert create not in [r.headers.get("ce_correlationid") for r in read_topic(space, topic)]


def test_huge_key_is_answered_and_buried(space):
    """A command whose key fills the message, good and without identity: neither stops anything."""
    space.importer()
    key = "k" * 990_000
    data = {"list_id": "a", "campaign_id": "c"}
    good = send_command(space, "importer.commands", key, "list.create", data, bad=True)
    reply = answer(space, good)
    assert (reply.type, reply.key) == ("command.completed", good)
    send_command(space, "importer.commands", key, "list.create", data, headers={"ce_id": None}, bad=True)
    [letter] = read_new(space, "importer.commands.dlq", bool)
    assert letter.headers["leadspool_error_left"] == "key"
    assert letter.value == data
    all_published(space)


def test_huge_headers_are_answered_and_buried(space):
    space.importer()
    huge = {"foreign": "x" * 990_000}
    data = {"list_id": "a", "campaign_id": "c"}
    good = send_command(space, "importer.commands", "a", "list.create", data, headers=huge, bad=True)
    assert answer(space, good).type == "command.completed"
    send_command(
        space, "importer.commands", "a", "list.create", data, headers={**huge, "ce_id": None}, bad=True
    )
    [letter] = read_new(space, "importer.commands.dlq", bool)
    assert letter.headers["leadspool_error_left"] == "headers, value"
    assert "foreign" not in letter.headers
    all_published(space)


def test_what_no_limit_allows_gets_a_stub(space):
    """A row with messages that fit nowhere, between good ones; and one that is damaged behind a good one."""
    space.check_messages = False
    importer = space.importer()
    assert unpublishable(importer) == [0, 0, 0]
    huge = b"x" * 1_200_000
    rows = [(b"k", b"1"), (b"k", huge), (huge, b"3"), (b"k", b"4")]
    whole = b"".join(payload(SPARE, key, value) for key, value in rows)
    damaged = payload(SPARE, b"k", b"5") + payload(SPARE, b"k", b"lost")[:-3]
    for row in (whole, damaged, payload(SPARE, b"k", b"6")):
        space.db.execute(INSERT, (7, row, 1))
    seen = read_new(space, SPARE, lambda seen: len(seen) == 6)
    assert sorted(r.raw for r in seen if len(r.raw) == 1) == [b"1", b"4", b"5", b"6"]
    assert sorted(r.value["size_bytes"] for r in seen if len(r.raw) > 1) == [1, 1_200_000]
    all_published(space)
    assert unpublishable(importer) == [2, 0, 1]
    events = re.findall(r"level=error .* event=outbox\.(\w+) .* ?row=(\d+) ", importer.log())
    assert events == [("unpublishable", "1"), ("unpublishable", "1"), ("damaged", "2")]


def limit_topic(space, topic, max_bytes):
    resource = ConfigResource(ConfigResource.Type.TOPIC, f"{space.ns}.{topic}")
    change = ConfigEntry("max.message.bytes", str(max_bytes), incremental_operation=AlterConfigOpType.SET)
    resource.add_incremental_config(change)
    [done] = admin().incremental_alter_configs([resource]).values()
    done.result(30)
    wait_for(lambda: refuses(space, topic, max_bytes + 1), what=f"a limit of {topic}")


def refuses(space, topic, size):
    """Does the broker refuse it? It takes over a new limit a moment after that was set."""
    failed = []
    value = random.Random(0).randbytes(size)
    producer().produce(f"{space.ns}.{topic}", value=value, on_delivery=lambda err, _: failed.append(err))
    assert producer().flush(30) == 0
    return failed[0] is not None and failed[0].code() == KafkaError.MSG_SIZE_TOO_LARGE


def test_nothing_is_written_behind_what_the_broker_refuses(space):
    """The topic's limit is below the producer's: what is too large becomes a stub where it stood. Whoever
    drops what is not newer than the last misses nothing; also of what a new producer writes first."""
    space.check_messages = False
    before = space.importer()
    publishes(space, 6, "before")
    before.terminate()
    limit_topic(space, SPARE, 2_000)
    with space.db.transaction():
        for n in range(60):
            value = random.Random(n).randbytes(5_000) if n % 20 == 0 else b"%03d" % n
            space.db.execute(INSERT, (6, payload(SPARE, b"k", value, [("ce_subject", str(n))]), 1))
    space.importer(env={"KAFKA_PRODUCER_BATCH_NUM_MESSAGES": "1"})  # several batches on their way
    all_published(space)
    seen = [int(r.headers["ce_subject"]) for r in read_topic(space, SPARE) if r.headers]
    first = list(dict.fromkeys(seen))
    assert first == list(range(60))
    told = [r for r in read_topic(space, SPARE) if r.headers]
    stubs = {r.headers["ce_subject"]: r.value["size_bytes"] for r in told if len(r.raw) > 3}
    assert stubs == {"0": 5_000, "20": 5_000, "40": 5_000}


def test_leaves_while_others_go_on_writing(space):
    """Its lanes are free when it has left, though the outbox never was empty."""
    space.check_messages = False
    importer = space.importer()
    create_list(space)
    ending = threading.Event()
    row = payload(SPARE, b"k", b"x" * 100)

    def flood():
        with db(space) as connection:
            while not ending.is_set():
                for lane in range(LANES):
                    connection.execute(INSERT, (lane, row, 100))

    floods = [threading.Thread(target=flood, daemon=True) for _ in range(3)]
    for thread in floods:
        thread.start()
    try:
        wait_for(lambda: space.value("SELECT count(*) FROM outbox") > 1000, 30)
        begun = time.monotonic()
        assert importer.terminate(timeout=15) == 0
        assert time.monotonic() - begun < 8
        assert space.value("SELECT count(*) FROM outbox_lane WHERE owner <> ''") == 0
        assert "stop_abandoned" not in importer.log()
    finally:
        ending.set()
        for thread in floods:
            thread.join(30)


def test_epoch_moves_and_rows_still_come_out(space):
    """A bump of the epoch moves the sequence on; one that was set back is followed."""
    space.check_messages = False
    space.importer()
    publishes(space, 2, str(uuid.uuid4()))
    space.db.execute("SELECT setval('outbox_id_seq', 100000)")
    for _ in range(4):  # the floor follows
        publishes(space, 2, str(uuid.uuid4()))
        time.sleep(1.1)
    space.db.execute("SELECT setval('outbox_id_seq', 1000)")
    space.db.execute("UPDATE namespace SET epoch = epoch + 1")
    publishes(space, 2, str(uuid.uuid4()))


# ---- an outbox that grows beyond its limit

FULL = {"LEADSPOOL_OUTBOX_MAX_MIB": "1", "LEADSPOOL_SESSION_TIMEOUT_MS": "3000"}


def fill_outbox(space):
    """2 MiB that cannot be published; returns when the importer has seen it."""
    space.db.execute(INSERT, (3, payload(NOWHERE, b"k", random.Random(1).randbytes(200_000)), 10))
    wait_for(lambda: "outbox.full" in space.workers[-1].log(), 10)


def empty_outbox(space):
    space.db.execute("DELETE FROM outbox WHERE lane = 3")


def positions(space):
    return space.rows("SELECT topic, partition, epoch, next_offset FROM consumer_position ORDER BY 1, 2")


def test_a_full_outbox_holds_commands(space):
    """No command is taken, and of those that wait no more are fetched than four batches; the worker stays ready and
    in its group, what can be published is; then all goes on. The files of the outbox have not shrunk by then."""
    space.check_messages = False
    importer = space.importer(env=FULL | {"LEADSPOOL_BATCH_MESSAGES": "2"})
    publishes(space, 5, "before")
    fill_outbox(space)
    before = positions(space)
    assert importer.metrics()["leadspool_outbox_full"] == 1
    assert importer.metrics()["leadspool_outbox_bytes"] > 1 << 20
    ids = [tell(space, "list.create", {"list_id": f"l{n}", "campaign_id": "c"}) for n in range(24)]
    publishes(space, 5, "meanwhile")
    time.sleep(5)  # more than the session's timeout
    assert importer.metrics()["leadspool_intake_messages"] == 8
    assert positions(space) == before
    assert importer.get("/readyz")[0] == 200
    assert space.value("SELECT count(*) FROM list") == 0
    space.db.execute("ALTER TABLE outbox SET (autovacuum_enabled = off, toast.autovacuum_enabled = off)")
    empty_outbox(space)
    answers(space, ids)
    assert space.value("SELECT pg_total_relation_size('outbox')") > 1 << 20
    assert importer.metrics()["leadspool_outbox_full"] == 0
    assert importer.metrics()["leadspool_outbox_bytes"] < 1 << 20
    log = importer.log()
    assert [log.count(f"outbox.{what}") for what in ("full", "shrunk")] == [1, 1]
    assert log.count("partitions.assigned") == 1


@pytest.fixture
def waiting_import(space):
    """The number of an import that waits for the outbox to shrink."""
    space.check_messages = False
    space.extra_env |= FULL | {"LEADSPOOL_IMPORT_CHUNK_ROWS": "200", "LEADSPOOL_JOB_LEASE_MS": "1500"}
    space.importer()
    create_list(space)
    rows = "".join(f"+1504{2_000_000 + n}\n" for n in range(200_000))
    (space.inbox / "many.csv").write_text("phone\n" + rows)
    job_id = start_import(space, "many.csv")
    wait_rows(space, job_id, 400)
    fill_outbox(space)
    time.sleep(1)
    return job_id


def lane_rows(space):
    return space.value("SELECT sum(rows) FROM import_lane")


def test_a_full_outbox_holds_jobs(space, waiting_import):
    """The job begins no chunk, keeps its lease, and goes on when there is room."""
    job = "SELECT state, token, lease_until > clock_timestamp() FROM jobs"
    rows, before = lane_rows(space), space.row(job)
    time.sleep(3)  # two leases
    assert lane_rows(space) == rows < 200_000
    assert space.row(job) == before == ("running", before[1], True)
    empty_outbox(space)
    wait_for(lambda: lane_rows(space) > rows, 20)
    space.db.execute("UPDATE jobs SET cancel_requested = true")


def test_a_waiting_job_can_be_cancelled(space, waiting_import):
    space.db.execute("UPDATE jobs SET cancel_requested = true")
    wait_for(lambda: job_state(space, waiting_import) == "cancelled", 10)
    assert lane_rows(space) < 200_000


def test_a_waiting_job_can_be_stopped(space, waiting_import):
    [importer] = space.workers
    begun = time.monotonic()
    assert importer.terminate(timeout=15) == 0
    assert time.monotonic() - begun < 8
    assert "abandoned" not in importer.log()
    assert job_state(space, waiting_import) == "running"
