"""How fast leads become a file: the ratio that exports have to reach.

  ./dev bench exporter [--rows 1000000] [--rounds 3] [--quick]

The floor is psql's \\copy (SELECT ...) TO a file, CSV, of the same twelve columns, three of them custom
fields. Each round runs the floor and then every subject:

  export          `leadspool export --json`: from the start of the command line, through the broker, one
                  snapshot, sorted by lead, to job.completed; the file lies synced in the outbox then
  export_where    the same with a filter that holds for every lead

MiB is the peak of the exporter (VmHWM). The file is compared with the floor's. On a machine that does
other work meanwhile ("others") the ratios are not worth much; the CPU time still tells what a row costs.
"""

import argparse
import hashlib
import json
import signal
import subprocess
import sys

from _measure import Postgres, measured, run
from _report import Goal, Report
from harness.settings import settings
from harness.space import Space

GOALS = {"export": [Goal(1.2, mib=64)], "export_where": [Goal(mib=64)]}
TEXTS = ("first_name", "last_name", "email", "address", "city", "state", "zip", "status")
CUSTOM = ("tier", "source", "score")
LEADS = """
INSERT INTO leads (lead_id, phone, list_no, stage, first_name, last_name, email, address, city, state, zip,
                   external_id, custom)
SELECT (1::bigint << 32) + n, 15040000000 + n, list_no, 6, 'First' || n %% 977, 'Last' || n %% 9973,
       'person' || n || '@example.com', n %% 9999 || ' Bay Road, Apt ' || n %% 77, 'New Orleans', 'LA',
       lpad((n %% 100000)::text, 5, '0'), 'crm-' || n,
       jsonb_build_object('tier', 'gold', 'source', 'web form ' || n %% 13, 'score', (n %% 1000)::text)
FROM list, generate_series(1::bigint, %s) AS n
"""


def new_space(rows):
    space = Space("bench-exporter").create()
    importer = space.importer()
    space.cli("list", "create", "--list-id", "list", "--name", "Bench", "--campaign", "bench")
    importer.terminate()
    space.db.execute(LEADS, [rows])
    space.db.execute("UPDATE list_stats SET total = %s, ready = %s", [rows, rows])
    space.db.execute("VACUUM (ANALYZE) leads")
    return space


def digest(path):
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Bench:
    def __init__(self, rows):
        self.rows = rows
        self.report = Report("exporter", GOALS)
        self.space = new_space(rows)
        self.postgres = Postgres(self.space.db)
        self.file = self.space.dir / "floor.csv"

    def floor(self):
        columns = ["'+' || phone", *TEXTS, *(f"custom->>'{key}'" for key in CUSTOM)]
        select = f"SELECT {', '.join(columns)} FROM {self.space.ns}.leads"
        command = f"\\copy ({select}) TO '{self.file}' (FORMAT csv)"
        with measured(self.postgres) as cost:
            run(cost, ["psql", settings().database_url, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", command])
        return cost

    def export(self, *options):
        fields = ["phone", *TEXTS, *(f"custom.{key}" for key in CUSTOM)]
        exporter = self.space.exporter()
        command = [settings().bin / "leadspool", "export", "--list", "list", "--json", "--no-header"]
        command += ["--line-end", "lf", *options, *(f"--field={field}" for field in fields)]
        with measured(self.postgres, exporter.pid) as cost:
            told = json.loads(run(cost, command, env=self.space.env(), stdin=subprocess.DEVNULL))
            cost.notes["job_s"] = told["seconds"]
        exporter.terminate()
        assert told["rows"] == self.rows, told
        assert told["sha256"] == digest(self.file), "the file is not the floor's"
        for path in (self.space.outbox / "exports").iterdir():
            path.unlink()
        return cost

    def export_where(self):
        return self.export("--where", "attempts < 3 and custom.tier = gold and not status in (DNC, SALE)")

    def round(self, round_no):
        for name in ("floor", *GOALS):
            self.space.db.execute("CHECKPOINT")
            self.report.add(name, round_no, self.rows, getattr(self, name)())


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench exporter", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="200,000 rows")
    args = parser.parse_args()
    args.rows = 200_000 if args.quick else args.rows
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    args = arguments()
    bench = Bench(args.rows)
    try:
        for round_no in range(1, args.rounds + 1):
            bench.round(round_no)
    finally:
        bench.space.drop()
    bench.report.table()


if __name__ == "__main__":
    main()
