"""The message schemas themselves, and the command cases under tests/data against them."""

import json
import re
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ROOT / "schemas" / "messages"
SCHEMAS = {path.stem: json.loads(path.read_text()) for path in sorted(MESSAGES.glob("*.json"))}
REGISTRY = Registry().with_resources(
    (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
)
PARTS = {"common", "headers", "dlq_headers", "structured"}
COMMANDS = {"list.create", "list.update", "list.import", "lead.upsert", "job.cancel", "dnc.add", "dnc.remove"}
CASES = sorted((ROOT / "tests" / "data").glob("*valid/command_*"))


def validator(name):
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY, format_checker=FormatChecker())


def references(node):
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref":
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_schema_is_valid(name):
    schema = SCHEMAS[name]
    Draft202012Validator.check_schema(schema)
    assert schema["title"] and schema["description"]
    assert schema["$id"].endswith(f"/{name}.json")


@pytest.mark.parametrize("name", SCHEMAS)
def test_references_resolve(name):
    resolver = REGISTRY.resolver(base_uri=SCHEMAS[name]["$id"])
    for reference in references(SCHEMAS[name]):
        assert resolver.lookup(reference).contents is not None


@pytest.mark.parametrize("name", sorted(set(SCHEMAS) - PARTS))
def test_commands_are_closed_and_events_are_open(name):
    closed = SCHEMAS[name].get("additionalProperties") is False
    assert closed == (name in COMMANDS)


def test_asyncapi_names_every_message_and_nothing_else():
    text = (ROOT / "schemas" / "asyncapi.yaml").read_text()
    document = yaml.safe_load(text)
    assert document["asyncapi"] == "3.0.0"
    files = {Path(found).stem for found in re.findall(r"\./messages/([\w.]+\.json)", text)}
    assert files == set(SCHEMAS) - {"common", "structured"}
    for reference in references(document):
        if reference.startswith("#/"):
            node = document
            for step in reference[2:].split("/"):
                node = node[step]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_case_fits_the_schemas(case):
    expected = json.loads((case / "expected.json").read_text())
    verdict = expected["schema"]
    text = (case / "input.json").read_text().replace("@job@", "1")
    if verdict == "not json":
        with pytest.raises(ValueError):
            json.loads(text)
        return
    if verdict == "none":
        assert expected["type"] not in SCHEMAS
        return
    value = json.loads(text)
    if expected.get("content_type", "").startswith("application/cloudevents"):
        validator("structured").validate(value)
        value = value["data"]
    errors = list(validator(expected["type"]).iter_errors(value))
    assert bool(errors) == (verdict == "refuses"), errors


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_what_a_case_sends_before_fits_too(case):
    expected = json.loads((case / "expected.json").read_text())
    for before in expected.get("before", []):
        validator(before["type"]).validate(before["value"])


SUBJECTS = [
    ("00000000000000000001.00000000000000000007.000001", True),
    ("1.7.1", False),
    ("00000000000000000001.00000000000000000007", False),
]


@pytest.mark.parametrize("sequence, fits", SUBJECTS)
def test_headers_of_an_event(sequence, fits):
    headers = {
        "ce_specversion": "1.0",
        "ce_id": "7f2f8b40-6ec0-5b6b-9d7c-0d3cb2f6a001",
        "ce_source": "/leadspool/leadspool",
        "ce_type": "list.stats",
        "ce_time": "2026-01-02T03:04:05.000006Z",
        "content-type": "application/json",
        "ce_subject": "a",
        "ce_sequence": sequence,
    }
    schema = {"$ref": SCHEMAS["headers"]["$id"] + "#/$defs/event"}
    event = Draft202012Validator(schema, registry=REGISTRY, format_checker=FormatChecker())
    assert event.is_valid(headers) == fits
    del headers["ce_subject"]
    assert not event.is_valid(headers)


def test_numbers_and_names_are_not_in_events():
    created = {"lead_id": "4294967297", "list_id": "a", "external_id": None, "stage": "ready"}
    assert validator("lead.created").is_valid(created)
    assert not validator("lead.created").is_valid({**created, "phone": "+15046218927"})
