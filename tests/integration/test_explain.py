"""leadspool explain, stats --why and rules try: why a lead is not called now, for one and for many."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from harness import wait_for
from harness.dialer import Clock, rfc3339
from scenario import all_published, create_list, done, job_events, run_import, upsert

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans, one in the east
REASONS = """dnc invalid finished exhausted offered list_paused campaign_paused zone_unknown not_due outside_hours
number_cap number_gap number_offered campaign_held dialable_now""".split()


def put(space, campaign_id="c", **settings):
    """A campaign that may call at any hour and as often as it likes, but offers nothing: the tests do."""
    free = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": campaign_id} | free | settings)


@pytest.fixture
def clocked(space):
    """A list of three at noon, on a clock that the test moves; the campaign is paused."""
    space.clock = Clock(space, NOON)
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.recycler()
    space.exporter()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    return space


def explain(space, phone, list_id="a", at=None):
    answer = space.cli_json("explain", f"{list_id}/{phone}", *(["--at", rfc3339(at)] if at else []))
    assert list(answer) == [
        *("lead_id", "list_id", "phone", "stage", "status", "dialable_now", "reason", "until", "evidence")
    ]
    assert (answer["phone"], answer["list_id"]) == (phone, list_id)
    assert answer["dialable_now"] == (answer["reason"] == "dialable_now")
    assert answer["reason"] in REASONS
    assert all(set(piece) == {"rule", "value", "source"} for piece in answer["evidence"])
    return answer


def why(space, phone, **more):
    """(reason, until) of a lead; until as a moment."""
    answer = explain(space, phone, **more)
    return answer["reason"], answer["until"] and datetime.fromisoformat(answer["until"])


def histogram(space, list_id="a"):
    """The reasons that a list has leads for. They sum to its total, which is that of its counters."""
    answer = space.cli_json("stats", "--list", list_id, "--why")
    assert list(answer) == ["list_id", "at", "total", "why", "source"]
    assert list(answer["why"]) == REASONS
    assert sum(answer["why"].values()) == answer["total"] == space.cli_json("stats", "--list", list_id)["total"]
    return {reason: leads for reason, leads in answer["why"].items() if leads}


def agree(space, phones, list_id="a"):
    """The histogram and an export are what explain says of each lead; returns the histogram."""
    told = {phone: why(space, phone, list_id=list_id)[0] for phone in phones}
    assert exported_reasons(space, list_id) == told
    counted = Counter(told.values())
    assert counted == histogram(space, list_id)
    return counted


def exported_reasons(space, list_id):
    text = space.cli("export", "--list", list_id, "--field", "phone", "--field", "reason").stdout
    return dict(line.split(",") for line in text.splitlines()[1:])


def offers_by_phone(dialer, count):
    return {offer["phone"]: offer for offer in dialer.offers(count)}


def quiet(space):
    """The recyclers end: nothing is offered any more, so that a test can set leads up as it likes."""
    for worker in space.workers:
        if worker.name.startswith("recycler"):
            worker.terminate()
    all_published(space)


def evidence(space, phone, rule, **more):
    return [piece for piece in explain(space, phone, **more)["evidence"] if piece["rule"] == rule]


def test_each_reason_in_its_turn(clocked):
    """From the last to the first: what is put in the way later comes before what was there."""
    put(clocked, active=False, assume_zones=[])
    assert agree(clocked, [ANN, BOB, EVE]) == {"campaign_paused": 3}
    quiet(clocked)
    free = {"active": True, "windows": "[]", "cap_calls": 0}
    sets = ", ".join(f"{name} = %s" for name in free)
    clocked.rows(f"UPDATE campaign SET {sets} RETURNING 1", *free.values())
    clocked.rows("UPDATE list_stats SET campaign_active = true RETURNING 1")
    assert why(clocked, ANN) == ("dialable_now", None)
    clocked.rows("UPDATE campaign_hopper SET held = 'record_set_back' RETURNING 1")
    assert why(clocked, ANN) == ("campaign_held", None)
    assert why(clocked, ANN, at=NOON + timedelta(minutes=1)) == ("dialable_now", None)
    [first, *_] = explain(clocked, ANN)["evidence"]
    assert first == {"rule": "campaign_held", "value": "record_set_back", "source": "campaign c"}
    assert agree(clocked, [ANN, BOB, EVE]) == {"campaign_held": 3}
    closing = '[{"days":["wed"],"from":"09:00","to":"12:30"}]'
    clocked.rows("UPDATE campaign SET windows = %s RETURNING 1", closing)
    assert agree(clocked, [ANN, BOB, EVE]) == {"campaign_held": 1, "outside_hours": 2}
    clocked.rows("UPDATE campaign_hopper SET held = '' RETURNING 1")
    assert why(clocked, ANN) == ("dialable_now", NOON + timedelta(minutes=30))
    assert why(clocked, BOB) == ("outside_hours", datetime(2026, 12, 2, 14, 0, tzinfo=UTC))
    assert agree(clocked, [ANN, BOB, EVE]) == {"dialable_now": 1, "outside_hours": 2}
    first = explain(clocked, BOB)["evidence"][0]
    assert (first["rule"], first["source"]) == ("outside_hours", "campaign")
    assert first["value"] == "America/New_York: wed 09:00-12:30"
    clocked.rows("UPDATE list SET windows = %s RETURNING 1", '[{"days":["mon"],"from":"09:00","to":"10:00"}]')
    assert why(clocked, ANN)[0] == "outside_hours"
    assert agree(clocked, [ANN, BOB, EVE]) == {"outside_hours": 3}
    due = NOON + timedelta(minutes=1)
    for table in ("leads", "ready_lead"):
        by = "WHERE lead_id = (SELECT lead_id FROM leads WHERE phone = %s) RETURNING 1"
        clocked.rows(f"UPDATE {table} SET due_at = %s {by}", due, int(ANN))
    assert why(clocked, ANN) == ("not_due", due)
    assert agree(clocked, [ANN, BOB, EVE]) == {"not_due": 1, "outside_hours": 2}
    clocked.rows("UPDATE leads SET zone_set_no = NULL WHERE phone = %s RETURNING 1", int(ANN))
    clocked.rows("UPDATE ready_lead SET gate_no = 1 WHERE due_at = %s RETURNING 1", due)
    assert why(clocked, ANN) == ("zone_unknown", None)
    assert agree(clocked, [ANN, BOB, EVE]) == {"zone_unknown": 1, "outside_hours": 2}
    clocked.rows("UPDATE list_stats SET life = 'paused' RETURNING 1")
    assert agree(clocked, [ANN, BOB, EVE]) == {"list_paused": 3}
    assert explain(clocked, ANN)["evidence"][0] == {"rule": "list", "value": "paused", "source": "list a"}


def test_outcomes_offers_and_entries(clocked):
    put(clocked, reserve_s=600, offer_lifetime_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    held = NOON + timedelta(seconds=660)
    reason, until = why(clocked, ANN)
    assert reason == "offered" and abs(until - held) < timedelta(seconds=2), until
    assert f"offer {offers[ANN]['offer_id']} made" in evidence(clocked, ANN, "offer")[0]["value"]
    assert why(clocked, ANN, at=held + timedelta(hours=1))[0] == "dialable_now"
    dialer.answer(offers[ANN], "SALE")
    dialer.answer(offers[BOB], "NA", duration_s=0)
    wait_for(lambda: clocked.value("SELECT count(*) FROM attempt") == 2)
    assert why(clocked, ANN) == ("finished", None)
    assert explain(clocked, ANN)["evidence"][0]["value"].startswith("SALE: ")
    assert why(clocked, BOB) == ("not_due", NOON + timedelta(minutes=30))
    assert "interval: 1 calls to NA of at most 3; next after 30m, 2h" in evidence(clocked, BOB, "recycle_rule")[0]["value"]
    assert why(clocked, BOB, at=NOON + timedelta(minutes=30))[0] == "dialable_now"
    assert agree(clocked, [ANN, BOB, EVE]) == {"finished": 1, "not_due": 1, "offered": 1}
    expires = NOON + timedelta(days=1)
    done(clocked, "dnc.add", {"phone": EVE, "expires_at": rfc3339(expires)})
    assert why(clocked, EVE) == ("dnc", expires)
    [entry] = evidence(clocked, EVE, "dnc")
    assert "without end" not in entry["value"] and entry["source"].endswith(", every campaign")
    assert why(clocked, EVE, at=expires)[0] == "dialable_now"
    assert agree(clocked, [ANN, BOB, EVE]) == {"finished": 1, "not_due": 1, "dnc": 1}


def test_a_corrected_number_waits_for_no_rule(clocked):
    """What a call to the number before came to, and the rule's windows, say nothing of the new one."""
    put(clocked, active=False)
    lead_id = upsert(clocked, "a", phone="504-621-8900", external_id="x")["lead_id"]
    call = {"lead_id": lead_id, "call_id": "1", "disposition": "NA", "started_at": rfc3339(NOON), "duration_s": 0}
    clocked.dialer(clock=clocked.clock).send("call.ended", call)
    wait_for(lambda: clocked.value("SELECT count(*) FROM attempt") == 1)
    new = "+15046218901"
    upsert(clocked, "a", phone=new, external_id="x")
    monday = [{"days": ["mon"], "from": "09:00", "to": "10:00"}]
    rule = {"campaign_id": "c", "disposition": "NA", "max_attempts": 3, "intervals_s": [60], "windows": monday}
    [result] = done(clocked, "recycle_rule.put", rule)
    job_events(clocked, result["job_id"])
    quiet(clocked)
    clocked.clock.advance(minutes=5)
    clocked.rows("UPDATE campaign SET active = true WHERE campaign_id = 'c' RETURNING 1")
    clocked.rows("UPDATE list_stats SET campaign_active = true RETURNING 1")
    assert why(clocked, new)[0] == "dialable_now"
    assert agree(clocked, [ANN, BOB, EVE, new]) == {"dialable_now": 4}
    assert evidence(clocked, new, "recycle_rule")[0]["value"].startswith("new_number: its number was corrected")
    assert not [piece for piece in explain(clocked, new)["evidence"] if piece["source"] == "rule"]


def call_two_of_both_lists(clocked):
    """Lists of two campaigns have the numbers; the first one's dialer called ANN and BOB, and has EVE."""
    create_list(clocked, "b", campaign_id="d")
    run_import(clocked, "leads.csv", list_id="b")
    put(clocked, reserve_s=3600)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NA", duration_s=0)
    dialer.answer(offers[BOB], "B", duration_s=0)
    wait_for(lambda: clocked.value("SELECT count(*) FROM attempt") == 2)


def test_caps_and_gaps_of_a_number(clocked):
    """Two lists of two campaigns have the numbers; the second one asks."""
    call_two_of_both_lists(clocked)
    clocked.clock.advance(seconds=60)
    quiet(clocked)
    sets = "active = true, windows = '[]', cap_calls = 0, cap_gap_s = 900"
    clocked.rows(f"UPDATE campaign SET {sets} WHERE campaign_id = 'd' RETURNING 1")
    clocked.rows("UPDATE list_stats SET campaign_active = true RETURNING 1")
    assert why(clocked, ANN, list_id="b") == ("number_gap", NOON + timedelta(minutes=15))
    assert why(clocked, EVE, list_id="b")[0] == "number_offered"
    assert agree(clocked, [ANN, BOB, EVE], "b") == {"number_gap": 2, "number_offered": 1}
    clocked.rows("UPDATE campaign SET cap_calls = 1, cap_window_s = 3600 WHERE campaign_id = 'd' RETURNING 1")
    assert why(clocked, ANN, list_id="b") == ("number_cap", NOON + timedelta(hours=1))
    assert agree(clocked, [ANN, BOB, EVE], "b") == {"number_cap": 2, "number_offered": 1}
    [call] = evidence(clocked, ANN, "number_call", list_id="b")
    assert "NA" in call["value"] and call["source"].startswith("list a, lead ")
    at = NOON + timedelta(hours=1)
    assert why(clocked, ANN, list_id="b", at=at)[0] == "dialable_now"


def test_what_the_hopper_put_off_is_told_with_what_for(clocked):
    """It looked at the leads, and moved their due times: that is not all that there is to say."""
    call_two_of_both_lists(clocked)
    moved = "SELECT count(*) FROM leads JOIN list USING (list_no) WHERE list_id = 'b' AND due_at > %s"
    put(clocked, "d", cap_gap_s=900)
    wait_for(lambda: clocked.value(moved, NOON) == 3, what="all are put off")
    assert why(clocked, ANN, list_id="b") == ("number_gap", NOON + timedelta(minutes=15))
    assert why(clocked, EVE, list_id="b") == ("number_offered", NOON + timedelta(minutes=1))
    assert agree(clocked, [ANN, BOB, EVE], "b") == {"number_gap": 2, "number_offered": 1}
    put(clocked, "d", cap_calls=1, cap_window_s=3600)
    wait_for(lambda: clocked.value(moved, NOON + timedelta(minutes=59)) == 2, what="they are put off anew")
    assert why(clocked, ANN, list_id="b") == ("number_cap", NOON + timedelta(hours=1))
    assert agree(clocked, [ANN, BOB, EVE], "b") == {"number_cap": 2, "number_offered": 1}
    first, *_, call = explain(clocked, ANN, list_id="b")["evidence"][:2]
    assert (first["rule"], call["rule"]) == ("number_cap", "number_call")
    assert why(clocked, ANN, list_id="b", at=NOON + timedelta(hours=1))[0] == "dialable_now"
    put(clocked, "d", windows=[{"days": ["mon"], "from": "09:00", "to": "10:00"}])
    assert agree(clocked, [ANN, BOB, EVE], "b") == {"outside_hours": 3}


def test_who_is_asked_about(clocked):
    created = upsert(clocked, "a", phone="504-621-8900", external_id="x")
    answer = clocked.cli_json("explain", created["lead_id"])
    assert answer["lead_id"] == created["lead_id"] and answer["phone"] == "+15046218900"
    assert clocked.cli_json("explain", "a/504-621-8900")["lead_id"] == created["lead_id"]
    assert "campaign_paused" in clocked.cli("explain", created["lead_id"]).stdout
    assert clocked.cli_json("explain", "99", code=1)["error"]["code"] == "unknown_lead"
    clocked.cli("explain", "x", code=2)
    clocked.cli("explain", created["lead_id"], "--at", "noon", code=2)
    [zone] = evidence(clocked, "+15046218900", "zone")
    assert zone["value"].startswith("America/Chicago: Wed 2026-11-25 12:00") and zone["source"] == "area code"
    assert evidence(clocked, "+15046218900", "tzdata")


def tried(space, *more, disposition="NA", phone="504-621-8927"):
    answer = space.cli_json("rules", "try", "--campaign", "c", "--disposition", disposition, "--phone", phone, *more)
    assert list(answer) == ["due_at", "reason"]
    return answer["due_at"] and datetime.fromisoformat(answer["due_at"]), answer["reason"]


def test_rules_try(clocked):
    weekdays = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat"], "from": "09:00", "to": "20:00"}]
    put(clocked, active=False, windows=weekdays, max_attempts=10)
    assert tried(clocked) == (NOON + timedelta(minutes=30), "interval")
    assert tried(clocked, "--attempts", 2) == (NOON + timedelta(hours=2), "interval")
    assert tried(clocked, "--attempts", 3) == (None, "max_tries")
    assert tried(clocked, "--attempts", 10, disposition="B") == (None, "max_tries")
    saturday = datetime(2026, 11, 29, 1, 45, tzinfo=UTC)  # 19:45 in New Orleans; Sunday is closed
    monday = datetime(2026, 11, 30, 15, 0, tzinfo=UTC)  # 09:00 there
    assert tried(clocked, "--at", rfc3339(saturday)) == (monday, "interval")
    late = saturday + timedelta(hours=5)
    west = tried(clocked, "--at", rfc3339(late), "--state", "CA")
    assert west == (monday + timedelta(hours=2), "interval")  # open in both zones
    assert tried(clocked, disposition="AM") == (NOON + timedelta(hours=4), "interval")
    back = NOON + timedelta(days=2)
    assert tried(clocked, "--callback-at", rfc3339(back), disposition="CB") == (back, "callback")
    ends = {"SALE": "finished", "DC": "invalid", "DNC": "dnc", "CB": "no_rule"}
    assert {code: tried(clocked, disposition=code) for code in ends} == {
        code: (None, reason) for code, reason in ends.items()
    }
    put(clocked, active=False, windows=weekdays, cap_gap_s=900)
    assert tried(clocked, disposition="B") == (NOON + timedelta(minutes=15), "number_gap")
    assert tried(clocked, "--duration", "2m", disposition="B") == (NOON + timedelta(minutes=13), "number_gap")
    assert tried(clocked, "--duration", "20m", disposition="B") == (NOON + timedelta(minutes=5), "interval")
    at_end = saturday + timedelta(minutes=8)
    assert tried(clocked, "--at", rfc3339(at_end), disposition="B") == (monday, "number_gap")
    put(clocked, active=False, windows=weekdays, cap_gap_s=900, cap_calls=1, cap_window_s=7200)
    assert tried(clocked) == (NOON + timedelta(hours=2), "number_cap")
    put(clocked, active=False, windows=weekdays)
    done(clocked, "list.update", {"list_id": "a", "windows": [{"days": ["wed"], "from": "13:00", "to": "14:00"}]})
    assert tried(clocked, "--list", "a") == (NOON + timedelta(hours=1), "interval")
    assert tried(clocked, "--time-zone", "America/Los_Angeles", "--at", rfc3339(monday))[0] == monday + timedelta(hours=2)
    clocked.cli("rules", "try", "--campaign", "c", "--disposition", "NA", "--phone", "504-621-8927", "--list", "x", code=1)
    put(clocked, active=False, max_attempts=2)
    assert tried(clocked, "--attempts", 2) == (None, "max_attempts")
    unknown = ("rules", "try", "--campaign", "c", "--disposition", "WHAT", "--phone", "504-621-8927")
    assert clocked.cli_json(*unknown, code=1)["error"]["code"] == "unknown_disposition"
