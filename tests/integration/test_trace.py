"""A command's trace context goes on with all that it causes: replies, events, a job's events, log lines."""

import json
from collections import defaultdict

import pytest
from dirty_csv import make
from harness import read_topic, wait_for
from scenario import (
    all_published,
    answer,
    answers,
    ask,
    create_list,
    done,
    finish_import,
    job_events,
    scale,
    seed,
    tell,
    upsert,
)

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"
TRACED = {"traceparent": PARENT, "tracestate": "vendor=1"}
UPDATE = {"list_id": "a", "name": "new"}


def traces(records):
    return {(record.headers.get("traceparent"), record.headers.get("tracestate")) for record in records}


def caused_by(space, id, *topics):
    """Events of these topics that name the command."""
    return events_by_cause(space, *topics)[id]


def events_by_cause(space, *topics):
    """{ce_id of a command: events that name it}"""
    all_published(space)
    found = defaultdict(list)
    for topic in topics:
        for record in read_topic(space, topic):
            found[record.headers.get("ce_correlationid")].append(record)
    return found


def test_reply_and_events_go_on_with_the_commands_trace(space):
    space.importer()
    id = tell(space, "list.create", {"list_id": "a", "campaign_id": "c"}, headers=TRACED)
    assert traces([answer(space, id)]) == {(PARENT, "vendor=1")}
    told = caused_by(space, id, "list.events")
    assert [event.type for event in told] == ["list.created"]
    assert traces(told) == {(PARENT, "vendor=1")}
    assert traces([answer(space, tell(space, "list.update", UPDATE))]) == {(None, None)}


ENVELOPE = {
    "specversion": "1.0", "id": "in-structured-mode", "source": "urn:test", "type": "list.update",
    "data": UPDATE, "traceparent": PARENT,
}  # fmt: skip
# How it comes, and what becomes of it.
WAYS = {
    "extension": ({"ce_traceparent": PARENT}, PARENT),
    "later version": ({"traceparent": f"cc{PARENT[2:]}-more"}, PARENT),
    "no trace id": ({"traceparent": f"00-{'0' * 32}-00f067aa0ba902b7-01"}, None),
    "damaged": ({"traceparent": "x" * 5000, "tracestate": "vendor=1"}, None),
}


def test_a_trace_comes_in_each_way_and_an_invalid_one_is_none(space):
    space.importer()
    create_list(space)
    ids = {name: tell(space, "list.update", UPDATE, headers=headers) for name, (headers, _) in WAYS.items()}
    structured = {name: None for name in ("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")}
    structured["content-type"] = "application/cloudevents+json"
    tell(space, "list.update", json.dumps(ENVELOPE).encode(), key="a", headers=structured)
    replies = answers(space, [*ids.values(), ENVELOPE["id"]])
    assert {record.type for told in replies.values() for record in told} == {"command.completed"}
    for name, (_, parent) in WAYS.items():
        assert traces(replies[ids[name]]) == {(parent, None)}, name
    assert traces(replies[ENVELOPE["id"]]) == {(PARENT, None)}


def test_messages_of_one_transaction_keep_their_own_traces(space):
    importer = space.importer()
    create_list(space)
    importer.sigstop()
    parents = {}
    for n in range(20):
        parent = f"00-{n + 1:032x}-00f067aa0ba902b7-01" if n % 3 else None
        lead = {"list_id": "a", "lead": {"phone": f"+1504621{n:04d}"}}
        parents[tell(space, "lead.upsert", lead, headers={"traceparent": parent}, flush=n == 19)] = parent
    importer.sigcont()
    answers(space, parents)
    events = events_by_cause(space, "command.events", "lead.events")
    for id, parent in parents.items():
        told = events[id]
        assert sorted(event.type for event in told) == ["command.completed", "lead.created"]
        assert traces(told) == {(parent, None)}


@pytest.fixture
def traced_import(space):
    space.extra_env |= {"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"}
    expected = make(space.inbox / "leads.csv", scale(1_000, long=20_000), seed())
    importer = space.importer()
    create_list(space)
    order = {"list_id": "a", "file": "leads.csv", "lead_events": True, **expected["import"]}
    reply = ask(space, "list.import", order, headers=TRACED)
    finish_import(space, reply.value["job_id"])
    return space, importer, reply


def test_a_job_goes_on_with_the_trace_of_its_command(traced_import):
    space, importer, reply = traced_import
    told = caused_by(space, reply.headers["ce_correlationid"], "list.events", "lead.events")
    assert {"job.accepted", "job.started", "job.completed", "lead.created"} <= {event.type for event in told}
    assert traces([reply, *told]) == {(PARENT, "vendor=1")}
    all_published(space)
    counted = [event for event in read_topic(space, "list.stats") if event.value and event.value["total"]]
    assert traces(counted) == {(PARENT, "vendor=1")}
    for event in ("job.claimed", "job.ended"):
        [line] = [line for line in importer.log().splitlines() if f"event={event} " in line]
        assert f" trace_id={TRACE}" in line


OPEN = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}


@pytest.fixture
def offered(space):
    """Two leads that are offered."""
    for service in ("importer", "recycler", "exporter"):
        space.worker(service)
    create_list(space, "a", campaign_id="c")
    done(space, "campaign.put", {"campaign_id": "c"} | OPEN)
    for phone in ("+15046218927", "+18102929388"):
        upsert(space, phone=phone)
    dialer = space.dialer()
    return space, dialer, dialer.offers(2)


def test_what_an_outcome_causes_goes_on_with_its_trace(offered):
    """Of two in one transaction."""
    space, dialer, offers = offered
    [recycler] = [worker for worker in space.workers if worker.service == "recycler"]
    calls = [dialer.start(offer, tell=False) for offer in offers]
    recycler.sigstop()
    ids = [dialer.end(call, "SALE", headers=headers) for call, headers in zip(calls, (TRACED, {}), strict=True)]
    recycler.sigcont()
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 2, what="both calls")
    for id, trace in zip(ids, ((PARENT, "vendor=1"), (None, None)), strict=True):
        told = caused_by(space, id, "lead.events")
        assert sorted(event.type for event in told) == ["lead.attempted", "lead.finished"]
        assert traces(told) == {trace}


BOTH = {"field": "attempts", "op": "ge", "value": 0}
CALLED = {"field": "attempts", "op": "gt", "value": 0}
PHONES = ("+15046218927", "+18102929388")
JOB = {"job.accepted", "job.started", "job.completed"}
# Each command, and what it causes at least.
ORDERS = [
    ("list.import", {"list_id": "b", "file": "more.csv", "lead_events": True}, JOB | {"lead.created"}),
    ("import.undo", {}, JOB),  # of that import
    ("list.reset", {"list_id": "a", "where": CALLED, "lead_events": True}, JOB | {"lead.updated"}),
    ("dnc.add", {"phone": PHONES[0]}, {"lead.updated", "offer.revoked"}),
    ("dnc.remove", {"phone": PHONES[0]}, {"lead.updated"}),
    ("dnc.import", {"file": "entries.csv"}, JOB | {"lead.updated"}),
    ("recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": 2, "intervals_s": [60]}, JOB),
    ("campaign.put", {"campaign_id": "c", "max_attempts": 7}, JOB),
    (
        "leads.move",
        {"list_id": "a", "to_list_id": "b", "where": BOTH, "lead_events": True},
        JOB | {"lead.updated"},
    ),
    ("lead.delete", {"list_id": "b", "phone": PHONES[0]}, set()),
    ("list.export", {"list_id": "b"}, JOB),
    ("list.delete", {"list_id": "b"}, JOB | {"list.deleted"}),
    ("lead.erase", {"phone": PHONES[1]}, set()),
]
TOLD = ("command.events", "list.events", "lead.events", "leads.dialable")


def parent_of(n):
    return f"00-{n:032x}-00f067aa0ba902b7-01"


def test_what_each_command_causes_goes_on_with_its_trace(offered):
    """That of its job, too."""
    space, dialer, offers = offered
    create_list(space, "b", campaign_id="d")
    (space.inbox / "more.csv").write_text("phone\n+15046218930\n")
    (space.inbox / "entries.csv").write_text(f"phone\n{PHONES[0]}\n")
    dialer.answer(next(offer for offer in offers if offer["phone"] == PHONES[1]), "NA")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1, what="the call")
    caused = {}
    job_id = None
    for n, (type, order, least) in enumerate(ORDERS, 1):
        order = {"job_id": job_id} if type == "import.undo" else order
        topic = {"topic": "recycler.commands"} if type == "list.reset" else {}
        reply = ask(space, type, order, headers={"traceparent": parent_of(n)}, **topic)
        assert reply.type in ("command.accepted", "command.completed"), (type, reply)
        job_id = reply.value.get("job_id") or reply.value["results"][0].get("job_id")
        assert (job_id is not None) == (JOB <= least), (type, reply)
        assert job_id is None or job_events(space, job_id)[-1].type == "job.completed"
        caused[reply.headers["ce_correlationid"]] = type, n, least | {reply.type}
    found = events_by_cause(space, *TOLD)
    for id, (type, n, least) in caused.items():
        assert least <= {event.type for event in found[id]}, type
        assert traces(found[id]) == {(parent_of(n), None)}, type
