"""Events as a consumer sees them: order, identity, counters, and what they must not hold."""

import re

import pytest
from dirty_csv import make
from harness import read_topic
from scenario import (
    all_published,
    answers,
    check_counters,
    create_list,
    done,
    job_events,
    run_import,
    scale,
    seed,
    start_import,
    tell,
    upsert,
)

TOPICS = ("list.events", "lead.events", "list.stats", "command.events")
SEQUENCE = re.compile(r"(\d{20})\.(\d{20})\.(\d{6})")


def place_in(record):
    return tuple(int(part) for part in SEQUENCE.fullmatch(record.headers["ce_sequence"]).groups())


@pytest.fixture
def busy(space):
    """Two importers, three lists, an import into each, upserts and updates beside them."""
    space.importer()
    space.importer()
    jobs, ids = [], []
    for n, name in enumerate("abc"):
        expected = make(space.inbox / f"{name}.csv", scale(1_000), seed() + n)
        create_list(space, name, campaign_id="c")
        jobs.append((name, start_import(space, f"{name}.csv", name, lead_events=True, **expected["import"])))
    for n in range(60):
        name = "abc"[n % 3]
        lead = {"phone": f"+1504200{n % 20:04d}", "city": str(n)}
        ids.append(tell(space, "lead.upsert", {"list_id": name, "lead": lead}, flush=False))
        ids.append(tell(space, "list.update", {"list_id": name, "name": str(n)}, flush=False))
    answers(space, ids)
    for _, job_id in jobs:
        assert job_events(space, job_id)[-1].type == "job.completed"
    for name in "abc":
        check_counters(space, name)
    all_published(space)
    return space


def streams(records):
    """{ce_subject: its events, each once, in the order of the partition}"""
    found = {}
    for record in records:
        found.setdefault(record.headers["ce_subject"], {}).setdefault(record.id, record)
    return {subject: list(events.values()) for subject, events in found.items()}


def sequence_rises_for_each_subject(busy):
    for topic in TOPICS:
        found = streams(read_topic(busy, topic))
        assert found
        for subject, events in found.items():
            places = [place_in(event) for event in events]
            assert places == sorted(set(places)), subject
            assert len({(event.partition, event.key) for event in events}) == 1, subject


def an_id_means_one_event(busy):
    for topic in TOPICS:
        known = {}
        for record in read_topic(busy, topic):
            same = known.setdefault(record.id, record)
            assert (same.raw, same.headers["ce_sequence"]) == (record.raw, record.headers["ce_sequence"])


def versions_of_lists_have_no_holes(busy):
    """list.stats holds every version that moved the counters, list.events those that changed the list."""
    stats = streams(read_topic(busy, "list.stats"))
    for name in "abc":
        changes = [e for e in streams(read_topic(busy, "list.events"))[name]]
        versions = {event.value["version"] for event in stats[name]} | {
            event.value["version"] for event in changes
        }
        assert versions == set(range(min(versions), max(versions) + 1)), name
        assert all(place_in(event)[1] == event.value["version"] for event in stats[name] + changes)


def total_is_the_sum_of_the_stages(busy):
    stages = ("dialable", "offered", "finished", "exhausted", "dnc", "invalid")
    for record in read_topic(busy, "list.stats"):
        value = record.value
        assert value["total"] == sum(value[stage] for stage in stages) == sum(value["statuses"].values())


def each_lead_of_an_import_with_events_is_told_once(busy):
    records = [record for record in read_topic(busy, "lead.events") if record.type == "lead.created"]
    created = {record.id: record for record in records}
    assert len(created) == busy.value("SELECT count(*) FROM leads")
    subjects = {record.headers["ce_subject"] for record in created.values()}
    assert len(subjects) == len(created)


RULES = (
    sequence_rises_for_each_subject,
    an_id_means_one_event,
    versions_of_lists_have_no_holes,
    total_is_the_sum_of_the_stages,
    each_lead_of_an_import_with_events_is_told_once,
)


def test_what_consumers_rely_on(busy, subtests):
    for rule in RULES:
        with subtests.test(rule.__name__):
            rule(busy)


def test_progress_comes_at_most_once_a_second(space):
    expected = make(space.inbox / "leads.csv", scale(10_000), seed())
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    space.importer()
    create_list(space)
    events = job_events(space, start_import(space, "leads.csv", **expected["import"]))
    types = [event.type for event in events]
    assert types[0] == "job.accepted" and types[1] == "job.started" and types[-1] == "job.completed"
    assert set(types[2:-1]) <= {"job.progress"}
    seconds = [event.value["at"][:19] for event in events if event.type == "job.progress"]
    assert all(seconds.count(second) <= 2 for second in seconds)
    rows = [event.value["rows"] for event in events if event.type != "job.started"]
    assert rows == sorted(rows)


def test_import_without_lead_events_sends_none(space):
    expected = make(space.inbox / "leads.csv", 200, seed())
    space.importer()
    create_list(space)
    run_import(space, "leads.csv", **expected["import"])
    all_published(space)
    assert read_topic(space, "lead.events") == []


def test_events_name_their_cause(space):
    space.importer()
    id = tell(space, "list.create", {"list_id": "a", "campaign_id": "c"})
    answers(space, [id])
    created = read_topic(space, "list.events", until=lambda seen: seen)
    assert [(record.type, record.headers["ce_correlationid"]) for record in created] == [("list.created", id)]
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    job_id = start_import(space, "leads.csv", id="the-import", lead_events=True)
    events = job_events(space, job_id)
    assert {event.headers["ce_correlationid"] for event in events} == {"the-import"}
    [lead] = read_topic(space, "lead.events", until=lambda seen: seen)
    assert lead.headers["ce_correlationid"] == "the-import"


def test_numbers_and_names_stay_out_of_events_and_logs(space):
    importer = space.importer()
    create_list(space)
    upsert(space, phone="+15046218927", first_name="Wilhelmina", email="wilhelmina@example.com")
    done(space, "dnc.add", {"phone": "+15046218927"})
    done(
        space, "lead.upsert", {"list_id": "a", "leads": [{"phone": "504621892", "first_name": "Wilhelmina"}]}
    )
    all_published(space)
    texts = [
        record.raw.decode() + repr(record.headers)
        for topic in ("command.events", "list.events", "lead.events", "list.stats")
        for record in read_topic(space, topic)
        if record.raw
    ]
    importer.terminate()
    for text in [*texts, importer.log()]:
        assert "504621892" not in text and "ilhelmina" not in text
