"""How fast a campaign runs: outcomes a second, the time of a top-up, an express lead's way to the dialer.

  ./dev bench recycler [--leads 1000000] [--outcomes 200000] [--churn 200000] [--rounds 3] [--quick]
                       [--only outcomes,topup,express,snapshot]

  outcomes   a dialer without think time works on a hopper of 5,000, with broker, database, dialer and one or two
             recyclers on this machine. An outcome counts with its attempt row, lead, counters, events, and the
             offer that replaces it. The floor, in the same round, is bare SQL by one connection in batches of
             500: attempts, leads, the list's counter, one row of events. "with offers": the same batch, and the bare
             SQL of the offers that replace them: numbers, queue, leads, offers, their events. "ended only": a dialer that does not
             tell when calls begin, so that there is one message an outcome and not two.
  topup      a hopper of 500 that is emptied by SQL again and again, leads in 10 lists and of many zone sets: the
             time of a top-up of 500 as the recycler's metric has it, p50 and p99 within its buckets.
             idle; under half load (a dialer of 2,500 calls a second on another campaign); closed: most leads
             are in zones that are not open; later: a hundred thousand are due later; dry: few are left; and
             after --churn offers. It is searched for beforehand, while the hopper is full: where no time is
             left for that the search is within the time that is measured.
  snapshot   the same with a snapshot as old as all of the churn open elsewhere, as a dump has it; then the ways
             of express, which show what the relay makes of it.
  express    lead.upsert of priority 99 on Kafka to offer.made on Kafka, the hopper full; relay is the way of the
             same message to its reply, which has two transactions less.

One JSON line a run on standard output; at the end tables, with each goal and whether it was reached. Wall time tells little on a machine that does other
work ("others": its CPU seconds meanwhile); the CPU time of PostgreSQL and of each process is then what to look at.
"""

import argparse
import json
import os
import random
import re
import signal
import statistics
import sys
import time
import uuid

from _measure import Postgres, cpu_of, machine_busy, measured
from _recycler_fill import add_campaign, campaign_no, narrow_windows, new_space, put
from _recycler_sql import BATCH, answer_all, floor_batches, floor_begin_offered, floor_run, floor_run_offered
from _report import Goal, Report, Verdicts
from harness import db, send_command, wait_for
from harness.bus import Reader, flush_commands
from harness.settings import ROOT

MIX = "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2"
DIALED = ("1 recycler", "2 recyclers", "1, ended only")
WITH_OFFERS = "floor, with offers"
SUBJECTS = ("outcomes", "topup", "snapshot", "express")
TOPUP = 500
GOAL_OUTCOMES = 5000
GOAL_IDLE_MS, GOAL_LOAD_MS, GOAL_GROWTH = 50, 100, 4 / 3
GOAL_EXPRESS_MS = 150


def say(what, **values):
    print(json.dumps({"bench": "recycler", "what": what, **values}), flush=True)


def last_value(space, sequence):
    return space.value(f"SELECT last_value FROM {sequence}")


# ---- outcomes


class Outcomes:
    """Rounds of the floor and of the product, each with the floor's leads or fresh ones."""

    def __init__(self, args, verdicts):
        self.args = args
        self.verdicts = verdicts
        goals = [Goal(0.25), Goal(0.25, base=WITH_OFFERS)]
        self.report = Report("recycler", dict.fromkeys(DIALED, goals))

    def run(self):
        for round_no in range(1, self.args.rounds + 1):
            self.floor(round_no, "floor", floor_run)
            self.floor(round_no, WITH_OFFERS, floor_run_offered, floor_begin_offered)
            self.product(round_no, "1 recycler", 1)
            self.product(round_no, "2 recyclers", 2)
            self.product(round_no, "1, ended only", 1, "--silent-start", 100)
        self.report.table()
        for name in DIALED:
            speed = statistics.median(self.report.speeds(name))
            self.verdicts.at_least(f"outcomes, {name}: a second", speed, GOAL_OUTCOMES)

    def floor(self, round_no, name, run, begin=lambda *_: None):
        space = new_space("floor", self.args.outcomes // 2, lists=1)
        try:
            batches = floor_batches(space, self.args.outcomes // 4 // BATCH)
            begin(space, batches)
            with measured(Postgres(space.db), "self") as cost:
                run(space, batches)
            cost.peak_mib = None
            self.report.add(name, round_no, len(batches) * BATCH, cost)
        finally:
            space.drop()

    def product(self, round_no, name, recyclers, *options):
        space = new_space("outcomes", self.args.outcomes, hopper_target=5000)
        try:
            self.measure(space, round_no, name, recyclers, options)
        finally:
            space.drop()

    def measure(self, space, round_no, name, recyclers, options):
        workers = [space.recycler() for _ in range(recyclers)]
        put(space, hopper_target=5000)
        wait_for(lambda: space.value("SELECT count(*) FROM offer") >= 5000, 60, what="a full hopper")
        sim = space.dialer_sim("--think", 0, "--channels", 5000, "--answer", MIX, *options)
        most = self.args.outcomes * 3 // 4
        reached(space, most // 8)
        first, offers = last_value(space, "attempt_attempt_no_seq"), last_value(space, "offer_id_seq")
        broker = broker_pid()
        before = {"sim": cpu_of(sim.pid), "broker": cpu_of(broker) if broker else 0.0}
        with measured(Postgres(space.db)) as cost:
            cpu = sum(cpu_of(worker.pid) for worker in workers)
            reached(space, most)
            cost.cpu_client = sum(cpu_of(worker.pid) for worker in workers) - cpu
        done = last_value(space, "attempt_attempt_no_seq") - first
        cost.notes = {
            "offers": last_value(space, "offer_id_seq") - offers,
            "cpu_sim_s": round(cpu_of(sim.pid) - before["sim"], 2),
            "cpu_broker_s": round(cpu_of(broker) - before["broker"], 2) if broker else None,
            "hot": round(hot_share(space), 2),
        }
        self.report.add(name, round_no, done, cost)
        sim.end()


def reached(space, attempts):
    wait_for(lambda: last_value(space, "attempt_attempt_no_seq") >= attempts, 600, every=0.1, what=f"{attempts} calls")


def hot_share(space):
    updates, hot = space.row("SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables"
                             " WHERE schemaname = current_schema AND relname = 'leads'")  # fmt: skip
    return hot / updates if updates else 0.0


def broker_pid():
    """Of this checkout's private broker, if it is that."""
    file = ROOT / ".dev" / "run" / "kafka.pid"
    return int(file.read_text().split()[0]) if file.exists() else None


# ---- top-ups


class Topups:
    """One campaign and one recycler; each case is some emptyings of the hopper."""

    def __init__(self, space, rounds, verdicts):
        self.space = space
        self.rounds = rounds
        self.verdicts = verdicts
        self.campaign_no = campaign_no(space)
        self.postgres = Postgres(space.db)
        self.worker = space.recycler()

    def measure(self, name, goal_ms, note="", **notes):
        """notes: figures to be taken at the end. The 99th percentile."""
        self.empty()  # the first search of new groups is not like the others
        before, cpu = self.buckets(), cpu_of(self.worker.pid)
        postgres, busy = self.postgres.cpu(), machine_busy()
        answering = 0.0
        for _ in range(self.rounds):
            answering += self.empty()
        wait_for(lambda: self.live() >= TOPUP, 60, every=0.01, what="the last top-up")
        count, p50, p99 = percentiles(before, self.buckets())
        say(
            name,
            topups=count,
            p50_ms=p50,
            p99_ms=p99,
            cpu_recycler_ms=round((cpu_of(self.worker.pid) - cpu) / self.rounds * 1e3, 1),
            cpu_postgres_ms=round((self.postgres.cpu() - postgres) / self.rounds * 1e3, 1),
            answer_ms=round(answering / self.rounds * 1e3, 1),
            other_s=round(machine_busy() - busy, 1),
            **{key: value() for key, value in notes.items()},
        )
        self.verdicts.at_most(f"top-up of {TOPUP}, {name}: p99", p99, goal_ms, note)
        return p99

    def empty(self):
        """Waits for a full hopper and ends all its offers; the seconds that this took."""
        wait_for(lambda: self.live() >= TOPUP, 60, every=0.01, what="a top-up")
        began = time.monotonic()
        answer_all(self.space, self.campaign_no)
        return time.monotonic() - began

    def live(self):
        return self.space.value("SELECT count(*) FROM offer WHERE offer.state = 1 AND campaign_no = %s", self.campaign_no)

    def buckets(self):
        """[(upper bound in ms, top-ups up to it)]"""
        metrics = self.worker.metrics()
        found = ((re.fullmatch(r'leadspool_topup_seconds_bucket\{size="full",le="(.*)"\}', name), value)
                 for name, value in metrics.items())  # fmt: skip
        return [(float(match[1]) * 1e3, value) for match, value in found if match]

    def churn(self, offers):
        while last_value(self.space, "offer_id_seq") < offers:
            self.empty()


def percentiles(before, after):
    """(count, p50, p99), within a bucket as if they lay evenly."""
    old = dict(before)
    counts = [(bound, value - old.get(bound, 0)) for bound, value in after]
    total = counts[-1][1]
    return int(total), *(percentile(counts, share * total) for share in (0.5, 0.99))


def percentile(counts, wanted):
    low, below = 0.0, 0
    for bound, upto in counts:
        if upto >= wanted and upto > below:
            return round(low + (min(bound, 60_000) - low) * (wanted - below) / (upto - below), 1)
        low, below = bound, upto
    return None


def bench_topup(args, verdicts):
    space = new_space("topup", args.leads, gates=args.gates, hopper_target=TOPUP)
    try:
        topups = Topups(space, args.topups, verdicts)
        put(space, hopper_target=TOPUP)
        idle = topups.measure("idle", GOAL_IDLE_MS)
        topups.churn(args.churn)
        topups.measure(f"after {args.churn:,} offers", idle * GOAL_GROWTH, " (a third more)",
                       offers=lambda: last_value(space, "offer_id_seq"))  # fmt: skip
        put(space, hopper_target=TOPUP, windows=narrow_windows())
        topups.measure("most closed", GOAL_IDLE_MS, open=lambda: open_share(space))
        put(space, hopper_target=TOPUP)
        later(space, min(100_000, args.leads // 5))
        topups.measure("many due later", GOAL_IDLE_MS)
        half_load(space, topups, args.leads)
        dry(space, topups.campaign_no, TOPUP * (args.topups + 10))
        topups.measure("nearly dry", GOAL_IDLE_MS, ready=lambda: ready_count(space, topups.campaign_no))
    finally:
        space.drop()


def ready_count(space, number):
    return space.value("SELECT sum(ready)::bigint FROM list_stats WHERE campaign_no = %s", number)


def open_share(space):
    """What share of the zone sets was offered last."""
    gates = space.value("SELECT count(DISTINCT zone_set_no) FROM leads JOIN offer USING (lead_id) WHERE offer.state = 1")
    return round(gates / space.value("SELECT count(*) FROM zone_set"), 2)


def later(space, count):
    """The next fresh leads count as recycled, and are due later."""
    space.db.execute(
        "WITH gone AS (DELETE FROM ready_lead WHERE ctid = ANY (ARRAY(SELECT ctid FROM ready_lead WHERE class = 2 LIMIT %s))"
        " RETURNING *), l AS (UPDATE leads SET attempts = 1, attempts_total = 1, status = 'NA', due_at = now() + interval '1 h'"
        " FROM gone WHERE leads.lead_id = gone.lead_id RETURNING leads.*)"
        " INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)"
        " SELECT l.list_no, gate_no, 3, 49, l.due_at, l.lead_id FROM l JOIN zone_set USING (zone_set_no)",
        [count],
    )
    recount(space)


def dry(space, campaign_no, left):
    """All but so many fresh leads of the campaign are finished, and all of others."""
    space.db.execute(
        "WITH kept AS MATERIALIZED (SELECT lead_id FROM ready_lead JOIN list USING (list_no) WHERE class = 2"
        " AND campaign_no = %s AND hashint8(lead_id) %% 4 = 0 LIMIT %s), gone AS (DELETE FROM ready_lead"
        " WHERE class = 2 AND lead_id NOT IN (SELECT lead_id FROM kept) RETURNING lead_id)"
        " UPDATE leads SET stage = 3, hold = 1, status = 'NI' FROM gone WHERE leads.lead_id = gone.lead_id",
        [campaign_no, left],
    )
    recount(space)


def recount(space):
    space.db.execute(
        "UPDATE list_stats s SET version = version + 1, ready = n.ready, finished = n.finished, attempted = n.attempted"
        " FROM (SELECT list_no, count(*) FILTER (WHERE stage = 6) AS ready, count(*) FILTER (WHERE stage = 3) AS finished,"
        " count(*) FILTER (WHERE attempts > 0) AS attempted FROM leads GROUP BY 1) n WHERE n.list_no = s.list_no"
    )
    space.db.execute("VACUUM (ANALYZE) leads, ready_lead")


def half_load(space, topups, leads):
    """A second campaign keeps a dialer busy meanwhile, at half the goal."""
    add_campaign(space, "half", max(leads // 4, 50_000), leads, hopper_target=400)
    rate = GOAL_OUTCOMES // 2
    sim = space.dialer_sim("--think", 0, "--rate", rate, "--channels", rate, "--campaign", "half", "--answer", MIX)
    calls = last_value(space, "attempt_attempt_no_seq")
    wait_for(lambda: last_value(space, "attempt_attempt_no_seq") > calls + rate, 60, what="a dialer at work")
    began, calls = time.monotonic(), last_value(space, "attempt_attempt_no_seq")
    topups.measure("under half load", GOAL_LOAD_MS,
                   outcomes_per_s=lambda: round((last_value(space, "attempt_attempt_no_seq") - calls)
                                                / (time.monotonic() - began)))  # fmt: skip
    sim.end()
    put(space, "half", active=False)


# ---- express


class Express:
    def __init__(self, space, count):
        self.space = space
        self.count = count
        self.importer = space.importer()
        self.reader = Reader(space, ["leads.dialable", "command.events"])
        self.drain()

    def drain(self):
        self.reader.read_to(self.reader.ends(), 120)

    def one(self, n):
        """(ms to the reply, ms to the offer)"""
        external = f"express-{n}-{uuid.uuid4().hex[:6]}"
        lead = {"phone": f"+1985262{1000 + n:04d}", "external_id": external, "priority": 99, "state": "LA"}
        began = time.monotonic()
        id = send_command(self.space, "importer.commands", "list-0", "lead.upsert", {"list_id": "list-0", "lead": lead},
                          flush=False)  # fmt: skip
        flush_commands(self.space)
        replied = offered = None
        while not (replied and offered):
            assert time.monotonic() < began + 30, f"lead {n}: reply {replied}, offer {offered}"
            for record in self.reader.read(0.005):
                if record.headers.get("ce_correlationid") == id and record.topic == "command.events":
                    replied = time.monotonic()
                elif record.type == "offer.made" and record.value["external_id"] == external:
                    offered = time.monotonic()
        return (replied - began) * 1e3, (offered - began) * 1e3

    def measure(self, name):
        busy, began = machine_busy(), time.monotonic()
        ways = []
        for n in range(self.count):
            ways.append(self.one(n))
            time.sleep(random.random() * 0.05)
        replies, offers = ([round(way[i], 1) for way in ways] for i in (0, 1))
        seconds = time.monotonic() - began
        say(name, leads=len(ways), reply_ms=spread(replies), offer_ms=spread(offers),
            other_cpus=round((machine_busy() - busy) / seconds, 2))  # fmt: skip
        return spread(replies)["p99"], spread(offers)["p99"]

    def close(self):
        self.reader.consumer.close()
        self.importer.terminate()


def spread(values):
    values = sorted(values)
    return {"p50": values[len(values) // 2], "p99": values[int(len(values) * 0.99)], "max": values[-1]}


def bench_express(args, verdicts):
    space = new_space("express", args.leads // 5, hopper_target=5000, offer_lifetime_s=3600)
    try:
        space.recycler()
        put(space, hopper_target=5000, offer_lifetime_s=3600)
        wait_for(lambda: space.value("SELECT count(*) FROM offer") >= 5000, 60, what="a full hopper")
        express = Express(space, args.express)
        _, p99 = express.measure("express")
        verdicts.at_most("express, full hopper: p99", p99, GOAL_EXPRESS_MS)
        express.close()
    finally:
        space.drop()


def bench_snapshot(args, verdicts):
    space = new_space("snapshot", args.leads, gates=args.gates, hopper_target=TOPUP)
    try:
        topups = Topups(space, args.topups, verdicts)
        put(space, hopper_target=TOPUP)
        topups.measure("before the snapshot", GOAL_IDLE_MS)
        dump = db(space)
        dump.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        dump.execute("SELECT count(*) FROM campaign")
        topups.churn(args.churn)
        topups.measure("old snapshot open", GOAL_IDLE_MS, offers=lambda: last_value(space, "offer_id_seq"))
        express = Express(space, min(args.express, TOPUP // 10))
        relay, p99 = express.measure("express, old snapshot")
        verdicts.at_most("express, old snapshot open: p99", p99, GOAL_EXPRESS_MS)
        verdicts.at_most("relay (a reply), old snapshot open: p99", relay, GOAL_EXPRESS_MS)
        express.close()
        dump.close()
    finally:
        space.drop()


# ---- the command


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench recycler", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", "--rows", type=int, default=1_000_000, help="of the campaign that is topped up")
    parser.add_argument("--gates", type=int, default=60, help="zone sets")
    parser.add_argument("--outcomes", type=int, default=200_000, help="leads of a run of outcomes")
    parser.add_argument("--churn", type=int, default=200_000, help="offers before the second look")
    parser.add_argument("--topups", type=int, default=100, help="of each case")
    parser.add_argument("--express", type=int, default=200, help="express leads")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="a fifth of that or less")
    parser.add_argument("--only", metavar="NAME,...", default=",".join(SUBJECTS))
    args = parser.parse_args()
    if args.quick:
        args.leads, args.churn, args.outcomes = args.leads // 5, args.churn // 10, args.outcomes // 4
        args.topups, args.express, args.rounds = 20, 50, 1
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    args = arguments()
    names = args.only.split(",")
    if set(names) - set(SUBJECTS):
        sys.exit(f"--only: there is {', '.join(SUBJECTS)}")
    verdicts = Verdicts()
    subjects = {
        "outcomes": lambda: Outcomes(args, verdicts).run(),
        "topup": lambda: bench_topup(args, verdicts),
        "snapshot": lambda: bench_snapshot(args, verdicts),
        "express": lambda: bench_express(args, verdicts),
    }
    say("machine", cpus=os.cpu_count(), load=os.getloadavg())
    for name in SUBJECTS:
        if name in names:
            subjects[name]()
    say("machine", cpus=os.cpu_count(), load=os.getloadavg())
    verdicts.table()


if __name__ == "__main__":
    main()
