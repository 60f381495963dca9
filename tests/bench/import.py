"""How fast files become leads: the ratios that imports have to reach.

  ./dev bench import [--rows 1000000] [--rounds 3] [--quick] [--only NAME,...]

The floor is psql's \\copy of rows that are clean already, CSV, into an empty copy of the leads table
with its primary key and all its indexes, and of their rows of ready_lead into a copy of that one.
Each round runs the floor and then every subject:

  import          a dirty file into an empty table, everything on: cleanup, duplicates, 100,000 numbers
                  on the do-not-call list, zones, counters, checkpoints, rejects, events, the broker
  reimport_skip   the same file once more: all duplicates
  update_same     a file once more, --on-duplicate update: nothing changes
  update_other    the same leads with another name and address: everything changes
  import_probe    as import, without the set of phones in memory (LEADSPOOL_IMPORT_SET_MIB=0)
  import_million  as import, a file of a million rows; for --rows above that only
  pgloader        the clean rows by pgloader as it comes, where it is installed
  row_by_row      20,000 dirty rows by Python, an INSERT a row, each a transaction of its own
  row_by_row_tx   the same, 10,000 a transaction

Rows a second count clean rows for the floor and pgloader, rows of the file for the others. An
import's time is that of `leadspool import --wait`: from the start of the command line, through the
broker, to job.completed. MiB is the peak of the importer (VmHWM). us/row is CPU time: the client's
(psql; importer and command line) and that of all of PostgreSQL's processes. "others" are the CPU
seconds that the rest of the machine used meanwhile, Kafka included. With much of that the ratios are
not worth much; the CPU time still tells what a row costs: the floor has one core, an import all.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import _import_rivals as rivals
from _import_files import CAMPAIGN, Files, dnc_phones
from _measure import Postgres, measured, run
from _report import Goal, Report
from harness.settings import settings
from harness.space import Space

MILLION = 1_000_000
SLOW = ("pgloader", "row_by_row", "row_by_row_tx")  # with large files only when asked for
GOALS = {
    "import": [Goal(1.5, mib=256), Goal(10, "pgloader"), Goal(25, "row_by_row"), Goal(25, "row_by_row_tx")],
    "reimport_skip": [Goal(3, mib=256)],
    "update_same": [Goal(2)],
    "update_other": [Goal(0.5)],
    "import_probe": [Goal(mib=96)],
    "import_million": [Goal()],
    "pgloader": [Goal()],
    "row_by_row": [Goal()],
    "row_by_row_tx": [Goal()],
}
GOALS_LARGE = {"import": [Goal(mib=256), Goal(0.85, "import_million")]}


# ---- namespaces


def new_space(name):
    """A migrated namespace with one list and the numbers not to call."""
    space = Space(f"bench-{name}").create()
    with space.db.cursor() as cursor:
        with cursor.copy("COPY number (phone, digest) FROM STDIN (FORMAT binary)") as copy:
            copy.set_types(["int8", "bytea"])
            for phone in dnc_phones():
                copy.write_row((phone, phone.to_bytes(32, "big")))
        cursor.execute(
            "INSERT INTO dnc_entry (number_id, source, added_at) SELECT number_id, 'bench', now() FROM number"
        )
        cursor.execute("ANALYZE number, dnc_entry")
    importer = space.importer()
    space.cli("list", "create", "--list-id", "list", "--name", "Bench", "--campaign", CAMPAIGN)
    importer.terminate()
    return space


def load(space, postgres, file, policy="skip", env=None):
    """Imports the file by an importer that just started: (Cost, the command line's report)."""
    place = space.inbox / file.name
    if not place.exists():
        os.link(file, place)
    importer = space.importer(env)
    space.db.execute("VACUUM (ANALYZE) leads")
    space.db.execute("CHECKPOINT")
    command = [settings().bin / "leadspool", "import", place, "--list", "list", "--on-duplicate", policy]
    with measured(postgres, importer.pid) as cost:
        out = run(cost, [*command, "--wait", "--json"], env=space.env(), stdin=subprocess.DEVNULL)
        cost.notes["cpu_cli_s"] = round(cost.cpu_client, 2)
    importer.terminate()
    return cost, json.loads(out)


def check_counts(report, expected):
    for count in ("rows", "inserted", "duplicate", "rejected"):
        assert report[count] == expected[count], (count, report)
    assert report["dnc"] > 0, report


# ---- the subjects


class Bench:
    def __init__(self, rows, folder):
        self.rows = rows
        self.files = Files(folder, rows)
        self.report = Report("import", GOALS | (GOALS_LARGE if rows > MILLION else {}))
        self.spaces = {"floor": new_space("floor")}
        self.postgres = Postgres(self.spaces["floor"].db)
        self.updates = 0

    def close(self):
        for space in self.spaces.values():
            space.drop()

    def prepare(self):
        """An import that is not counted: it makes the clean rows, and wakes the servers."""
        self.spaces["list"] = new_space("prepare")
        load(self.spaces["list"], self.postgres, self.files.dirty)
        rivals.export_clean(self.spaces["list"], "leads", self.files.clean)
        rivals.export_clean(self.spaces["list"], "ready_lead", self.files.clean_queue)
        self.spaces.pop("list").drop()

    def round(self, round_no, names):
        for name in ["floor", *names]:
            rows, cost = getattr(self, name)()
            self.report.add(name, round_no, rows, cost)
        self.drop_list()

    def drop_list(self):
        if "list" in self.spaces:
            self.spaces.pop("list").drop()

    def floor(self):
        cost = rivals.psql_copy(self.spaces["floor"], self.postgres, self.files.clean, self.files.clean_queue)
        assert 0 < cost.notes["queued"] <= cost.notes["loaded"], cost
        return self.files.dirty_expected["inserted"], cost

    def import_into_new(self, file, expected, env=None):
        self.drop_list()
        self.spaces["list"] = new_space("list")
        cost, report = load(self.spaces["list"], self.postgres, file, env=env)
        check_counts(report, expected)
        return expected["rows"], cost

    def import_(self):
        return self.import_into_new(self.files.dirty, self.files.dirty_expected)

    def reimport_skip(self):
        expected = self.files.dirty_expected
        cost, report = load(self.spaces["list"], self.postgres, self.files.dirty)
        assert report["duplicate"] == expected["rows"] - expected["rejected"], report
        return expected["rows"], cost

    def import_probe(self):
        env = {"LEADSPOOL_IMPORT_SET_MIB": "0"}
        return self.import_into_new(self.files.dirty, self.files.dirty_expected, env)

    def import_million(self):
        return self.import_into_new(*self.files.million())

    def update(self, other):
        """The file that the list has, or the other one of the two, which it has from then on."""
        file, twin, expected = self.files.twins()
        if "update" not in self.spaces:
            self.spaces["update"] = new_space("update")
            load(self.spaces["update"], self.postgres, file)
        self.updates += other
        space = self.spaces["update"]
        before = space.value("SELECT sum(lead_version) FROM leads")
        cost, report = load(space, self.postgres, twin if self.updates % 2 else file, "update")
        moved = space.value("SELECT sum(lead_version) FROM leads") - before
        assert report["updated"] == expected["inserted"], report
        assert moved == (expected["inserted"] if other else 0), moved
        return expected["rows"], cost

    def update_same(self):
        return self.update(other=False)

    def update_other(self):
        return self.update(other=True)

    def pgloader(self):
        cost = rivals.pgloader(self.spaces["floor"], self.postgres, self.files.clean)
        assert cost.notes["loaded"] == self.files.dirty_expected["inserted"], cost
        return cost.notes["loaded"], cost

    def row_by_row(self, a_transaction=1):
        cost = rivals.row_by_row(self.spaces["floor"], self.postgres, self.files.dirty, a_transaction)
        return cost.notes["read"], cost

    def row_by_row_tx(self):
        return self.row_by_row(10_000)


setattr(Bench, "import", Bench.import_)  # as it is called everywhere else


# ---- the command


def subjects_of(args):
    """reimport_skip uses the list of the import before it."""
    names = list(GOALS)
    if args.rows <= MILLION:
        names.remove("import_million")
    if args.only:
        wanted = args.only.split(",") + ["import"] * ("reimport_skip" in args.only)
        unknown = set(wanted) - set(GOALS)
        if unknown:
            sys.exit(f"--only: there is {', '.join(GOALS)}")
        return [name for name in names if name in wanted]
    if args.rows > MILLION:
        names = [name for name in names if name not in SLOW]
    if not rivals.pgloader_is_there() and "pgloader" in names:
        print("pgloader is not installed (Debian package pgloader): left out", file=sys.stderr)
        names.remove("pgloader")
    return names


def arguments():
    parser = argparse.ArgumentParser(
        prog="./dev bench import", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=MILLION)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--quick", action="store_true", help="200,000 rows")
    parser.add_argument("--only", metavar="NAME,...", help="these subjects, and the floor")
    args = parser.parse_args()
    args.rows = 200_000 if args.quick else args.rows
    return args


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))  # what was made is removed
    args = arguments()
    names = subjects_of(args)
    with tempfile.TemporaryDirectory(prefix="leadspool-bench-") as folder:
        bench = Bench(args.rows, Path(folder))
        try:
            bench.prepare()
            for round_no in range(1, args.rounds + 1):
                bench.round(round_no, names)
        finally:
            bench.close()
        bench.report.table()


if __name__ == "__main__":
    main()
