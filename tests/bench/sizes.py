"""What a lead, a call and an event take on disk: the ground for the sums of docs/scaling.md.

  ./dev bench sizes [--leads 200000] [--calls 60000]

A dirty file of so many rows is imported, then a dialer without think time makes so many calls, with recycling. After
each phase: bytes of each table with its indexes (heap, indexes and TOAST as they lie there, also what vacuum has not
given back), write-ahead log, and each topic's segments on one broker, uncompacted. A phase's figures are divided
by what it made. One JSON line a phase on standard output, a table on standard error.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from _recycler_fill import FREE
from dirty_csv import make
from harness import wait_for
from harness.settings import ROOT
from harness.space import Space
from scenario import create_list, done

MIX = "NA=50,B=10,A=15,NI=15,SALE=8,DNC=2"
KAFKA_DATA = ROOT / ".dev" / "kafka" / "data"
TABLES = """
SELECT c.relname, pg_table_size(c.oid), pg_indexes_size(c.oid)
FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
WHERE nspname = %s AND relkind = 'r'
"""


def look(space):
    """{("table" or "indexes" or "topic" or "wal", name): bytes}"""
    space.db.execute("CHECKPOINT")
    found = {}
    for name, heap, indexes in space.rows(TABLES, space.ns):
        found["table", name] = heap
        found["indexes", name] = indexes
    for log in KAFKA_DATA.glob(f"{space.ns}.*/*.log"):
        topic = log.parent.name.removeprefix(f"{space.ns}.").rsplit("-", 1)[0]
        found["topic", topic] = found.get(("topic", topic), 0) + log.stat().st_size
    found["wal", "written"] = int(space.value("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"))
    return found


def tell(phase, made, before, after):
    """Bytes by what was made; what is less than one byte is left out."""
    grown = {key: (size - before.get(key, 0)) / made for key, size in after.items()}
    shown = {" ".join(key): round(size, 1) for key, size in sorted(grown.items()) if size >= 1}
    print(json.dumps({"bench": "sizes", "phase": phase, "made": made, "bytes_each": shown}), flush=True)
    for key, size in shown.items():
        print(f"{phase:10} {key:45} {size:10,.1f}", file=sys.stderr)


def import_file(space, rows):
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "leads.csv"
        make(file, rows, 7)
        space.cli("import", file, "--list", "a", "--wait", timeout=600)
    return space.value("SELECT count(*) FROM leads")


def dial(space, calls):
    done(space, "campaign.put", {"campaign_id": "c-a", **FREE, "hopper_target": 2000})
    space.cli("dialer-sim", "--campaign", "c-a", "--think", 0, "--channels", 2000, "--answer", MIX,
              "--max-calls", calls, timeout=900)  # fmt: skip
    wait_for(lambda: space.value("SELECT count(*) FROM outbox") == 0, 60, what="all published")
    return space.value("SELECT count(*) FROM attempt")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--leads", type=int, default=200_000)
    parser.add_argument("--calls", type=int, default=60_000)
    given = parser.parse_args()
    space = Space("bench-sizes").create()
    try:
        space.importer(), space.recycler()
        create_list(space)
        empty = look(space)
        leads = import_file(space, given.leads)
        imported = look(space)
        tell("lead", leads, empty, imported)
        tell("call", dial(space, given.calls), imported, look(space))
    finally:
        space.check_every = 10**9
        space.end_processes()
        space.drop()


main()
