"""No phone number and no name in any log: what the scenarios used is noted when each ends, and looked for in the
logs of processes and servers when all have ended (./dev test calls main()).

Of a name its words count, as they are capitalized, from three letters on. Those that the product itself says in its
texts and statements (as "First") cannot be told from names, and are none.

Dialers' notes and what a scenario itself asks PostgreSQL are no logs of the product: *.log files, and of the
server's log the lines of the product's roles."""

import functools
import itertools
import os
import re
from pathlib import Path

import psycopg

from harness.settings import ROOT

NOTES = Path(os.environ.get("LEADSPOOL_TEST_NOTES", ROOT / ".dev" / "reports" / "used"))
PHONES = {"phone"}
NAMES = {"first_name", "last_name"}
MOST_LEADS = 20_000  # of one namespace: those of a large import are more of the same

DIGITS = re.compile(r"(?<![\w.])\+?\d(?:[ ().-]{0,3}\d){9,14}(?!\w)")
WORD = re.compile(r"[^\W\d_]{5,}|(?<![\w-])[^\W\d_]{3,4}(?![\w-])")  # short ones not within ids
COMMENT = re.compile(r"/\*.*?\*/|^\s*--.*?$", re.DOTALL | re.MULTILINE)
SAID = ("common", "services/importer", "services/recycler", "services/stats", "services/exporter", "schemas/sql")
ENTRY = re.compile(r"^\d{4}-\d\d-\d\d \S+ \S+ \[\d+\] (\S*) [A-Z]+:  ")
ROLE = re.compile(r"_(importer|recycler|stats|exporter|cli|owner)$")


def national(text):
    """The last ten digits, which any spelling of a number has."""
    return re.sub(r"\D", "", str(text))[-10:]


def values_of(value, keys):
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in keys and isinstance(inner, str | int):
                yield str(inner)
            else:
                yield from values_of(inner, keys)
    elif isinstance(value, list):
        for inner in value:
            yield from values_of(inner, keys)


def used(space, records):
    """(phones, names) of the namespace: of its messages, its leads and its numbers."""
    phones, names = set(), set()
    for record in records:
        try:
            value = record.value
        except (ValueError, RecursionError):
            continue
        phones.update(values_of(value, PHONES))
        names.update(values_of(value, NAMES))
    try:
        rows = space.rows(f"SELECT phone, first_name, last_name FROM leads LIMIT {MOST_LEADS}")
        rows += space.rows(f"SELECT phone, NULL, NULL FROM number WHERE phone IS NOT NULL LIMIT {MOST_LEADS}")
    except psycopg.Error:  # tables that the test has taken away
        rows = []
    for phone, *both in rows:
        phones.add(str(phone))
        names.update(name for name in both if name)
    found = {word for name in names for word in WORD.findall(name) if word != word.lower()}
    return {national(phone) for phone in phones if len(national(phone)) == 10}, found - own_words()


@functools.cache
def own_words():
    """What the product's sources have outside of comments."""
    files = (path for folder in SAID for path in (ROOT / folder).rglob("*") if path.suffix in (".c", ".h", ".inc", ".sql"))
    return frozenset(word for path in files for word in WORD.findall(COMMENT.sub(" ", path.read_text())))


def note(space, records):
    note_values(space.ns, *used(space, records))


def note_values(name, phones, names):
    """What a test used; name: its own, under which it may note more."""
    NOTES.mkdir(parents=True, exist_ok=True)
    with (NOTES / name).open("a") as file:
        file.writelines(f"{word}\n" for word in itertools.chain(map(national, phones), names))


def lines_of(path):
    """(number, text) of the product's lines."""
    ours = path.name != "postgres.log"
    with path.open(errors="replace") as file:
        for number, line in enumerate(file, 1):
            entry = ENTRY.match(line)
            if entry and path.name == "postgres.log":
                ours = bool(ROLE.search(entry[1]))
            if ours:
                yield number, line


def leaks(paths, words):
    """(path:line, what it has)"""
    for path in paths:
        for number, line in lines_of(path):
            said = {national(run) for run in DIGITS.findall(line)}
            said |= set(WORD.findall(line))
            for word in said & words:
                yield f"{path}:{number}", word


def main(logs):
    words = {word for notes in NOTES.glob("*") for word in notes.read_text().split("\n") if word}
    paths = sorted(Path(logs).rglob("*.log"))
    found = list(leaks(paths, words))
    for place, word in found[:50]:
        print(f"{place}: {word}")
    print(f"{len(words)} numbers and names looked for in {len(paths)} logs: {len(found)} found")
    return 1 if found else 0

