"""What holds after every test, whatever it was about.

- Every message of the namespace (or each space.check_every-th) fits its JSON Schema (schemas/messages), header
  and value.
- I4: for each (topic, ce_subject) the sequence rises, repeats of the same event apart, and stays in
  one partition.
- No process crashed, and no sanitizer found anything.
"""

import functools
import json

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

from harness import bus, privacy
from harness.settings import ROOT

MESSAGES = ROOT / "schemas" / "messages"
STRUCTURED = "application/cloudevents+json"


@functools.cache
def schemas():
    return {path.stem: json.loads(path.read_text()) for path in MESSAGES.glob("*.json")}


@functools.cache
def validator(name, part=""):
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas().values()
    )
    schema = {"$ref": schemas()[name]["$id"] + part}
    return Draft202012Validator(schema, registry=registry, format_checker=FormatChecker())


def problems_of(value, name, part=""):
    return [f"{error.json_path}: {error.message[:300]}" for error in validator(name, part).iter_errors(value)]


def value_problems(value, type):
    if type not in schemas():
        return [f"no schema for ce_type {type!r}"]
    return problems_of(value, type)


def command_problems(record):
    if not record.headers.get("content-type", "").startswith(STRUCTURED):
        return problems_of(record.headers, "headers", "#/$defs/command") + value_problems(
            record.value, record.type
        )
    found = problems_of(record.value, "structured")
    return found or value_problems(record.value["data"], record.value["type"])


def event_problems(record):
    part = "offer" if record.topic == "leads.dialable" else "event"
    found = problems_of(record.headers, "headers", f"#/$defs/{part}")
    if record.raw is None:
        return found + ([] if record.topic == "list.stats" else ["a tombstone on a topic that has none"])
    return found + value_problems(record.value, record.type)


def record_problems(record):
    """Texts of what is wrong with one record."""
    if record.topic.endswith(".dlq"):
        return problems_of(record.headers, "dlq_headers")
    try:
        is_command = record.topic.endswith(".commands") or record.topic == "dialer.outcomes"
        return command_problems(record) if is_command else event_problems(record)
    except (ValueError, RecursionError) as err:
        return [f"not JSON: {err}"]


def message_problems(space, records):
    return [
        f"{record.topic}[{record.partition}]@{record.offset} {record.type}: {problem}"
        for record in records[:: space.check_every]
        if record.place not in space.bad
        for problem in record_problems(record)
    ]


def sequence_problems(records):
    """Records in the order of each partition. An event that is published twice counts once."""
    last, home, known, found = {}, {}, set(), []
    for record in records:
        sequence, subject = record.headers.get("ce_sequence"), record.headers.get("ce_subject")
        if sequence is None or record.topic.endswith(".dlq") or (record.topic, record.id) in known:
            continue
        known.add((record.topic, record.id))
        stream = (record.topic, subject)
        if home.setdefault(stream, record.partition) != record.partition:
            found.append(f"{stream}: in partitions {home[stream]} and {record.partition}")
        if sequence <= last.get(stream, ""):
            found.append(f"{stream}: {sequence} ({record.type}) comes after {last[stream]}")
        last[stream] = sequence
    return found


def check_space(space):
    """Fails with everything that is wrong in the namespace. Its processes have ended."""
    found = [fault for worker in space.workers + space.dialers for fault in worker.faults()]
    records = bus.read_all(space) if space.check_messages else []
    found += message_problems(space, records) + sequence_problems(records)
    privacy.note(space, records)
    assert not found, "after the test:\n" + "\n".join(found[:40])
