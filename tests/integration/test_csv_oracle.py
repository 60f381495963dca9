"""The CSV layer against Python's csv module, and against files whose records are known.

csv_dump (tests/tools/csv_dump.c) prints what the layer reads; nothing here shares code with it.
Needs no servers. N: files per test, SEED: of the first.
"""

import csv
import io
import json
import os
import random
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("LEADSPOOL_TEST_BIN", ROOT / ".dev" / "build" / "dev"))
DATA = ROOT / "tests" / "data"
N = int(os.environ.get("N") or (2_000 if os.environ.get("LEADSPOOL_TEST_LONG") == "1" else 120))
SEED = int(os.environ.get("SEED", "1"))

csv.field_size_limit(1 << 26)


def dump(path, **options):
    """(format or error, records) as csv_dump tells them."""
    arguments = [f"{name}={value}" for name, value in options.items()]
    done = subprocess.run([BIN / "csv_dump", path, *arguments], capture_output=True, timeout=60)
    assert done.returncode in (0, 1), done.stderr
    first, *records = [json.loads(line) for line in done.stdout.splitlines()]
    return first, records


# ---- files whose records are known


def cases(kind):
    folders = sorted((DATA / kind).glob("csv_*"))
    assert folders
    return [pytest.param(folder, id=folder.name) for folder in folders]


def short(record):
    """What the expected files hold of a record: without offsets, which the oracle below checks."""
    return {name: value for name, value in record.items() if name not in ("offset", "end")}


@pytest.mark.parametrize("folder", cases("valid") + cases("invalid"))
def test_known_file(folder):
    expected = [json.loads(line) for line in (folder / "expected.jsonl").read_text("utf-8").splitlines()]
    options = expected.pop(0)["options"]
    first, records = dump(folder / "input.csv", **options)
    if "error" in first:
        assert len(first["text"]) > 15
        first = {"error": first["error"]}
    assert [first, *map(short, records)] == expected


# ---- well-formed files, against Python's csv

TEXTS = ["", "a", "Ann", "504-621-8927", "New York", "Zoë", "東京", "😀", "it's", "x" * 300, "0"]
ODD_TEXTS = ['say "hi"', "a,b;c\td|e", "line\nbreak", "cr\rlf\r\nend", " blank ", "\t", '"', '""', ",", "\n"]
PLAIN_QUOTES = ['5" pipe', 'a"b"c', "6'2\""]


def written(cell, delimiter, rng):
    """A cell in one of the ways that mean it, and Python's reading of that: it keeps the blanks around."""
    must_quote = (
        any(c in cell for c in (delimiter, "\n", "\r")) or cell[:1] == '"' or cell != cell.strip(" \t")
    )
    if must_quote or rng.random() < 0.3:
        return rng.choice(["", "", "", " ", "  "]) + '"' + cell.replace('"', '""') + '"'
    return rng.choice(["", "", "", " "]) + cell + rng.choice(["", "", "", " "])


def well_formed(rng):
    """(text, delimiter, rows) with None for a blank row: one without cells, or of empty ones."""
    delimiter = rng.choice(",;\t|")
    newlines = rng.choice([["\n"], ["\r\n"], ["\r"], ["\n", "\r\n", "\r"]])
    lines, rows = [], []
    for _ in range(rng.randrange(1, 40)):
        if rows and rng.random() < 0.05:
            rows.append(None)
            lines.append(rng.choice(["", "  ", delimiter * 3, f'{delimiter} ""{delimiter}"  "']))
            continue
        texts = (
            TEXTS + (ODD_TEXTS if rng.random() < 0.4 else []) + (PLAIN_QUOTES if rng.random() < 0.2 else [])
        )
        row = [rng.choice(texts) for _ in range(rng.randrange(1, 8))]
        line = delimiter.join(written(cell, delimiter, rng) for cell in row)
        rows.append(None if is_blank(row) else row)
        lines.append(line)
    text = "".join(line + rng.choice(newlines) for line in lines)
    if newlines != ["\r"] and rng.random() < 0.5 and lines[-1].strip():
        text = text.rstrip("\r\n")
    return text, delimiter, rows


def python_reading(text, delimiter):
    """[(cells, first line)] by Python's csv; blank lines are []."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    found, line = [], 1
    for cells in reader:
        found.append((cells, line))
        line = reader.line_num + 1
    return found


def stripped(cells):
    return [cell.strip(" \t") for cell in cells]


def is_blank(cells):
    return not "".join(cells).strip(" \t")


def check_places(records, size):
    """Records stand one behind the other and cover the file; rows are counted without blank ones."""
    end, number = 0, 1
    for record in records:
        assert record["offset"] == end and record["end"] > end
        assert record["row"] == number
        end = record["end"]
        number += not record.get("blank", False)
    assert end == size


@pytest.mark.parametrize("seed", range(SEED, SEED + N))
def test_reads_what_python_reads(seed, tmp_path):
    rng = random.Random(seed)
    text, delimiter, rows = well_formed(rng)
    encoding, mark = rng.choice(
        [
            ("utf-8", b""),
            ("utf-8", b"\xef\xbb\xbf"),
            ("utf-16-le", b"\xff\xfe"),
            ("utf-16-be", b"\xfe\xff"),
            ("gb18030", b""),
        ]
    )
    path = tmp_path / "file.csv"
    path.write_bytes(mark + text.encode(encoding))
    name = "UTF-16" if encoding.startswith("utf-16") else encoding
    options = {"encoding": name, "delimiter": delimiter, "header": "no"}
    form, records = dump(path, buffer=rng.choice([1, 7, 64, 4096, 262144]), **options)
    assert form["format"]["delimiter"] == delimiter
    assert not [record for record in records if "problem" in record]
    check_places(records, len(text.encode()))

    ours = [record for record in records if not record.get("blank")]
    assert [record["cells"] for record in ours] == [row for row in rows if row is not None]

    pythons = python_reading(text, delimiter)
    assert [record["line"] for record in records] == [line for _, line in pythons]
    assert [stripped(record["cells"]) for record in ours] == [
        stripped(cells) for cells, _ in pythons if not is_blank(cells)
    ]
    assert [bool(record.get("blank")) for record in records] == [is_blank(cells) for cells, _ in pythons]


# ---- damaged files: no oracle, but promises

PARTS = ['"', '""', ",", ',"', '",', "\n", "\r\n", "\r", " ", "\t", "a", "bc", '"x"', "some longer text", "é"]
BAD_QUOTES = {"unclosed_quote", "malformed_quote"}


@pytest.mark.parametrize("seed", range(SEED, SEED + N))
def test_damage_stays_within_its_line(seed, tmp_path):
    """Behind damaged lines come good ones; each is read, whatever the damage."""
    rng = random.Random(seed)
    path = tmp_path / "file.csv"
    damage = "".join(rng.choice(PARTS) for _ in range(rng.randrange(400)))
    good = ["alpha,beta", 'gamma,"del,ta"', "epsi,lon"]
    path.write_text(damage + "\n" + "\n".join(good * 40) + "\n", encoding="utf-8", newline="")
    limits = {"row_bytes": 600, "field_bytes": 300, "columns": 50}
    _, records = dump(path, encoding="UTF-8", delimiter=",", header="no", **limits)
    check_places(records, path.stat().st_size)
    expected = [["alpha", "beta"], ["gamma", "del,ta"], ["epsi", "lon"]]
    assert [record["cells"] for record in records[-60:]] == expected * 20
    assert not [record for record in records[-60:] if "problem" in record]


@pytest.mark.parametrize("seed", range(SEED, SEED + N))
def test_buffers_do_not_matter(seed, tmp_path):
    rng = random.Random(seed)
    path = tmp_path / "file.csv"
    path.write_text("x" + "".join(rng.choice(PARTS) for _ in range(500)), encoding="utf-8", newline="")
    options = {"encoding": "UTF-8", "delimiter": ",", "header": "no", "row_bytes": rng.randrange(20, 200)}
    expected = dump(path, **options)
    for buffer in rng.sample(range(1, 64), 3):
        assert dump(path, buffer=buffer, **options) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16-le"])
def test_bytes_that_mean_nothing_cost_their_row(encoding, tmp_path):
    bad = {"utf-8": b"\xff", "cp1252": b"\x81", "utf-16-le": b"\x00\xdc"}[encoding]
    lines = [f"{n},José,x\r\n".encode(encoding) for n in range(100)]
    lines[50] = "50,Jos".encode(encoding) + bad + ",x\r\n".encode(encoding)
    path = tmp_path / "file.csv"
    path.write_bytes(b"".join(lines))
    name = {"utf-16-le": "UTF-16LE"}.get(encoding, encoding)
    _, records = dump(path, encoding=name, delimiter=",", header="no")
    assert len(records) == 100
    bad_rows = [record for record in records if record.get("problem") == "bad_encoding"]
    assert [(record["row"], record["column"]) for record in bad_rows] == [(51, 2)]
    assert [record["cells"][1] for record in records if "problem" not in record] == ["José"] * 99
