"""How fresh Redis is, how fast it is filled, and what watchers cost.

  ./dev bench stats [--outcomes 100000] [--lists 10000] [--seconds 20] [--rate N] [--quick]
                    [--only freshness,rebuild,watcher]

  freshness  a dialer without think time on a hopper of 5,000, at most N calls a second: how long after its COMMIT
             a version of a list's counters can be read in Redis (fresh), and what of that was until it had its
             time in Kafka (to_kafka) and from then on (to_redis). age: the same from the beginning of the
             transaction, as the aggregator's metric has it (within its buckets).
  rebuild    so many lists, Redis emptied: until a rebuild has written all of them, by its log and by the wall.
             campaigns_ms: the statement that is asked once a second, which campaign has changed.
  watcher    3,500 calls a second, which leaves the processors some room, without and with a reader of 1,000 lists a second
             (of 1,000 lists: ten are dialed, the others only there): outcomes a second, and CPU of aggregator,
             recycler and Redis for each. At full speed the reader itself would take what the workers want.

One JSON line a run, at the end each goal and whether it was reached. Wall time tells little on a machine that does other work ("others": its CPU seconds meanwhile).
"""

import argparse
import json
import re
import signal
import sys
import threading
import time

import redis
from _freshness import Freshness, percentiles
from _measure import cpu_of, machine_busy
from _recycler_fill import new_space, put
from _report import Verdicts
from harness import wait_for
from harness.settings import ROOT, settings
from harness.space import Space

MIX = "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2"
SUBJECTS = ("freshness", "rebuild", "watcher")
GOAL_FRESH_MS, GOAL_REBUILD_S, GOAL_WATCHED, GOAL_CPU = 100, 10, 0.95, 1.1
WATCHED, WATCHED_RATE = 1000, 3500
CAMPAIGNS = (ROOT / "schemas/sql/queries/live_campaigns.sql").read_text().replace("$1::int", "0")
AGE = r'leadspool_redis_projection_age_seconds_bucket\{what="list",le="(.*)"\}'


def say(what, **values):
    print(json.dumps({"bench": "stats", "what": what, **values}), flush=True)


def client():
    return redis.Redis.from_url(settings().redis_url, decode_responses=True)


def calls(space):
    return space.value("SELECT last_value FROM attempt_attempt_no_seq")


# ---- load


class Load:
    """Recycler, aggregator and a dialer at full speed."""

    def __init__(self, args):
        self.space = new_space("stats", args.outcomes * 4, lists=10, hopper_target=5000)
        self.stats = self.space.stats()
        self.recycler = self.space.recycler()
        put(self.space, hopper_target=5000)
        wait_for(lambda: self.space.value("SELECT count(*) FROM offer") >= 5000, 60, what="a full hopper")
        rate = ["--rate", args.rate] if args.rate else []
        self.space.dialer_sim("--think", 0, "--channels", 5000, "--answer", MIX, *rate)
        wait_for(lambda: calls(self.space) >= args.outcomes // 10, 120, what="the first calls")

    def measure(self, seconds):
        """What a while of it does and costs."""
        pids = {"stats": self.stats.pid, "recycler": self.recycler.pid, "redis": redis_pid()}
        before = {name: cpu_of(pid) for name, pid in pids.items() if pid}
        buckets, first, busy, began = self.buckets(), calls(self.space), machine_busy(), time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        counts = difference(buckets, self.buckets())
        return {
            "outcomes_per_s": round((calls(self.space) - first) / took),
            "written": int(counts[-1][1]) if counts else 0,
            "age_p50_ms": percentile(counts, 0.5),
            "age_p99_ms": percentile(counts, 0.99),
            **{f"cpu_{name}_s": round(cpu_of(pids[name]) - cpu, 2) for name, cpu in before.items()},
            "others_s": round(machine_busy() - busy, 1),
        }

    def buckets(self):
        found = ((re.fullmatch(AGE, name), value) for name, value in self.stats.metrics().items())
        return [(float(match[1]) * 1e3, value) for match, value in found if match]

    def end(self):
        self.space.drop()


def redis_pid():
    file = ROOT / ".dev" / "run" / "redis.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


def difference(before, after):
    old = dict(before)
    return [(bound, value - old.get(bound, 0)) for bound, value in after]


def percentile(counts, share):
    """Within a bucket as if they lay evenly."""
    low, below = 0.0, 0
    for bound, upto in counts:
        if upto > below and upto >= share * counts[-1][1]:
            return round(
                low + (min(bound, 60_000) - low) * (share * counts[-1][1] - below) / (upto - below), 1
            )
        low, below = bound, upto
    return None


def bench_freshness(args, verdicts):
    load = Load(args)
    try:
        freshness = Freshness(load.space, client())
        values = load.measure(args.seconds)
        ways, missing = freshness.end()
        for name, seconds in ways.items():
            values |= percentiles(name, seconds)
        say("freshness", **values, versions=len(ways["fresh"]), missing=missing)
        verdicts.at_most("commit to Redis: p99", values["fresh_p99_ms"], GOAL_FRESH_MS)
    finally:
        load.end()


# ---- watchers


class Reader(threading.Thread):
    """HGETALL of 1,000 lists a second, as dashboards of many people would."""

    def __init__(self, space, lists):
        super().__init__(daemon=True)
        self.keys = [f"{space.ns}:list:{name}:stats" for name in lists]
        self.read = 0
        self.ended = False

    def run(self):
        live = client()
        began = time.monotonic()
        while not self.ended:
            pipe = live.pipeline(transaction=False)
            for n in range(self.read, self.read + 100):
                pipe.hgetall(self.keys[n % len(self.keys)])
            read = pipe.execute()
            assert all(read), "a list is not there"
            self.read += len(read)
            time.sleep(max(0.0, began + self.read / WATCHED - time.monotonic()))


def bench_watcher(args, verdicts):
    load = Load(argparse.Namespace(**(vars(args) | {"rate": args.rate or WATCHED_RATE})))
    speeds = {"without": 0, "with": 0}
    cpu = {"without": 0.0, "with": 0.0}
    try:
        others = idle_lists(load.space, WATCHED - 10)
        client().delete(f"{load.space.ns}:stats:marker")  # all lists are written anew
        lists = [f"list-{n}" for n in range(10)] + others
        wait_for(
            lambda: client().scard(f"{load.space.ns}:campaign:idle:lists") == len(others),
            60,
            what="all lists",
        )
        for name in ("without", "with", "with", "without"):  # what slows down with time cancels out
            reader = Reader(load.space, lists)
            if name == "with":
                reader.start()
            values = load.measure(args.seconds / 2)
            reader.ended = True
            speeds[name] += values["outcomes_per_s"]
            cpu[name] += sum(values[f"cpu_{worker}_s"] for worker in ("stats", "recycler"))
            say(f"watcher, {name} it", read=reader.read, **values)
        verdicts.at_least(
            "outcomes with a watcher: share of those without",
            speeds["with"] / speeds["without"],
            GOAL_WATCHED,
        )
        costs = [cpu[name] / speeds[name] for name in ("with", "without")]
        verdicts.at_most("CPU of workers an outcome with a watcher: times that without", costs[0] / costs[1], GOAL_CPU, unit="x")
    finally:
        load.end()


# ---- rebuild


def idle_lists(space, count):
    """Their ids: lists of a campaign that calls nobody, put there by SQL."""
    space.db.execute("INSERT INTO campaign (campaign_id, name, created_at) VALUES ('idle', 'idle', now())")
    space.db.execute(
        "WITH made AS (INSERT INTO list (list_id, name, description, campaign_no, priority, created_at, updated_at)"
        " SELECT 'idle-' || n, 'n', '', campaign_no, 50, now(), now() FROM generate_series(1, %s) n, campaign"
        " WHERE campaign_id = 'idle' RETURNING list_no, campaign_no),"
        " told AS (INSERT INTO list_status SELECT list_no, s, 10 FROM made, unnest(ARRAY['NEW','NA','B','A','SALE']) s)"
        " INSERT INTO list_stats (list_no, version, life, campaign_no, campaign_active, rules_version, total, ready)"
        " SELECT list_no, 1, 'active', campaign_no, false, 1, 50, 50 FROM made",
        (count,),
    )
    return [f"idle-{n}" for n in range(1, count + 1)]


def bench_rebuild(args, verdicts):
    space = Space("bench-rebuild").create()
    try:
        idle_lists(space, args.lists)
        space.db.execute("VACUUM (ANALYZE) list, list_stats, list_status")
        worker = space.stats({"LEADSPOOL_STATS_PACE_S": "3600"})
        live = client()
        took = [rebuild(space, worker, live, args.lists) for _ in range(3)]
        verdicts.at_most(f"rebuild of {args.lists:,} lists", max(took), GOAL_REBUILD_S, unit="s")
    finally:
        space.drop()


def rebuild(space, worker, live, lists):
    wait_for(lambda: live.hget(f"{space.ns}:stats:marker", "state") == "whole", 120)
    keys = list(live.scan_iter(f"{space.ns}:*", count=10_000))
    before, busy, began = worker.log().count("event=redis.rebuilt"), machine_busy(), time.monotonic()
    live.delete(*keys)
    wait_for(lambda: worker.log().count("event=redis.rebuilt") > before, 120, every=0.02)
    took = time.monotonic() - began
    shown = live.scard(f"{space.ns}:campaign:idle:lists")
    assert shown == lists, f"{shown} of {lists} lists"
    ms = int(re.findall(r"event=redis.rebuilt .*ms=(\d+)", worker.log())[-1])
    others = round(machine_busy() - busy, 1)
    [(plan,)] = space.rows(f"EXPLAIN (ANALYZE, FORMAT JSON) {CAMPAIGNS}")
    say(
        "rebuild",
        lists=lists,
        seconds=round(took, 2),
        rebuild_ms=ms,
        campaigns_ms=plan[0]["Execution Time"],
        others_s=others,
    )
    return took


# ---- the command


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    parser = argparse.ArgumentParser(
        prog="./dev bench stats", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--outcomes", type=int, default=100_000, help="leads of a run of outcomes, by four")
    parser.add_argument("--lists", type=int, default=10_000, help="of the rebuild")
    parser.add_argument("--seconds", type=float, default=20, help="of a measurement")
    parser.add_argument("--rate", type=int, help="calls a second, at most")
    parser.add_argument("--quick", action="store_true", help="a fifth of all that, but all lists")
    parser.add_argument("--only", metavar="NAME,...", default=",".join(SUBJECTS))
    args = parser.parse_args()
    if args.quick:
        args.outcomes, args.seconds = args.outcomes // 5, args.seconds / 4
    names = args.only.split(",")
    if set(names) - set(SUBJECTS):
        sys.exit(f"--only: there is {', '.join(SUBJECTS)}")
    subjects = {"freshness": bench_freshness, "rebuild": bench_rebuild, "watcher": bench_watcher}
    verdicts = Verdicts()
    try:
        for name in SUBJECTS:
            if name in names:
                subjects[name](args, verdicts)
    finally:
        verdicts.table()


if __name__ == "__main__":
    main()
