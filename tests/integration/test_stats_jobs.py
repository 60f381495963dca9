"""stats.rebuild, stats.reconcile and what the command line shows: by Redis, and by the record without it."""

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from harness import db, read_topic, wait_for
from harness.redis_server import RedisServer
from live import client, equal
from scenario import LONG, create_list, run_import, scale, start_import, upsert

FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n212-555-1234\n"


def test_reconcile_finds_and_mends(space):
    space.importer()
    space.stats()
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
        upsert(space, list_id, phone="+15046218927")
    equal(space)
    live = client()
    found = space.cli_json("stats", "reconcile")
    assert (found["outcome"], found["lists"], found["wrong"], found["problems"]) == ("completed", 2, 0, [])

    space.db.execute(
        "UPDATE list_stats SET total = total + 3, ready = ready + 2, finished = finished + 1, contacted = 1"
        " WHERE list_no = (SELECT list_no FROM list WHERE list_id = 'a')"
    )
    space.db.execute("UPDATE list_status SET status = 'NA' WHERE list_no = (SELECT list_no FROM list WHERE list_id = 'a')")
    live.hset(f"{space.ns}:list:b:stats", mapping={"total": "17", "extra": "x"})
    found = space.cli_json("stats", "reconcile", code=1)
    assert (found["wrong"], found["repaired"]) == (2, 0)
    problems = {(problem["list_id"], problem["where"], problem["what"]) for problem in found["problems"]}
    assert {("a", "record", "total"), ("a", "record", "ready"), ("b", "redis", "total")} <= problems

    found = space.cli_json("stats", "reconcile", "--repair")
    assert (found["wrong"], found["repaired"]) == (2, 2)
    shown = equal(space)
    assert {hash["total"] for hash in shown.values()} == {"1"} and len(shown) == 2
    assert shown[f"{space.ns}:list:a:stats"]["status:NEW"] == "1"
    audits = read_topic(
        space, "list.events", until=lambda seen: sum(record.type == "list.repaired" for record in seen) == 2
    )
    audits = {record.value["list_id"]: record for record in audits if record.type == "list.repaired"}
    audit, other = audits["a"], audits["b"]
    assert (audit.value["where"], other.value["where"]) == ("record", "redis")
    assert other.value["counters"] == [{"name": "total", "was": 17, "is": 1}]
    assert other.value["version"] == int(shown[f"{space.ns}:list:b:stats"]["version"])
    counters = {counter["name"]: (counter["was"], counter["is"]) for counter in audit.value["counters"]}
    assert counters == {"total": (4, 1), "ready": (3, 1), "finished": (1, 0), "contacted": (1, 0),
                        "status:NA": (1, 0), "status:NEW": (0, 1)}  # fmt: skip
    assert space.cli_json("stats", "reconcile", "--list", "a")["wrong"] == 0
    assert space.cli_json("doctor")["ok"]
    live.hset(f"{space.ns}:list:b:stats", "dnc", "3")
    [wrong] = [check for check in space.cli_json("doctor", code=1)["checks"] if not check["ok"]]
    assert (wrong["name"], wrong["problems"]) == ("I3", ["Redis, list b: dnc: 3, but the record has 0"])
    live.hset(f"{space.ns}:list:b:stats", "dnc", "0")
    index = f"{space.ns}:campaign:c:lists"
    live.srem(index, "b")
    live.sadd(index, "gone")
    [wrong] = [check for check in space.cli_json("doctor", code=1)["checks"] if not check["ok"]]
    assert wrong["problems"] == ["Redis, campaign c: list b is missing in the set of its lists",
                                 "Redis, campaign c: list gone is not one of its lists, but shown as one"]  # fmt: skip

    live.delete(*live.scan_iter(f"{space.ns}:list:*"))
    live.hset(f"{space.ns}:list:gone:stats", mapping={"epoch": "1", "version": "1"})
    rebuilt = space.cli_json("stats", "rebuild")
    assert (rebuilt["outcome"], rebuilt["removed"]) == ("completed", 2)
    assert rebuilt["lists"] >= 2  # more where the clock rebuilt at the same time, and it began again
    assert rebuilt["stored"] >= 2
    equal(space)
    assert "unknown_list" in space.cli("stats", "rebuild", "--list", "nobody", "--json", code=1).stdout


MANY = (
    "WITH c AS (INSERT INTO campaign (campaign_id, name, created_at) VALUES ('many', 'many', now()) RETURNING campaign_no),"
    " made AS (INSERT INTO list (list_id, name, description, campaign_no, priority, created_at, updated_at)"
    " SELECT 'many-' || n, 'n', '', campaign_no, 50, now(), now() FROM c, generate_series(1, %s) n"
    " RETURNING list_no, campaign_no)"
    " INSERT INTO list_stats (list_no, version, life, campaign_no, campaign_active, rules_version, total, ready)"
    " SELECT list_no, 1, 'active', campaign_no, false, 1, 0, 0 FROM made"
)


def rebuilt(worker):
    return re.findall(r"event=redis.rebuilt .*ms=(\d+)", worker.log())


def test_a_rebuild_that_was_asked_for_is_nobody_elses(space):
    """The clock does not take it for a Redis that was emptied, and nobody is told that something is missing."""
    space.db.execute(MANY, [2000])
    stats = space.stats()
    live, marker = client(), f"{space.ns}:stats:marker"
    wait_for(lambda: live.hget(marker, "state") == "whole", 30)
    before = live.hgetall(marker), rebuilt(stats)
    for _ in range(3):
        assert space.cli_json("stats", "rebuild")["lists"] == 2000
        assert stats.get("/readyz")[0] == 200
    assert (live.hgetall(marker), rebuilt(stats)) == before


def test_a_rebuild_that_was_cut_short_is_not_whole(space):
    """The lease cannot be renewed between two pages, and can again behind them."""
    space.db.execute(MANY, [600])
    stats = space.stats()
    live, marker, last = client(), f"{space.ns}:stats:marker", f"{space.ns}:list:many-600:stats"
    wait_for(lambda: "event=redis.swept" in stats.log(), what="the sweep of the start")
    with db(space) as lists, db(space) as lease, ThreadPoolExecutor() as pool:
        with lease.transaction():
            with lists.transaction():
                lists.execute("LOCK list")
                live.delete(marker, last)
                wait_for(lambda: "redis_rebuilding" in stats.get("/readyz")[1], what="it waits for its first page")
                time.sleep(1.2)  # then the lease is to be renewed behind that page
                lease.execute("SELECT FROM stats_projection FOR UPDATE")
                held = pool.submit(lease.execute, "SELECT pg_sleep(5.6)")  # longer than a statement waits for a lock
            held.result()
    wait_for(lambda: live.hget(marker, "state") == "whole", what="all is written")
    assert live.exists(last)
    assert "code=rebuild_stopped" in stats.log()


@pytest.mark.skipif(not LONG, reason="takes a rebuild that is longer than a lease")
def test_a_rebuild_that_is_longer_than_a_lease_is_one_aggregators(space):
    space.db.execute(MANY, [200_000])
    workers = [space.stats(), space.stats()]
    live, marker = client(), f"{space.ns}:stats:marker"
    wait_for(lambda: live.hget(marker, "state") == "whole", 120)
    live.delete(marker)
    wait_for(lambda: live.hget(marker, "state") == "whole", 120)
    [(first, second), none] = sorted((rebuilt(worker) for worker in workers), reverse=True)
    assert none == []
    assert min(int(first), int(second)) > 3500, "no longer than a lease: more lists"


def test_a_debt_makes_nothing_due_but_what_it_is_of(space):
    """It may come every second, as long as one of several aggregators is cut off from Redis."""
    space.importer()
    create_list(space, "a", campaign_id="c")
    space.stats({"LEADSPOOL_STATS_PACE_S": "600"})
    live, owed = client(), "SELECT wanted > done FROM stats_projection"
    keys = [f"{space.ns}:{key}" for key in ("campaign:c:stats", "list:a:now")]
    wait_for(lambda: live.exists(*keys) == len(keys), what="both are shown")
    time.sleep(1.2)  # the next look at campaigns
    before = [live.hgetall(key) for key in keys]
    for _ in range(2):
        space.db.execute("UPDATE stats_projection SET wanted = wanted + 1")
        wait_for(lambda: not space.value(owed), what="it is paid")
        time.sleep(1.2)
    assert [live.hgetall(key) for key in keys] == before


def test_a_deleted_list_whose_end_was_not_shown_says_so(space):
    """Nothing tells that somebody else wrote its hash again; a rebuild has its end from the record."""
    space.importer()
    space.stats()
    create_list(space, "a", campaign_id="c")
    equal(space)
    live, key = client(), f"{space.ns}:list:a:stats"
    space.cli("list", "rm", "a", "--yes")
    wait_for(lambda: live.hget(key, "life") == "deleted", what="the end of the list is shown")
    end = live.hgetall(key)
    for version in ("1", "99999999999999999999999"):
        live.delete(key)
        live.hset(key, mapping={"list_id": "a", "campaign_id": "c", "life": "active", "epoch": "1", "version": version})
        assert space.cli_json("stats", "rebuild")["stored"] >= 1
        assert live.hgetall(key) == end
    space.db.execute("UPDATE list SET deleted_at = deleted_at - interval '9 days'")  # its tombstone has expired
    live.hset(key, mapping={"campaign_id": "c", "life": "active"})
    assert space.cli_json("stats", "rebuild")["removed"] >= 1
    assert live.hgetall(key) == end


def test_what_is_shown(space):
    """A list, its campaign and its job in Redis, on the command line from there, and without it from the record."""
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.extra_env["LEADSPOOL_STATS_PACE_S"] = "1"
    create_list(space, "a", campaign_id="c")
    before = space.cli_json("stats", "--list", "a")
    assert before["source"] == "postgresql"
    stats = space.stats()
    job = run_import(space, "leads.csv")
    equal(space)
    live = client()

    shown = space.cli_json("stats", "--list", "a")
    assert shown["source"] == "redis"
    record = space.cli_json("stats", "--list", "a", "--record")
    assert record | {"source": "redis"} == shown and shown["total"] == 4

    campaign = f"{space.ns}:campaign:c:stats"
    wait_for(lambda: live.hget(campaign, "total") == "4", 10)
    assert live.hget(campaign, "lists") == "1"
    of_campaign = space.cli_json("stats", "--campaign", "c")
    by_record = space.cli_json("stats", "--campaign", "c", "--record")
    same = ("total", "dialable", "statuses", "lists", "penetration", "offers_out", "version")
    assert [of_campaign[name] for name in same] == [by_record[name] for name in same]
    assert (of_campaign["source"], by_record["source"]) == ("redis", "postgresql")
    [one] = space.cli_json("stats")
    [other] = space.cli_json("stats", "--record")
    same = ("campaign_id", "total", "dialable", "offers_out", "penetration", "lists", "active")
    assert [one[name] for name in same] == [other[name] for name in same] == ["c", 4, 4, 0, 0, 1, False]
    assert (one["source"], other["source"]) == ("redis", "postgresql")

    key = f"{space.ns}:job:{job['job_id']}"
    wait_for(lambda: live.hget(key, "state") == "completed", 10)
    hash = live.hgetall(key)
    assert (hash["rows"], hash["errors"], hash["percent"], hash["stage"]) == ("4", "0", "100.00", "completed")
    assert float(hash["rate"]) > 0 and 86400 - 60 < live.ttl(key) <= 86400

    live.delete(key, f"{space.ns}:stats:marker")  # as by a flush: from the record it says the same
    wait_for(lambda: live.hget(key, "state") == "completed", 10)
    again = live.hgetall(key)
    assert {name: again.get(name) for name in hash} == hash and 86400 - 120 < live.ttl(key) <= 86400

    now = f"{space.ns}:list:a:now"
    wait_for(lambda: live.hget(now, "total") == "4", 10)
    hash = live.hgetall(now)
    assert sum(int(value) for name, value in hash.items() if name.startswith("why:")) == 4
    assert hash["why:campaign_paused"] == "4" and hash["dialable_now"] == "0"
    assert len(hash["attempts_by_hour"].split(",")) == 48
    why = space.cli_json("stats", "--list", "a", "--why")
    assert (why["source"], why["total"], why["why"]["campaign_paused"]) == ("redis", 4, 4)
    [row] = space.cli_json("top", "--all")
    assert (row["list_id"], row["total"]) == ("a", 4)
    [row] = space.cli_json("runway", "--all", "--campaign", "c")
    assert (row["list_id"], row["dialable"], row["runway_s"], row["calls_per_lead"]) == ("a", 4, None, 3.0)

    watch = space.popen("stats", "--list", "a", "--watch", "--json")
    assert json.loads(watch.stdout.readline())["total"] == 4
    upsert(space, "a", phone="+13105550199")
    assert json.loads(watch.stdout.readline())["total"] == 5
    watch.terminate()
    assert watch.wait(10) == 0

    assert stats.terminate() == 0
    live.delete(f"{space.ns}:stats:probe")
    assert space.cli_json("stats", "--list", "a")["source"] == "postgresql"
    [row] = space.cli_json("top", "--all")
    assert row["total"] == 5
    away = {"REDIS_URL": "redis://127.0.0.1:1"}
    assert space.cli_json("stats", "--list", "a", env=away)["source"] == "postgresql"
    assert "redis_away" in space.cli("runway", "--json", env=away, code=1).stdout


def watched(space, *args):
    """`stats ARGS --watch --json`, and what the next line says that holds() is true of."""
    process = space.popen("stats", *args, "--watch", "--json")

    def until(holds, what):
        for line in process.stdout:
            if holds(json.loads(line)):
                return json.loads(line)
        raise AssertionError(f"it ended: {what}")

    return process, until


@pytest.mark.timeout(120)
def test_a_watch_moves_during_an_import_and_comes_back_to_redis(space):
    """Begun while Redis was away, it shows the record; then Redis, once that is there."""
    rows = scale(30_000)
    file = space.inbox / "many.csv"
    file.write_text("phone\n" + "".join(f"+1504{2_000_000 + row}\n" for row in range(rows)))
    server = RedisServer(space)
    space.extra_env["REDIS_URL"] = server.url
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100", "LEADSPOOL_IMPORT_LANES": "1"})
    create_list(space, "a", campaign_id="c")
    watch, until = watched(space, "--list", "a")
    try:
        assert until(lambda line: True, "the first look")["source"] == "postgresql"
        server.start()
        space.stats()
        assert until(lambda line: line["source"] == "redis", "Redis is there")["total"] == 0
        start_import(space, file.name)
        totals = [until(lambda line: line["total"] > 0, "it moves")["total"]]
        while totals[-1] < rows:
            line = until(lambda line: True, "it goes on")
            assert line["source"] == "redis"
            totals.append(line["total"])
        assert totals == sorted(totals) and totals[0] < rows, totals
    finally:
        watch.terminate()
        space.end_processes()
        server.kill9()
    assert watch.wait(10) == 0


CALLED = (
    "INSERT INTO attempt (recorded_at, lead_id, list_no, source, call_id, disposition, status, contact, started_at)"
    " SELECT at, n, 1, 'urn:test', n, 'NA', 'NA', n %% 2 = 0, at"
    " FROM generate_series(%s::int, %s) n, LATERAL (SELECT now() - %s::interval AS at) moment"
)


SETTLED = (
    "SELECT rolled_until IS DISTINCT FROM %s AND rolled_until BETWEEN now() - interval '3 min' AND now()"
    " FROM stats_projection"
)


def test_attempts_go_into_their_hours_once(space):
    """However often those are counted; those that came late, and what a clock that was ahead has left, too."""
    space.importer()
    create_list(space, "a", campaign_id="c")
    live, rolled = client(), "SELECT rolled_until FROM stats_projection"
    space.db.execute(CALLED, [1, 1, "0"])
    space.db.execute(CALLED, [2, 4, "10 min"])

    def shown_by(calls, what):
        before = space.value(rolled)
        aggregator = space.stats()
        wait_for(lambda: space.value(SETTLED, before), what="hours are counted")
        for field, count in (("attempts", calls), ("contacts", calls // 2)):
            wait_for(
                lambda field=field, count=count: count
                == sum(map(int, (live.hget(f"{space.ns}:list:a:now", f"{field}_by_hour") or "0").split(","))),
                what=f"{what}: {count} {field}",
            )
        aggregator.terminate()

    for _ in range(2):
        shown_by(4, "once")
    assert space.row("SELECT sum(attempts), sum(contacts) FROM attempt_hour") == (3, 2)
    space.db.execute(CALLED, [5, 6, "10 min"])
    shown_by(6, "they came late")
    space.db.execute(CALLED, [7, 8, "30 hours"])
    space.db.execute("DELETE FROM attempt_hour")
    space.db.execute("UPDATE stats_projection SET rolled_until = now() + interval '1 day'")
    shown_by(8, "the clock was ahead")
