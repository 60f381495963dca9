"""Inputs to begin fuzzing with, and the words of each grammar: made of tests/data, tests/generator and
the product's own table of fields.

usage: seeds.py ROOT CORPUS; writes CORPUS/TARGET/seed-N and CORPUS/TARGET.dict.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(sys.argv[1])
CORPUS = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(ROOT / "tests" / "generator"))

from dirty_phones import SPELLINGS, Numbers  # noqa: E402

# Type -> values of it, and one that is none.
VALUES = {
    "INT": ["3", "-7", "many"],
    "TEXT": ["Austin", "", "O'Brien and (sons)"],
    "CODE": ["NA", "na", "no-such"],
    "STAGE": ["ready", "dnc", "redy"],
    "BOOL": ["true", "false", "1"],
    "TIME": ["2026-01-31", "2026-01-31T09:30:00.5+02:00", "now"],
    "PHONE": ["+15046218927", "+4420794601", "5046218927"],
    "CUSTOM": ["gold", "3.25", "null"],
}
SIGNS = {"eq": "=", "ne": "!=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
FIELD = re.compile(r'^    \{"(\w+)",\s+FILTER_TYPE_(\w+)', re.MULTILINE)
OTHER_CELLS = ["=1+1", "'@x", "\N{NO-BREAK SPACE}a\u200bb", "e\N{COMBINING ACUTE ACCENT}", "5.046218927E+9"]
OTHER_CELLS += ["+44 20 7946 0123", "0049 30 901820", "tel:+1-504-621-8927;ext=12", "50462189270.0"]


def fields():
    found = FIELD.findall((ROOT / "common/domain/filter_fields.c").read_text())
    return [*found, ("custom.tier", "CUSTOM"), ("custom.a b", "CUSTOM")]


def quoted(text, quote):
    return quote + text.replace(quote, quote * 2) + quote


def leaf_pairs():
    """(text, JSON) of a condition of every field and operator."""
    for name, kind in fields():
        text_name = f"custom.{quoted(name[7:], chr(34))}" if name.startswith("custom.") else name
        values = VALUES[kind]
        for op, sign in SIGNS.items():
            yield f"{text_name} {sign} {quoted(values[0], chr(39))}", {"field": name, "op": op, "value": values[0]}
        yield f"{text_name} like {values[0]}%", {"field": name, "op": "like", "value": values[0] + "%"}
        listed = ", ".join(quoted(value, "'") for value in values)
        yield f"{text_name} not in ({listed})", {"not": {"field": name, "op": "in", "values": values}}
        listed = ", ".join(quoted(value, "'") for value in values[:2])
        yield f"{text_name} in ({listed})", {"field": name, "op": "in", "values": values[:2]}
        yield f"{text_name} is null", {"field": name, "op": "null"}
        yield f"{text_name} is not null", {"field": name, "op": "not_null"}


def filter_pairs():
    pairs = list(leaf_pairs())
    yield from pairs
    for at in range(0, len(pairs) - 3, 3):
        (a, of_a), (b, of_b), (c, of_c) = pairs[at : at + 3]
        yield f"{a} and ({b} or not {c})", {"and": [of_a, {"or": [of_b, {"not": of_c}]}]}
        yield f"not ({a} or {b} and {c})", {"not": {"or": [of_a, {"and": [of_b, of_c]}]}}


def csv_files():
    """What stands in tests/data, read in several ways: see the first bytes in fuzz_csv.c."""
    for file in sorted((ROOT / "tests/data").glob("*/csv_*/input.csv")):
        data = file.read_bytes()[:4096]
        for how in (bytes([0, 0, 0, 2]), bytes([19, 40, 3, 1])):
            yield how + data


def cells():
    numbers = Numbers(1)
    written = [spelling(*numbers.parts(at)) for at, spelling in enumerate(SPELLINGS)]
    for text in [*written, *(f"{text} x12" for text in written), *OTHER_CELLS]:
        yield b"\0" + text.encode()


def write_seeds(target, inputs):
    folder = CORPUS / target
    folder.mkdir(parents=True, exist_ok=True)
    for at, data in enumerate(inputs):
        (folder / f"seed-{at}").write_bytes(data)


def write_words(target, words):
    lines = ['"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"\n' for word in words]
    (CORPUS / f"{target}.dict").write_text("".join(lines))


def main():
    pairs = list(filter_pairs())
    write_seeds("fuzz_filter_text", [text.encode() for text, _ in pairs])
    write_seeds("fuzz_filter_json", [json.dumps(tree).encode() for _, tree in pairs])
    write_seeds("fuzz_csv", csv_files())
    write_seeds("fuzz_cell", cells())
    names = [name for name, _ in fields()]
    values = [value for kind in VALUES.values() for value in kind if value]
    words = [" and ", " or ", " not ", " in (", " is null", " is not null", " like ", 'custom."', "''", '""']
    write_words("fuzz_filter_text", [*names, *values, *words, *(f" {sign} " for sign in SIGNS.values())])
    words = ["and", "or", "not", "field", "op", "value", "values", *SIGNS, "in", "like", "null", "not_null"]
    words = [f'"{word}"' for word in [*words, *names, *values]]
    write_words("fuzz_filter_json", [*words, "[", "]", "{", "}", ",", ":"])
    write_words("fuzz_csv", ['"', '""', ",", ";", "|", " ", '","'])
    write_words("fuzz_cell", ["+1", "00", "011", "tel:", ";ext=", " x", "ext. ", "#", ".0", "(", ") ", "-"])


main()
