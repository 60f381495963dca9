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
PARTS = {"common", "filter", "headers", "dlq_headers", "structured"}
COMMANDS = {"list.create", "list.update", "list.delete", "list.import", "lead.upsert", "job.cancel"}
COMMANDS |= {"stats.rebuild", "stats.reconcile"}
COMMANDS |= {"dnc.add", "dnc.remove", "dnc.import"}
COMMANDS |= {"campaign.put", "disposition.put", "recycle_rule.put", "recycle_rule.delete", "campaign.refill"}
COMMANDS |= {"list.export"}
COMMANDS |= {"import.undo", "list.reset", "leads.move", "lead.delete", "lead.erase"}
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
    assert files == set(SCHEMAS) - {"common", "filter", "structured"}
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
    assert not validator("lead.finished").is_valid({**created, "reason": "sale", "stage": "finished", "phone": ""})


WINDOW = {"days": ["mon"], "from": "09:00", "to": "20:00"}
WINDOWS = [
    ([], True),
    ([WINDOW] * 28, True),
    ([WINDOW] * 29, False),
    ([{**WINDOW, "to": "24:00"}], True),
    ([{**WINDOW, "from": "22:00", "to": "06:00"}], True),
    ([{**WINDOW, "from": "24:00"}], False),
    ([{**WINDOW, "to": "9:00"}], False),
    ([{**WINDOW, "to": "23:60"}], False),
    ([{**WINDOW, "days": []}], False),
    ([{**WINDOW, "days": ["mon", "mon"]}], False),
    ([{**WINDOW, "days": ["Monday"]}], False),
    ([{"days": ["mon"], "from": "09:00"}], False),
    ([{**WINDOW, "zone": "UTC"}], False),
    (None, False),
]


@pytest.mark.parametrize("windows, fits", WINDOWS, ids=lambda value: json.dumps(value)[:60])
def test_windows(windows, fits):
    assert validator("campaign.put").is_valid({"campaign_id": "c", "windows": windows}) == fits


RULE = {"campaign_id": "c", "disposition": "NA", "max_attempts": 3, "intervals_s": [1800, 7200]}
OFFER = {"offer_id": "7", "lead_id": "4294967297", "list_id": "a", "campaign_id": "c"}
STARTED = {"lead_id": "1", "offer_id": "2", "call_id": "x", "started_at": "2026-11-23T17:05:09+01:00"}
ENDED = {"lead_id": "1", "call_id": "x", "disposition": "no answer", "started_at": "2026-11-23T17:05:09Z"}
DIALING = [
    ("campaign.put", {"campaign_id": "c"}, True),
    ("campaign.put", {"campaign_id": "c", "hopper_target": 0}, False),
    ("campaign.put", {"campaign_id": "c", "offer_lifetime_s": 9}, False),
    ("campaign.put", {"campaign_id": "c", "cap_calls": 0, "cap_gap_s": 0, "law_pack": ""}, True),
    ("campaign.put", {"campaign_id": "c", "order": "oldest"}, False),
    ("disposition.put", {"campaign_id": "c", "code": "SALE2", "aliases": ["S2"], "final": True}, True),
    ("disposition.put", {"campaign_id": "c", "code": "NEW"}, False),
    ("disposition.put", {"campaign_id": "c", "code": "sale"}, False),
    ("recycle_rule.put", RULE, True),
    ("recycle_rule.put", {**RULE, "intervals_s": []}, False),
    ("recycle_rule.put", {**RULE, "intervals_s": [31536001]}, False),
    ("recycle_rule.put", {**RULE, "min_distance_s": 43201}, False),
    ("recycle_rule.delete", {"campaign_id": "c", "disposition": "NA"}, True),
    ("campaign.refill", {"campaign_id": "c", "want": 10001}, False),
    ("dnc.import", {"file": "dnc.csv", "campaign_id": "c", "expires_at": "2027-01-31T00:00:00Z"}, True),
    ("dnc.import", {"file": "/etc/passwd"}, False),
    ("call.started", {**STARTED, "line": 7}, True),
    ("call.started", {**STARTED, "lead_id": 1}, False),
    ("call.ended", ENDED, True),
    ("call.ended", {**ENDED, "duration_s": 1.5}, False),
    ("call.ended", {**ENDED, "callback_at": "tomorrow"}, False),
    ("offer.released", {"lead_id": "1", "offer_id": "2"}, True),
    ("offer.expired", OFFER, True),
    ("offer.revoked", {**OFFER, "reason": "dnc"}, True),
    ("offer.revoked", OFFER, False),
]


@pytest.mark.parametrize("name, value, fits", DIALING, ids=lambda value: json.dumps(value)[:60])
def test_messages_of_dialing(name, value, fits):
    assert validator(name).is_valid(value) == fits
