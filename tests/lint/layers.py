"""Holds includes to the layers: base < domain < adapters < runtime < services.

A file includes from its own layer or below. A wrapped library's header is included by its adapter
only, so that the rest can be read and tested without knowing that library; JSON and uthash, which are in the
product's own types, are nobody's. Services do not include each other, but for those in SERVICE_USES: pure decisions
of the recycler, which others tell of, and what the command line shows before it sends. Tests may include anything
at or below the layer that they test, and any library, as an oracle.

usage: layers.py [ROOT]; prints each breach as FILE:LINE: TEXT, exits non-zero when there is one.
"""

import fnmatch
import pathlib
import re
import sys
from collections.abc import Iterator

LAYERS = ["base", "domain", "adapters", "runtime"]
SERVICES = ["importer", "recycler", "stats", "exporter", "cli"]
SERVICE_USES = {"cli": {"importer", "recycler", "exporter"}, "stats": {"recycler"}, "exporter": {"recycler"}}

# Header (pattern) -> the files (patterns, relative to the root) that wrap it.
WRAPPED = {
    "libpq-fe.h": ["common/adapters/db.c", "common/adapters/db_*.c", "common/adapters/db_internal.h"],
    "librdkafka/*": ["common/adapters/bus_*.c", "common/adapters/bus_internal.h"],
    "hiredis/*": ["common/adapters/redis*.c"],
    "systemd/*": ["common/adapters/supervisor.c"],
    "microhttpd.h": ["common/adapters/http.c"],
    "csv.h": ["services/importer/csv_*.c"],
    "uchardet*": ["services/importer/csv_charset.c"],
    "iconv.h": ["services/importer/csv_charset.c", "services/importer/csv_source.c"],
    "phonenumbers/*": ["common/domain/*.cc"],
    "absl/*": ["common/domain/*.cc"],
    "utf8proc.h": ["common/domain/text*.c"],
    "openssl/*": ["common/base/hash.c"],
    "xxhash.h": ["common/base/hash.c", "services/importer/csv_scan.c"],
    "uuid/*": ["common/base/ids.c"],
}

INCLUDE = re.compile(r'^\s*#\s*include\s*[<"]([^>"]+)[>"]')


def place_of(path: str) -> tuple[str, str]:
    """(kind, name): ("layer", "domain") or ("service", "importer") or ("", "")."""
    parts = path.split("/")
    if parts[0] == "common" and len(parts) > 2:
        return "layer", parts[1]
    if parts[0] == "services" and len(parts) > 2:
        return "service", parts[1]
    if parts[:2] == ["tests", "unit"] and len(parts) > 3:
        return ("layer" if parts[2] in LAYERS else "service"), parts[2]
    return "", ""


def target_of(header: str) -> tuple[str, str]:
    first = header.split("/")[0]
    if first in LAYERS:
        return "layer", first
    if first in SERVICES:
        return "service", first
    return "", ""


def layer_breach(includer: str, header: str) -> str | None:
    kind, name = place_of(includer)
    target_kind, target = target_of(header)
    if not kind or not target_kind:
        return None
    if target_kind == "service":
        if kind == "service" and (target == name or target in SERVICE_USES.get(name, ())):
            return None
        return f"{name} may not include services/{target}"
    if kind == "layer" and LAYERS.index(target) > LAYERS.index(name):
        return f"{name} is below {target}"
    return None


def wrap_breach(includer: str, header: str) -> str | None:
    if includer.startswith("tests/"):
        return None
    for pattern, owners in WRAPPED.items():
        if not fnmatch.fnmatch(header, pattern):
            continue
        if not any(fnmatch.fnmatch(includer, owner) for owner in owners):
            return f"<{header}> belongs to {', '.join(owners)}"
    return None


def breaches(root: pathlib.Path) -> Iterator[str]:
    for folder in ("common", "services", "tests/unit"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix not in (".c", ".h", ".cc"):
                continue
            name = path.relative_to(root).as_posix()
            for number, line in enumerate(path.read_text().splitlines(), 1):
                found = INCLUDE.match(line)
                if not found:
                    continue
                if text := layer_breach(name, found[1]) or wrap_breach(name, found[1]):
                    yield f"{name}:{number}: {text}"


def main() -> int:
    here = pathlib.Path(__file__).resolve().parents[2]
    found = list(breaches(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else here))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
