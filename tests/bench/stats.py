"""How fresh Redis is, how fast it is filled, and what watchers cost.

  ./dev bench stats [--outcomes 100000] [--lists 10000] [--seconds 20] [--rate N] [--quick]
                    [--only freshness,rebuild,watcher]

  freshness  a dialer without think time on a hopper of 5,000, at most N calls a second: how long after its COMMIT
             a version of a list's counters can be read in Redis (fresh), and what of that was until it had its
             time in Kafka (to_kafka) and from then on (to_redis). age: the same from the beginning of the
             transaction, as the aggregator's metric has it (within its buckets).
  rebuild    so many lists, Redis emptied: until a rebuild has written all of them, by its log and by the wall.
  watcher    the same load without and with a reader of 1,000 lists a second: outcomes a second, and CPU seconds of
             aggregator, recycler and Redis meanwhile.

One JSON line a run. Wall time tells little on a machine that does other work ("others": its CPU seconds meanwhile).
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
from harness import wait_for
from harness.settings import ROOT, settings
from harness.space import Space

MIX = "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2"
SUBJECTS = ("freshness", "rebuild", "watcher")
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
        self.space = new_space("stats", args.outcomes * 2, lists=10, hopper_target=5000)
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
            return round(low + (min(bound, 60_000) - low) * (share * counts[-1][1] - below) / (upto - below), 1)
        low, below = bound, upto
    return None


def bench_freshness(args):
    load = Load(args)
    try:
        freshness = Freshness(load.space, client())
        values = load.measure(args.seconds)
        ways, missing = freshness.end()
        for name, seconds in ways.items():
            values |= percentiles(name, seconds)
        say("freshness", **values, versions=len(ways["fresh"]), missing=missing)
    finally:
        load.end()


# ---- watchers


class Reader(threading.Thread):
    """HGETALL of 1,000 lists a second, as dashboards of many people would."""

    def __init__(self, space):
        super().__init__(daemon=True)
        self.keys = [f"{space.ns}:list:list-{n % 10}:stats" for n in range(100)]
        self.read = 0
        self.ended = False

    def run(self):
        live = client()
        began = time.monotonic()
        while not self.ended:
            pipe = live.pipeline(transaction=False)
            for key in self.keys:
                pipe.hgetall(key)
            self.read += len(pipe.execute())
            time.sleep(max(0.0, began + self.read / 1000 - time.monotonic()))


def bench_watcher(args):
    load = Load(args)
    try:
        for name in ("without", "with", "without", "with"):
            reader = Reader(load.space)
            if name == "with":
                reader.start()
            values = load.measure(args.seconds / 2)
            reader.ended = True
            say(f"watcher, {name} it", read=reader.read, **values)
    finally:
        load.end()


# ---- rebuild


def bench_rebuild(args):
    space = Space("bench-rebuild").create()
    try:
        space.db.execute("INSERT INTO campaign (campaign_id, name, created_at) VALUES ('bench', 'bench', now())")
        space.db.execute(
            "WITH made AS (INSERT INTO list (list_id, name, description, campaign_no, priority, created_at, updated_at)"
            " SELECT 'list-' || n, 'n', '', 1, 50, now(), now() FROM generate_series(1, %s) n RETURNING list_no),"
            " told AS (INSERT INTO list_status SELECT list_no, s, 10 FROM made, unnest(ARRAY['NEW','NA','B','A','SALE']) s)"
            " INSERT INTO list_stats (list_no, version, life, campaign_no, campaign_active, rules_version, total, ready)"
            " SELECT list_no, 1, 'active', 1, false, 1, 50, 50 FROM made",
            (args.lists,),
        )
        worker = space.stats({"LEADSPOOL_STATS_PACE_S": "3600"})
        live = client()
        for _ in range(3):
            rebuild(space, worker, live, args.lists)
    finally:
        space.drop()


def rebuild(space, worker, live, lists):
    wait_for(lambda: live.hget(f"{space.ns}:stats:marker", "state") == "whole", 120)
    keys = list(live.scan_iter(f"{space.ns}:*", count=10_000))
    before, busy, began = worker.log().count("event=redis.rebuilt"), machine_busy(), time.monotonic()
    live.delete(*keys)
    wait_for(lambda: worker.log().count("event=redis.rebuilt") > before, 120, every=0.02)
    took = time.monotonic() - began
    shown = live.scard(f"{space.ns}:campaign:bench:lists")
    assert shown == lists, f"{shown} of {lists} lists"
    ms = int(re.findall(r"event=redis.rebuilt .*ms=(\d+)", worker.log())[-1])
    say("rebuild", lists=lists, seconds=round(took, 2), rebuild_ms=ms, others_s=round(machine_busy() - busy, 1))


# ---- the command


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    parser = argparse.ArgumentParser(
        prog="./dev bench stats", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--outcomes", type=int, default=100_000, help="leads of a run of outcomes, by two")
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
    for name in SUBJECTS:
        if name in names:
            subjects[name](args)


if __name__ == "__main__":
    main()
