"""Other ways to bring a file into the leads table, each into an empty copy of it with all its indexes; the floor
fills a copy of the queue of ready leads too, as an import does."""

import csv
import re
import shutil

import psycopg
from _measure import measured, run
from harness.settings import settings

ROW_BY_ROW_ROWS = 20_000
PHONE = re.compile(
    r"(?:tel:)?\+?1?[-. ]?\(?([2-9]\d\d)\)?[-. ]?([2-9]\d\d)[-. ]?(\d{4})(?: *(?:x|ext\.?) *\d+)?"
)
TEXTS = ("first_name", "last_name", "email", "address", "city", "state", "zip")
INSERT = f"""
INSERT INTO bench_copy (lead_id, phone, list_no, stage, {", ".join(TEXTS)})
VALUES (%s, %s, 1, 6{", %s" * len(TEXTS)})
ON CONFLICT (phone, list_no) DO NOTHING
"""
PGLOADER = """
LOAD CSV FROM '{file}' ({fields})
    INTO {url} TARGET TABLE "{schema}"."bench_copy" ({columns})
    WITH fields terminated by ',', fields optionally enclosed by '"';
"""


def export_clean(space, table, file):
    """The rows of this table that an import made, as CSV, in the order of the file that was imported."""
    with file.open("wb") as out, space.db.cursor() as cursor:
        with cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY lead_id) TO STDOUT (FORMAT csv)") as copy:
            for block in copy:
                out.write(block)


def empty_copy(space, table="leads", copy="bench_copy"):
    """With all its indexes and settings."""
    options = space.value("SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = to_regclass(%s)", table)
    space.db.execute(f"DROP TABLE IF EXISTS {copy}")
    space.db.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL) {f'WITH ({options})' if options else ''}")
    space.db.execute("CHECKPOINT")


def count_copy(space, cost, copy="bench_copy", note="loaded"):
    cost.notes[note] = space.value(f"SELECT count(*) FROM {copy}")
    space.db.execute(f"DROP TABLE {copy}")
    return cost


def psql_copy(space, postgres, leads, queue):
    """The floor: the client's \\copy, of the leads and of their rows in the queue."""
    empty_copy(space)
    empty_copy(space, "ready_lead", "bench_queue")
    copies = ((leads, "bench_copy"), (queue, "bench_queue"))
    commands = [f"--command=\\copy {space.ns}.{copy} FROM '{file}' (FORMAT csv)" for file, copy in copies]
    with measured(postgres) as cost:
        run(cost, ["psql", settings().database_url, "-X", "-q", "-v", "ON_ERROR_STOP=1", *commands])
    count_copy(space, cost, "bench_queue", "queued")
    return count_copy(space, cost)


def pgloader_is_there():
    return shutil.which("pgloader") is not None


def pgloader(space, postgres, file):
    empty_copy(space)
    columns = [column.name for column in space.db.execute("SELECT * FROM bench_copy").description]
    script = space.dir / "bench.load"
    script.write_text(
        PGLOADER.format(
            file=file,
            fields=", ".join(f"{name} [null if blanks]" for name in columns),
            url=settings().database_url,
            schema=space.ns,
            columns=", ".join(columns),
        )
    )
    with measured(postgres) as cost:
        run(cost, ["pgloader", "--root-dir", space.dir, script])
    return count_copy(space, cost)


def phone_of(text):
    """What a quick script makes of a phone: E.164 digits as a number, or None."""
    found = PHONE.fullmatch(text.strip())
    return int("1" + "".join(found.groups())) if found else None


def row_by_row(space, postgres, file, a_transaction):
    """a_transaction: so many rows in each."""
    empty_copy(space)
    options = f"-c search_path={space.ns}"
    with open(file, newline="") as lines, psycopg.connect(settings().database_url, options=options) as db:
        with measured(postgres, pid="self") as cost:
            read = insert_rows(db, csv.DictReader(lines), a_transaction)
    cost.peak_mib, cost.notes["read"] = None, read
    return count_copy(space, cost)


def insert_rows(db, reader, a_transaction):
    cursor = db.cursor()
    for read, cells in enumerate(reader, 1):
        phone = phone_of(cells["phone1"] or "")
        if phone:
            cursor.execute(INSERT, (read, phone, *(cells[name] or None for name in TEXTS)))
        if read % a_transaction == 0:
            db.commit()
        if read == ROW_BY_ROW_ROWS:
            break
    db.commit()
    return read
