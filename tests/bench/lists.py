"""How fast many leads move, begin anew and go, and what other lists notice of it.

  ./dev bench lists [--leads 1000000] [--rounds 3] [--quick] [--only move,reset,delete] [--explain]

The floor of each is one SQL statement that does the bare change to both tables that a lead's row must be right in,
leads and ready_lead, under all their indexes, and nothing else (no zones looked up, no counters, no events, no
checkpoints, no locks beforehand): UPDATE of list_no in both; UPDATE of what a reset sets back in both; DELETE from
both. Once with nothing beside, and once beside the calls that the job has beside it. Each round fills the list anew
before each floor and before the product's job. A job counts from its command to its end, with broker, database and
workers on this machine.

Beside each job, and before it with nothing beside, leads of another list and campaign are called one at a time:

  offer     lead.upsert of priority 99 on Kafka to offer.made on Kafka
  outcome   call.ended on Kafka to lead.attempted on Kafka

--explain: the statements that took the longest during each job, as pg_stat_statements has them (a server of
./dev up has it loaded, and counts nothing unless this asks). One JSON line a run on standard output; at the end
tables, with the goals: within twice the time, at most twice the latency. On a machine that does other work meanwhile the CPU time tells more than the wall's.
"""

import argparse
import itertools
import json
import signal
import sys
import threading
import time

from _measure import Postgres, measured
from _recycler_fill import FREE, LEADS, QUEUE, add_gates
from _report import Goal, Report, spread
from harness import send_command, wait_for
from harness.bus import Reader, flush_commands
from harness.space import Space
from scenario import ask, check_queue, done

GATES = 22
SUBJECTS = ("move", "reset", "delete")
SERIAL = itertools.count()
EVERYONE = {"field": "attempts", "op": "ge", "value": 0}
CALLED = """
UPDATE leads SET status = 'NA', attempts = 1, attempts_total = 1, tries = 'NA=1', contacted = false,
                 called_at = '2026-01-01', due_at = '2026-01-02'
WHERE list_no = %s
"""
CALLED_QUEUE = "UPDATE ready_lead SET class = 3, due_at = '2026-01-02' WHERE list_no = %s"
COUNT = """
WITH told AS (INSERT INTO list_status (list_no, status, leads) VALUES (%(list)s, 'NA', %(rows)s)
              ON CONFLICT (list_no, status) DO UPDATE SET leads = excluded.leads)
UPDATE list_stats SET version = version + 1, total = %(rows)s, ready = %(rows)s, attempted = %(rows)s
WHERE list_no = %(list)s
"""
FLOORS = {
    "move": """
WITH target AS (SELECT list_no FROM list WHERE list_id = 'b'),
     moved AS (UPDATE leads SET list_no = (SELECT list_no FROM target), lead_version = lead_version + 1
               WHERE list_no = %(list)s)
UPDATE ready_lead SET list_no = (SELECT list_no FROM target) WHERE list_no = %(list)s
""",
    "reset": """
WITH begun AS (UPDATE leads SET status = 'NEW', stage = 6, attempts = 0, tries = NULL, hold = 0, contacted = false,
                                due_at = NULL, callback_at = NULL, lead_version = lead_version + 1
               WHERE list_no = %(list)s)
UPDATE ready_lead SET class = 2, due_at = 'epoch' WHERE list_no = %(list)s
""",
    "delete": """
WITH gone AS (DELETE FROM leads WHERE list_no = %(list)s)
DELETE FROM ready_lead WHERE list_no = %(list)s
""",
}
COMMANDS = {
    "move": ("leads.move", {"list_id": "a", "to_list_id": "b", "where": EVERYONE}),
    "reset": ("list.reset", {"list_id": "a", "where": EVERYONE}),
    "delete": ("list.delete", {"list_id": "a"}),
}
TOOK = """
SELECT round(total_exec_time::numeric, 1), calls, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 120)
FROM public.pg_stat_statements ORDER BY 1 DESC LIMIT 12
"""


def floor_of(name, beside):
    return f"floor of {name}" + (", calls beside" if beside else "")


def say(what, **values):
    print(json.dumps({"bench": "lists", "what": what, **values}), flush=True)


class Beside(threading.Thread):
    """Calls leads of another list, one after the other, until it is closed."""

    def __init__(self, space):
        super().__init__(daemon=True)
        self.space, self.ended, self.error = space, threading.Event(), None
        self.offers, self.outcomes = [], []
        self.reader = Reader(space, ["leads.dialable", "lead.events"])
        ends = self.reader.ends()
        for place in self.reader.places:
            place.offset = ends.get((place.topic, place.partition), place.offset)
        self.reader.consumer.assign(self.reader.places)

    def run(self):
        try:
            while not self.ended.is_set():
                self.one(next(SERIAL))
                time.sleep(0.02)
        except Exception as error:  # told by close()
            self.error = error

    def one(self, n):
        external = f"beside-{n}"
        lead = {"phone": f"+1985{260 + n // 9000 % 700}{1000 + n % 9000:04d}", "external_id": external, "priority": 99}
        began = self.send("importer.commands", "beside", "lead.upsert", {"list_id": "beside", "lead": lead})
        made, at = self.wait("offer.made", external)
        self.offers.append((at - began) * 1e3)
        call = {"lead_id": made["lead_id"], "offer_id": made["offer_id"], "call_id": external}
        call |= {"disposition": "SALE", "started_at": made["not_after"], "duration_s": 5}
        began = self.send("dialer.outcomes", made["lead_id"], "call.ended", call)
        _, at = self.wait("lead.attempted", made["lead_id"])
        self.outcomes.append((at - began) * 1e3)
        gone = {"list_id": "beside", "external_id": external}
        send_command(self.space, "importer.commands", "beside", "lead.delete", gone)

    def send(self, topic, key, type, data):
        began = time.monotonic()
        send_command(self.space, topic, key, type, data, flush=False)
        flush_commands(self.space)
        return began

    def wait(self, type, named):
        """Of the events of the job beside, which pass here too, nothing is read but whether they name it."""
        deadline, named = time.monotonic() + 60, f'"{named}"'.encode()
        while time.monotonic() < deadline:
            for message in self.reader.consumer.consume(1000, timeout=0.002):
                if named in (message.value() or b"") and ("ce_type", type.encode()) in message.headers():
                    return json.loads(message.value()), time.monotonic()
        raise AssertionError("no offer, or no outcome, within a minute")

    def close(self):
        self.ended.set()
        self.join()
        self.reader.consumer.close()
        if self.error:
            raise self.error
        return self

    def figures(self):
        return {"calls": len(self.outcomes), "offer_ms": middle(self.offers), "outcome_ms": middle(self.outcomes)}


def middle(values):
    values = sorted(values) or [0.0]
    return {"p50": round(values[len(values) // 2], 1), "p95": round(values[int(len(values) * 0.95)], 1)}


class Bench:
    def __init__(self, args):
        self.args = args
        self.report = Report("lists", {name: [Goal(0.5, floor_of(name, beside)) for beside in (False, True)]
                                       for name in SUBJECTS})  # fmt: skip
        self.latencies = []
        self.space = Space("bench-lists").create()
        importer, recycler = self.space.importer(), self.space.recycler()
        done(self.space, "list.create", {"list_id": "beside", "campaign_id": "beside"})
        done(self.space, "campaign.put", {"campaign_id": "beside", "hopper_target": 20, "assume_zones": ["UTC"]} | FREE)
        importer.terminate()
        recycler.terminate()
        add_gates(self.space, GATES)
        self.postgres = Postgres(self.space.db)
        self.has_statements = args.explain and self.load_statements()

    def load_statements(self):
        """For connections that begin from now on."""
        try:
            self.space.db.execute("CREATE EXTENSION IF NOT EXISTS pg_stat_statements SCHEMA public")
            self.space.rows(TOOK)
            self.track_statements("top")
            return True
        except Exception as error:
            say("explain", missing=str(error).splitlines()[0])
            return False

    def track_statements(self, what):
        self.space.db.execute(f"ALTER DATABASE leadspool SET pg_stat_statements.track = '{what}'")

    def close(self):
        if self.has_statements:
            self.track_statements("none")
        self.space.drop()

    def fill(self):
        """Two lists of one campaign that nobody calls; all leads are in the first, called once. The list is a new
        one each time: a deleted list's id is not used again."""
        space = self.space
        space.db.execute("DELETE FROM leads WHERE lead_id >= 1::bigint << 52")
        space.db.execute("DELETE FROM ready_lead WHERE lead_id >= 1::bigint << 52")
        for table in ("leads", "ready_lead"):  # room that an earlier run left, of which the first has none
            space.db.execute(f"VACUUM (FULL) {table}")
        space.db.execute("UPDATE list SET list_id = list_id || '-' || list_no WHERE list_id IN ('a', 'b')")
        for list_id in "ab":
            done(space, "list.create", {"list_id": list_id, "campaign_id": "bench"})
        self.list_no = space.value("SELECT list_no FROM list WHERE list_id = 'a'")
        what = {"rows": self.args.leads, "lists": [self.list_no], "count": 1, "first": 0, "list": self.list_no}
        space.db.execute(LEADS, what)
        space.db.execute(QUEUE, what)
        space.db.execute(CALLED, [self.list_no])
        space.db.execute(CALLED_QUEUE, [self.list_no])
        space.db.execute(COUNT, what)
        space.db.execute("VACUUM (ANALYZE) leads")
        space.db.execute("VACUUM (ANALYZE) ready_lead")
        check_queue(space)
        space.db.execute("CHECKPOINT")

    def floor(self, name, beside):
        calls = self.calls_beside() if beside else None
        with measured(self.postgres) as cost:
            self.space.db.execute(FLOORS[name], {"list": self.list_no})
        if calls:
            say(f"beside {floor_of(name, beside)}", beside=calls.close().figures())
        return cost

    def calls_beside(self):
        """At work."""
        beside = Beside(self.space)
        beside.start()
        wait_for(lambda: beside.outcomes or beside.error, 60, what="a call")
        return beside

    def calm(self):
        """Latencies with nothing beside."""
        beside = Beside(self.space)
        beside.start()
        wait_for(lambda: len(beside.outcomes) >= self.args.calls or beside.error, 300, what="calls")
        return beside.close().figures()

    def job(self, name, round_no):
        space = self.space
        calm = self.calm()
        if self.has_statements:
            space.db.execute("SELECT public.pg_stat_statements_reset()")
        beside = self.calls_beside()
        worker = self.recycler if name == "reset" else self.importer
        type, data = COMMANDS[name]
        with measured(self.postgres, worker.pid) as cost:
            reply = ask(space, type, data, topic="recycler.commands" if name == "reset" else "importer.commands")
            job_no = int(reply.value["job_id"])
            wait_for(lambda: space.value("SELECT state FROM jobs WHERE job_no = %s", job_no) == "completed", 3600)
        figures = beside.close().figures()
        result = space.value("SELECT result FROM jobs WHERE job_no = %s", job_no)
        assert self.args.leads in (result.get("moved"), result.get("reset"), result.get("deleted")), result
        if self.has_statements:
            for took, calls, rows, query in space.rows(TOOK):
                say("statement", of=name, ms=float(took), calls=calls, rows=rows, query=query)
        self.latencies.append((name, round_no, calm, figures))
        say(f"beside {name}", round=round_no, calm=calm, beside=figures)
        check_queue(space)
        return cost

    def round(self, round_no):
        space = self.space
        self.importer, self.recycler = space.importer(), space.recycler()
        for name in self.args.only:
            for beside in (False, True):
                self.fill()
                self.report.add(floor_of(name, beside), round_no, self.args.leads, self.floor(name, beside))
            self.fill()
            self.report.add(name, round_no, self.args.leads, self.job(name, round_no))
        self.importer.terminate()
        self.recycler.terminate()

    def tables(self):
        self.report.table()
        for name in self.args.only:
            for what in ("offer_ms", "outcome_ms"):
                ratios = [
                    figures[what]["p50"] / calm[what]["p50"]
                    for of, _, calm, figures in self.latencies
                    if of == name and calm[what]["p50"]
                ]
                if ratios:
                    ratio, least, most = spread(ratios)
                    verdict = "ok" if ratio <= 2 else "MISSED"
                    text = f"{ratio:.2f} ({least:.2f} to {most:.2f}) times the calm p50, goal 2  {verdict}"
                    print(f"{what} beside {name}:".ljust(28), text, file=sys.stderr)


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench lists", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--leads", "--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--calls", type=int, default=50, help="before each job, with nothing beside")
    parser.add_argument("--quick", action="store_true", help="100,000 leads, one round")
    parser.add_argument("--only", metavar="NAME,...", default=",".join(SUBJECTS))
    parser.add_argument("--explain", action="store_true")
    args = parser.parse_args()
    if args.quick:
        args.leads, args.rounds = 100_000, 1
    args.only = args.only.split(",")
    if not set(args.only) <= set(SUBJECTS):
        parser.error(f"--only: {', '.join(SUBJECTS)}")
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    bench = Bench(arguments())
    try:
        for round_no in range(1, bench.args.rounds + 1):
            bench.round(round_no)
    finally:
        bench.close()
    bench.tables()


if __name__ == "__main__":
    main()
