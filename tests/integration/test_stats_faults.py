"""Faults of Redis: nobody else notices, it is said once, and 5 s after the end all is as it should be."""

import contextlib
import itertools
import json
import re
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import redis
from harness import db, wait_for
from harness.proxy import Link, TcpProxy
from harness.redis_server import RedisServer, Refusal
from live import client, fields, shown
from scenario import create_list, run_import, upsert

NUMBERS = itertools.count(1000)
READ = "SELECT sum(next_offset) FROM consumer_position WHERE topic = 'list.stats' AND consumer_group = 'stats'"


@pytest.fixture
def server(space):
    made = RedisServer(space)
    made.start()
    space.extra_env["REDIS_URL"] = made.user_url("stats")
    yield made
    space.end_processes()
    made.kill9()


@contextlib.contextmanager
def down(server):
    server.kill9()
    yield
    server.start()


@contextlib.contextmanager
def frozen(server):
    server.signal(signal.SIGSTOP)
    yield
    server.signal(signal.SIGCONT)


@contextlib.contextmanager
def full(server):
    server.client().config_set("maxmemory", 1)
    yield
    server.client().config_set("maxmemory", 0)


@contextlib.contextmanager
def read_only(server):
    server.client().execute_command("REPLICAOF", "127.0.0.1", "1")
    yield
    server.client().execute_command("REPLICAOF", "NO", "ONE")


@contextlib.contextmanager
def busy(server):
    def loop():
        with contextlib.suppress(redis.RedisError):
            server.client().eval("while true do end", 0)

    thread = threading.Thread(target=loop)
    thread.start()
    yield
    server.client().script_kill()
    thread.join()


@contextlib.contextmanager
def loading(server):
    server.kill9()
    stand_in = Refusal(server.port, "LOADING Redis is loading the dataset in memory")
    yield
    stand_in.end()
    server.start()


FAULTS = {
    down: "redis_away",
    frozen: "redis_away",
    full: "redis_full",
    read_only: "redis_read_only",
    busy: "redis_busy",
    loading: "redis_loading",
}


def change(space):
    return upsert(space, "a", phone=f"+1504621{next(NUMBERS)}")


def equal_within(space, server, seconds, since):
    live = server.client()

    def same():
        with contextlib.suppress(redis.RedisError):
            return shown(space, live) == fields(space)

    wait_for(same, seconds + 10, every=0.05, what="Redis as the record")
    took = time.monotonic() - since
    assert took < seconds, f"{took:.1f} s"


def test_faults(space, server):
    """One after the other, under a user who may do no more than he has to; with each a lead comes in."""
    space.importer()
    stats = space.stats()
    create_list(space, "a")
    equal_within(space, server, 20, time.monotonic())
    for fault, code in FAULTS.items():
        with fault(server):
            change(space)
            wait_for(lambda code=code: stats.get("/readyz")[0] == 503 and code in stats.get("/readyz")[1], 15,
                     what=f"{fault.__name__}: {code} in /readyz")  # fmt: skip
            change(space)
        equal_within(space, server, 5, time.monotonic())
        wait_for(lambda: stats.get("/readyz")[0] == 200, 10, what=f"ready after {fault.__name__}")
    told = re.findall(r"event=redis.trouble .*?code=(\w+)", stats.log())
    assert len(told) == len(FAULTS), told  # each once
    assert "NOPERM" not in stats.log()


def test_lost_and_spoiled(space, server):
    """Emptied; gone back to an older state; evicted; of a wrong type; written by others."""
    space.importer()
    stats = space.stats()
    for list_id in "abc":
        create_list(space, list_id, campaign_id="c")
    change(space)
    equal_within(space, server, 20, time.monotonic())
    live = server.client()
    live.save()  # what a replica that is behind would have
    change(space)

    space.db.execute(f"REVOKE SELECT ON list FROM {space.ns}_worker")  # it cannot be filled meanwhile
    live.flushall()
    wait_for(lambda: "redis_rebuilding: Redis was emptied" in stats.get("/readyz")[1], 4, what="/readyz says so")
    assert stats.get("/readyz")[0] == 503
    wait_for(lambda: stats.metrics()["leadspool_redis_stale_seconds"] > 1, 10, what="its counters are stale")
    space.db.execute(f"GRANT SELECT ON list TO {space.ns}_worker")
    equal_within(space, server, 5, time.monotonic())
    wait_for(lambda: stats.get("/readyz")[0] == 200, 5, what="ready")
    wait_for(lambda: stats.metrics()["leadspool_redis_stale_seconds"] == 0, 5, what="none is stale")
    assert len(re.findall("event=redis.rebuilding why=marker", stats.log())) == 1, "once"

    stats.sigstop()
    server.kill9()
    server.start()
    assert shown(space, server.client()) != fields(space)
    stats.sigcont()
    equal_within(space, server, 5, time.monotonic())
    wait_for(lambda: "event=redis.rebuilding why=connection" in stats.log(), 5)

    live = server.client()
    key, marker = f"{space.ns}:list:a:stats", f"{space.ns}:stats:marker"
    live.delete(key)
    live.set(key, "a string")
    live.delete(f"{space.ns}:campaign:c:lists")
    live.set(f"{space.ns}:campaign:c:lists", "another")
    change(space)
    equal_within(space, server, 5, time.monotonic())
    wait_for(lambda: live.type(f"{space.ns}:campaign:c:lists") == "set", 10)
    wait_for(lambda: live.smembers(f"{space.ns}:campaign:c:lists") == set("abc"), 10)
    assert len(re.findall(f"event=redis.wrong_type .*?key={key} type=string", stats.log())) == 1, "once"
    assert f"key={space.ns}:campaign:c:lists" in stats.log()

    live.hset(key, mapping={"version": "99999999999999999999999", "total": "7"})  # ahead of everything
    sums = f"{space.ns}:campaign:c:stats"
    live.hset(sums, mapping={"version": "99999999999999999999999", "total": "7"})
    live.hset(f"{space.ns}:list:b:stats", "total", "5")
    live.delete(f"{space.ns}:list:c:stats")
    live.set(marker, "wrong")
    equal_within(space, server, 5, time.monotonic())
    wait_for(lambda: live.hget(sums, "total") == "3" and len(live.hget(sums, "version")) < 9, 5, what="sums of the record")
    space.db.execute("UPDATE list_stats SET version = 1")  # the record was set back, and told so
    space.db.execute("UPDATE namespace SET epoch = epoch + 5")
    equal_within(space, server, 5, time.monotonic())
    assert live.hget(key, "epoch") == "6"
    live.hset(f"{space.ns}:list:nobody:stats", mapping={"epoch": "1", "version": "1"})
    live.set(f"{space.ns}:other", "x")
    assert "event=redis.ahead" in stats.log()

    stats.terminate()
    stats.start().wait_ready()  # it sweeps when it begins
    wait_for(lambda: not live.exists(f"{space.ns}:other"), 10)
    wait_for(lambda: live.hget(f"{space.ns}:list:nobody:stats", "life") == "deleted", 10)  # of an earlier epoch


def test_what_another_connection_took_may_be_lost(space, server):
    """The connection that takes the counters is cut, and not the clock's: what it wrote before may lie on a server that
    was replaced."""
    space.importer()
    space.stats({"LEADSPOOL_STATS_SWEEP_S": "3600"})
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
    live, key = server.client(), f"{space.ns}:list:a:stats"
    wait_for(lambda: shown(space, live) == fields(space), what="Redis as the record")
    before = live.hgetall(key)
    change(space)
    wait_for(lambda: shown(space, live) == fields(space), what="the lead")
    live.hset(key, mapping=before)
    [mine] = [each for each in live.client_list() if each["name"] == "leadspool-stats-loop"]
    live.client_kill_filter(_id=mine["id"])
    upsert(space, "b", phone="+15046218927")
    wait_for(lambda: shown(space, live) == fields(space), 10, what="Redis as the record")


@pytest.mark.parametrize("table", ["campaign_hopper", "ready_lead, attempt_hour"])
def test_what_is_shown_over_and_over_keeps_nobody_from_mending(space, table):
    """Sums of campaigns, or what lists show with a time, take longer than a lease: whoever leads goes on to do so, and
    what was lost is there again meanwhile."""
    workers = [space.stats({"LEADSPOOL_STATS_PACE_S": "1"}) for _ in range(2)]
    space.importer()
    create_list(space, "a", campaign_id="c")
    live, owner = client(), "SELECT owner FROM stats_projection"
    key, marker, now = (f"{space.ns}:{key}" for key in ("list:a:stats", "stats:marker", "list:a:now"))
    wait_for(lambda: live.exists(now) and live.hget(marker, "state") == "whole", what="all is shown")
    leads, before = space.value(owner), [worker.log().count("event=redis.rebuilt") for worker in workers]
    with db(space) as other, ThreadPoolExecutor() as pool, other.transaction():
        other.execute(f"LOCK {table}")
        held = pool.submit(other.execute, "SELECT pg_sleep(4.4)")  # longer than a lease
        time.sleep(1.3)
        live.delete(key, marker)
        wait_for(lambda: live.exists(key), 2, what="the list in Redis")
        held.result()
        assert space.value(owner) == leads
    rebuilt = [worker.log().count("event=redis.rebuilt") for worker in workers]
    assert sum(rebuilt) == sum(before) + 1, "the one for the marker"


class LateLink(Link):
    """What is to be written over something newer waits for `late`."""

    def from_client(self, data):
        if b"\r\nforce\r\n" in data:
            self.proxy.met.set()
            self.proxy.late.wait(10)
        return data


class LateWrites(TcpProxy):
    def __init__(self, server):
        self.met, self.late = threading.Event(), threading.Event()
        super().__init__(("127.0.0.1", server.port))

    def open(self, client):
        link = LateLink(self, client)
        with self.lock:
            self.links.add(link)


AHEAD = {"version": "99999999999999999999999", "total": "7"}


def settled_late(space, server, proxy, meanwhile):
    """A list stands ahead of the record, which is found by a rebuild; meanwhile() goes on before that is written."""
    live, key = server.client(), f"{space.ns}:list:a:stats"
    proxy.met.clear()
    proxy.late.clear()
    live.hset(key, mapping=AHEAD)
    space.db.execute("UPDATE stats_projection SET wanted = wanted + 1")
    assert proxy.met.wait(10)
    meanwhile(live, key)
    listener = live.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"{space.ns}:changes")
    listener.get_message(timeout=5)
    proxy.late.set()
    equal_within(space, server, 5, time.monotonic())
    wait_for(lambda: not space.value("SELECT wanted > done FROM stats_projection"), what="the debt is paid")
    heard = [json.loads(message["data"]) for message in iter(lambda: listener.get_message(timeout=0.2), None)]
    return [int(each["version"]) for each in heard if each["key"] == key]


def test_what_was_ahead_gives_way_to_the_record_of_now(space, server):
    """The list changes, or is settled by somebody else and changes, between the look at the record and its writing."""
    with LateWrites(server) as proxy:
        space.importer()
        space.stats({"REDIS_URL": server.user_url("stats").replace(str(server.port), str(proxy.port))})
        create_list(space, "a", campaign_id="c")
        change(space)
        equal_within(space, server, 20, time.monotonic())

        def refused(live, key):
            before = space.value(READ)
            change(space)
            wait_for(lambda: space.value(READ) > before, what="its message is read")
            assert live.hget(key, "version") == AHEAD["version"]

        def stored(live, key):
            live.hset(key, mapping=fields(space)[key])
            change(space)
            wait_for(lambda: shown(space, live) == fields(space), what="its message is written")

        settled_late(space, server, proxy, refused)
        assert settled_late(space, server, proxy, stored) == [], "it went back"


def test_the_sweep_repairs_and_removes(space):
    """While the marker stays whole: what was evicted comes back, of lists and jobs, and strange keys go."""
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    space.stats({"LEADSPOOL_STATS_SWEEP_S": "2"})
    create_list(space, "a", campaign_id="c")
    job = run_import(space, "leads.csv")
    live = client()
    marker, job_key, list_key = (f"{space.ns}:{key}" for key in ("stats:marker", f"job:{job['job_id']}", "list:a:stats"))
    wait_for(lambda: live.hget(job_key, "state") == "completed", what="the end of the job")
    wait_for(lambda: live.hget(marker, "state") == "whole", what="the marker")
    before = {key: live.hgetall(key) for key in (marker, job_key, list_key)}
    strange = [f"{space.ns}:{key}" for key in ("unknown", "list:nobody:stats", "job:999", "job:nobody")]
    for key in strange:
        live.set(key, "x")
    live.delete(job_key, list_key)
    wait_for(lambda: live.hgetall(list_key) == before[list_key], 15, what="the list")
    wait_for(lambda: live.hgetall(job_key) == before[job_key], 15, what="the job")
    wait_for(lambda: not live.exists(*strange), 15, what="the strange keys are gone")
    assert live.hgetall(marker) == before[marker], "nothing was rebuilt"
    assert 86400 - 120 < live.ttl(job_key) <= 86400


def ends_as(live, key, **fields):
    wait_for(lambda: fields.items() <= live.hgetall(key).items(), 20, what=f"{key}: {fields}")


def test_the_end_of_a_list_is_shown_after_any_loss(space, server):
    """Deleted while Redis takes nothing; emptied since; and, as a job, lost with a record that was set back."""
    space.importer()
    stats = space.stats()
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
    equal_within(space, server, 20, time.monotonic())
    live = server.client()
    key, other = (f"{space.ns}:list:{list_id}:stats" for list_id in "ab")
    wait_for(lambda: "event=redis.swept" in stats.log(), what="the sweep of the start, the last for long")
    with full(server):
        space.cli("list", "rm", "a", "--yes")
        wait_for(lambda: space.value(READ) == 4, what="two lists, one deleting, its tombstone: all read")
        assert space.value("SELECT wanted > done FROM stats_projection")
    version = space.value("SELECT last_version FROM list WHERE list_id = 'a'")
    ends_as(live, key, life="deleted", epoch="1", version=str(version))
    assert len(live.hgetall(key)) == 4
    wait_for(lambda: live.smembers(f"{space.ns}:campaign:c:lists") == {"b"}, 10)
    [[job_no]] = space.rows("UPDATE jobs SET kind = 'list.export', state = 'queued', finished_at = NULL RETURNING job_no")
    job = f"{space.ns}:job:{job_no}"  # of nobody who is at work here
    live.flushall()
    ends_as(live, key, life="deleted", epoch="1", version=str(version))
    assert 8 * 86400 - 60 < live.ttl(key) <= 8 * 86400

    ends_as(live, job, state="queued", kind="list.export", epoch="1")
    listener = live.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"{space.ns}:changes")
    listener.get_message(timeout=5)
    with space.db.transaction():
        space.db.execute("DELETE FROM list_stats WHERE list_no = (SELECT list_no FROM list WHERE list_id = 'b')")
        space.db.execute("DELETE FROM list WHERE list_id = 'b'")
        space.db.execute("DELETE FROM jobs")
        space.db.execute("UPDATE namespace SET epoch = epoch + 5")
    ends_as(live, other, life="deleted", epoch="6", version="0")
    ends_as(live, job, state="failed", error_code="job_lost", epoch="6", version="0")
    ends_as(live, key, life="deleted", epoch="6", version=str(version))
    told = {json.loads(message["data"])["key"] for message in iter(lambda: listener.get_message(timeout=0.2), None)}
    assert {key, other, job} <= told
