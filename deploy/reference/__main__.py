"""Makes docs/reference, man, completion and schemas/asyncapi.yaml out of the tables that implement them.

usage: reference BINARY [--check]; BINARY is a built `leadspool`. With --check nothing is written, and what
differs is named (exit 1).
"""

import re
import subprocess
import sys

from asyncapi import asyncapi
from pages import pages
from tables import ROOT, Tables

from completion import completion
from man import manuals


def version_of(binary):
    return subprocess.run([binary, "--version"], check=True, capture_output=True, text=True).stdout.split()[1]


def made(binary):
    tables = Tables(binary)
    files = {**pages(tables), **manuals(tables), **completion(tables), **asyncapi(tables, version_of(binary))}
    return {ROOT / name: re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE) for name, text in files.items()}


def main(binary, check):
    differ = 0
    for path, text in made(binary).items():
        if path.exists() and path.read_text() == text:
            continue
        print(path.relative_to(ROOT))
        differ += 1
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    if check and differ:
        print(f"{differ} files are not what the tables say: run ./dev docs", file=sys.stderr)
    return 1 if check and differ else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], "--check" in sys.argv[2:]))
