"""leadspool offer ls and leadspool outcome, on offers that the test puts into the record."""

from datetime import UTC, datetime, timedelta

import pytest
from harness import read_topic
from harness.dialer import moment_of

NOW = datetime.now(UTC).replace(microsecond=0)
STATES = {"live": (1, 3600), "reserved": (1, -60), "started": (2, 3600), "revoked": (3, 3600), "ended": (9, -60)}


@pytest.fixture
def lead_ids(space):
    """Leads of two lists, one offer each, in every state; the last has none."""
    space.importer()
    ids = []
    for number in range(6):
        list_id, campaign_id = ("a", "solar") if number % 2 == 0 else ("b", "roofs")
        if number < 2:
            space.cli("list", "create", "--list-id", list_id, "--campaign", campaign_id)
        phone = f"+1504621{8900 + number}"
        ids.append(space.cli_json("lead", "upsert", "--list", list_id, "--phone", phone)["lead_id"])
    for number, (lead_id, (state, seconds)) in enumerate(zip(ids, STATES.values(), strict=False)):
        space.db.execute(
            "INSERT INTO offer (offer_id, lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after,"
            " held_until) SELECT %s, d.lead_id, %s, d.list_no, l.campaign_no, %s, 2, %s, %s, %s"
            " FROM leads d JOIN list l USING (list_no) WHERE lead_id = %s",
            (
                100 + number,
                number,
                state,
                NOW - timedelta(minutes=4),
                NOW + timedelta(seconds=seconds),
                NOW + timedelta(hours=2),
                lead_id,
            ),
        )
    return ids


def test_offers_are_listed(space, lead_ids):
    listed = space.cli_json("offer", "ls", "--all")
    assert [(row["offer_id"], row["lead_id"], row["state"]) for row in listed] == [
        (str(100 + number), lead_ids[number], state) for number, state in reversed(list(enumerate(STATES)))
    ]
    assert [row["offer_id"] for row in space.cli_json("offer", "ls")] == ["103", "102", "101", "100"]
    assert [row["offer_id"] for row in space.cli_json("offer", "ls", "--campaign", "roofs")] == ["103", "101"]
    assert [row["offer_id"] for row in space.cli_json("offer", "ls", "--list", "a", "--limit", 1)] == ["102"]
    [row] = space.cli_json("offer", "ls", "--lead", lead_ids[0])
    assert (row["list_id"], row["campaign_id"], row["phone"], row["why"]) == ("a", "solar", "+15046218900", "fresh")
    assert moment_of(row["not_after"]) == NOW + timedelta(hours=1)
    assert row["ended_at"] is None
    assert space.cli("offer", "ls", "--lead", lead_ids[0]).stdout.startswith(f"100\t{lead_ids[0]}\ta\tsolar\tlive\t")
    space.cli("offer", "ls", "--lead", "x", code=2)


def test_outcomes_by_hand(space, lead_ids):
    sale = space.cli_json("outcome", "SALE", "--offer", 100, "--duration", 95, "--agent", "maria")
    assert (sale["lead_id"], sale["offer_id"], sale["sent"]) == (lead_ids[0], "100", "call.started,call.ended")
    begun = space.cli_json("outcome", "--lead", lead_ids[1], "--start")
    later = "2026-11-24T15:00:00Z"
    space.cli("outcome", "CB", "--offer", 101, "--call-id", begun["call_id"], "--callback-at", later)
    freed = space.cli_json("outcome", "--offer", 103, "--release", "--reason", "no agent")
    assert (freed["call_id"], freed["sent"]) == (None, "offer.released")
    unoffered = space.cli_json("outcome", "NA", "--lead", lead_ids[5])
    assert (unoffered["offer_id"], unoffered["sent"]) == (None, "call.ended")

    by_lead = {}
    for record in read_topic(space, "dialer.outcomes"):
        assert record.key == record.value["lead_id"]
        assert record.headers["ce_source"] == f"/leadspool/{space.ns}/cli"
        by_lead.setdefault(record.key, []).append((record.type, record.value))
    [(_, started), (_, ended)] = by_lead[lead_ids[0]]
    assert started["call_id"] == ended["call_id"] == sale["call_id"]
    assert (ended["disposition"], ended["duration_s"], ended["agent"]) == ("SALE", 95, "maria")
    [(_, started), (_, ended)] = by_lead[lead_ids[1]]
    assert started["call_id"] == ended["call_id"]
    assert moment_of(ended["callback_at"]) == moment_of(later)
    assert by_lead[lead_ids[3]] == [
        ("offer.released", {"lead_id": lead_ids[3], "offer_id": "103", "reason": "no agent"})
    ]
    [(type, value)] = by_lead[lead_ids[5]]
    assert type == "call.ended" and "offer_id" not in value


REFUSED = [
    (("--offer", "100"), 2),
    (("NA",), 2),
    (("NA", "--offer", "100", "--lead", "1"), 2),
    (("NA", "--offer", "100", "--release"), 2),
    (("NA", "--offer", "x"), 2),
    (("NA", "--offer", "100", "--started-at", "noon"), 2),
    (("NA", "--offer", "100", "--duration", "-1"), 2),
    (("NA", "--offer", "999"), 1),
    (("NA", "--lead", "999"), 1),
]


def test_what_makes_no_sense_is_refused(space, lead_ids):
    for words, code in REFUSED:
        space.cli("outcome", *words, code=code)
    assert space.cli("outcome", "--start", "--lead", lead_ids[5], code=1).stderr.endswith("no open offer\n")
    assert read_topic(space, "dialer.outcomes") == []
