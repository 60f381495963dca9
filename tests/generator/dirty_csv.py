#!/usr/bin/env python3
"""Dirty lead files from a seed, with what must become of them.

  dirty_csv.py --rows 1000000 --seed 7 --out leads.csv --expected leads.json

By default the file of the benchmarks: 12 columns with a header, 5 % duplicate numbers, 2 % bad ones,
many ways to write a number, quoted cells with commas, quotes and newlines, accents, short rows, blank
rows. --wild: the seed picks encoding, delimiter, newlines, header or none, order of the columns,
external ids with conflicts, ragged and damaged rows, huge cells, skip or update.

--expected: JSON with the counts, {row: code} of the rejected rows (several codes between | where the
form of the row leaves it open), the leads by E.164 digits (null beyond 20,000) with a digest of them
all (dirty_accounting.py), and under "import" the fields of the list.import command.
"""

import argparse
import json
import random
from dataclasses import replace

from dirty_rows import COLUMNS, EXTERNAL_ID, MAPPING, MORE_COLUMNS, RowMaker, Shape

CHUNK_ROWS = 5_000
PYTHON_ENCODINGS = {"utf-16": "utf-16-le", "utf-16be": "utf-16-be", "utf-8-sig": "utf-8"}
MARKS = {"utf-16": b"\xff\xfe", "utf-16be": b"\xfe\xff", "utf-8-sig": b"\xef\xbb\xbf"}
# As the import command names them; None: found out by the byte order mark.
COMMAND_ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "utf-16": "UTF-16", "utf-16be": "UTF-16BE"}
COMMAND_ENCODINGS |= {"cp1252": "WINDOWS-1252"}


def encode(text, shape):
    encoding = PYTHON_ENCODINGS.get(shape.encoding, shape.encoding)
    errors = "surrogateescape" if encoding in ("utf-8", "cp1252") else "strict"
    return text.encode(encoding, errors)


def write_file(shape, rows, path, last_newline=True):
    """Writes the file; returns its Accounting. Memory does not grow with the rows, but for 8 bytes each."""
    maker = RowMaker(shape)
    with open(path, "wb") as out:
        out.write(MARKS.get(shape.encoding, b""))
        if shape.header:
            out.write(encode(shape.delimiter.join(shape.columns) + shape.newlines[0], shape))
        left = rows
        while left > 0:
            chunk = []
            for _ in range(min(left, CHUNK_ROWS)):
                maker.row(chunk)
            left -= CHUNK_ROWS
            if left <= 0:
                finish(chunk, maker, last_newline)
            out.write(encode("".join(chunk), shape))
    return maker.accounting


def finish(chunk, maker, last_newline):
    """The end of the file: an open quote stays open there, and the last newline may be missing."""
    if maker.force_quote:
        accounting = maker.accounting
        accounting.rejects[accounting.rows] = "unclosed_quote"
    if not last_newline:
        chunk[-1] = chunk[-1].rstrip("\r\n")


def wild_shape(seed):
    rng = random.Random(seed)
    columns = list(COLUMNS)
    if rng.random() < 0.6:
        columns.append(EXTERNAL_ID)
    if rng.random() < 0.4:
        columns += MORE_COLUMNS
    if rng.random() < 0.7:
        rng.shuffle(columns)
    encoding = rng.choice(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-16be", "cp1252"])
    newlines = rng.choice([("\n",), ("\r\n",), ("\r",), ("\n", "\r\n", "\r")])
    header = rng.random() < 0.75
    return Shape(
        seed=seed,
        columns=tuple(columns),
        header=header,
        encoding=encoding,
        delimiter=rng.choice(",,;\t|"),
        newlines=newlines,
        on_duplicate=rng.choice(["skip", "update"]),
        duplicates=rng.choice([0.0, 0.05, 0.3]),
        bad=rng.choice([0.0, 0.02, 0.2]),
        short=0.01,
        blank=0.01,
        cut_anywhere=0.02,
        extra_cells=0.02 if header else 0.0,
        malformed_quote=rng.choice([0.0, 0.01]),
        unclosed_quote=rng.choice([0.0, 0.01]),
        bad_encoding=0.01 if encoding in ("utf-8", "cp1252") else 0.0,
        huge=rng.choice([0.0, 0.0, 0.002]),
        identity_conflict=0.02 if EXTERNAL_ID in columns else 0.0,
        bad_field=0.02 if MORE_COLUMNS[0] in columns else 0.0,
        open_quote_before_inches=rng.choice([0.0, 0.003]),
    )


def import_fields(shape):
    """The list.import fields that name what could else be guessed wrongly."""
    mapping = {name: column for name, column in MAPPING.items() if column in shape.columns}
    if not shape.header:
        mapping = {name: shape.columns.index(column) + 1 for name, column in mapping.items()}
    return {
        "mapping": mapping,
        "encoding": COMMAND_ENCODINGS.get(shape.encoding, shape.encoding),
        "delimiter": shape.delimiter,
        "header": shape.header,
        "on_duplicate": shape.on_duplicate,
    }


def make(path, rows, seed=1, wild=False, last_newline=True, **changes):
    """For tests: writes the file and returns what --expected would hold. changes: fields of Shape."""
    shape = wild_shape(seed) if wild else Shape(seed=seed)
    shape = replace(shape, **changes)
    accounting = write_file(shape, rows, path, last_newline)
    return accounting.result() | {"import": import_fields(shape)}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", required=True, metavar="FILE")
    parser.add_argument("--expected", metavar="FILE.json")
    parser.add_argument("--wild", action="store_true", help="let the seed pick the shape of the file")
    parser.add_argument("--duplicates", type=float, help="share of rows with a number had before")
    parser.add_argument("--bad", type=float, help="share of rows with a bad number")
    parser.add_argument("--encoding", choices=sorted(COMMAND_ENCODINGS))
    parser.add_argument("--delimiter", help='one character, or "tab"')
    parser.add_argument("--newline", choices=["lf", "crlf", "cr", "mixed"])
    parser.add_argument("--columns", help="names between commas; phone1 has to be among them")
    parser.add_argument("--on-duplicate", choices=["skip", "update"])
    parser.add_argument("--no-header", action="store_true")
    return parser.parse_args()


def changes_of(args):
    newlines = {"lf": ("\n",), "crlf": ("\r\n",), "cr": ("\r",), "mixed": ("\n", "\r\n", "\r")}
    changes = {
        "duplicates": args.duplicates,
        "bad": args.bad,
        "encoding": args.encoding,
        "delimiter": "\t" if args.delimiter == "tab" else args.delimiter,
        "newlines": newlines.get(args.newline),
        "columns": tuple(args.columns.split(",")) if args.columns else None,
        "on_duplicate": args.on_duplicate,
        "header": False if args.no_header else None,
    }
    return {name: value for name, value in changes.items() if value is not None}


def main():
    args = arguments()
    expected = make(args.out, args.rows, args.seed, args.wild, **changes_of(args))
    if args.expected:
        with open(args.expected, "w", encoding="utf-8") as out:
            json.dump(expected, out, ensure_ascii=False)
            out.write("\n")


if __name__ == "__main__":
    main()
