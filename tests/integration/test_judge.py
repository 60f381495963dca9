"""tests/judge.py on logs made by hand: each kind of violation is found, and what lies on the boundary is not."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from judge import KINDS, closed_day, judge

PHONE, OTHER = "+12125550101", "+13125550102"
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday, 12:00 in New York
DAY = timedelta(days=1)
FREE = {"active": True, "cap_calls": 0, "cap_gap_s": 0, "max_attempts": 100}  # nothing but what the case is about


def text(moment):
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


class Log:
    """What a dialer noted."""

    def __init__(self):
        self.events, self.count = [], 0

    def note(self, at, event, offer, **more):
        ids = {name: offer[name] for name in ("offer_id", "lead_id", "list_id", "campaign_id")}
        self.events.append({"at": text(at), "event": event, "dialer": "d"} | ids | more)

    def made(self, at, lead="1", phone=PHONE, lifetime=timedelta(minutes=5), why="fresh", campaign="c", list="l"):
        self.count += 1
        offer = {"offer_id": str(self.count), "lead_id": lead, "list_id": list, "campaign_id": campaign}
        about = {"phone": phone, "state": None, "why": why, "not_after": text(at + lifetime)}
        self.note(at, "made", offer, told_at=text(at), **about)
        return offer

    def dialed(self, offer, at):
        self.note(at, "dialed", offer, call_id=offer["offer_id"], started_at=text(at))

    def started(self, offer, at, sent=None):
        self.note(sent or at, "started", offer, call_id=offer["offer_id"], started_at=text(at))

    def ended(self, offer, at, code="NA", sent=None, call=None, **more):
        """at: when the call began; sent: when its outcome went out, half a minute later."""
        sent = sent or at + timedelta(seconds=30)
        call = call or offer["offer_id"]
        self.note(sent, "ended", offer, call_id=call, started_at=text(at), disposition=code, duration_s=20, **more)

    def called(self, at, code="NA", **more):
        """Offered, and called ten seconds later."""
        offer = self.made(at, **more)
        self.dialed(offer, at + timedelta(seconds=10))
        self.ended(offer, at + timedelta(seconds=10), code)
        return offer

    def released(self, offer, at):
        self.note(at, "released", offer, reason="test")


@pytest.fixture
def log():
    return Log()


def put(at=NOON - DAY, type="campaign.put", **data):
    return {"at": text(at), "type": type, "data": {"campaign_id": "c"} | data}


def judged(log, *commands, **scenario):
    places = {PHONE: {"zones": ["America/New_York"]}, OTHER: {"zones": ["America/Chicago"]}}
    scenario = {"commands": [put(active=True), *commands], "leads": places, "slack_s": 0} | scenario
    verdict, found = judge(scenario, log.events)
    assert {kind: len(found[kind]) for kind in KINDS} == {kind: verdict[kind] for kind in KINDS}
    return {kind: verdict[kind] for kind in KINDS if verdict[kind]}


ALWAYS = put(windows=[], law_pack="", **FREE)
SOON = put(type="recycle_rule.put", disposition="NA", max_attempts=100, intervals_s=[0])


def test_a_clean_log(log):
    log.called(NOON, "NA")
    log.called(NOON + timedelta(minutes=31), "B", why="recycle")
    log.called(NOON + timedelta(minutes=50), "SALE", why="recycle")
    log.called(NOON, "NI", lead="2", phone=OTHER)
    assert judged(log) == {}


# ---- double offers


def test_two_live_offers_of_a_lead(log):
    log.made(NOON)
    log.made(NOON + timedelta(minutes=1))
    assert judged(log, ALWAYS) == {"double_offers": 1}


def test_two_lists_with_the_same_number(log):
    log.made(NOON, lead="1", list="a")
    log.made(NOON + timedelta(minutes=1), lead="2", list="b")
    assert judged(log, ALWAYS) == {"double_offers": 1}


def test_an_unanswered_offer_holds_until_its_reservation_ends(log):
    log.made(NOON)
    log.made(NOON + timedelta(minutes=65) - timedelta(microseconds=1), lead="2")
    assert judged(log, ALWAYS) == {"double_offers": 1}
    log.events.clear()
    log.made(NOON)
    log.made(NOON + timedelta(minutes=65), lead="2")
    assert judged(log, ALWAYS) == {}


def test_a_started_call_holds_until_it_ends(log):
    offer = log.made(NOON)
    log.started(offer, NOON + timedelta(minutes=4))
    log.made(NOON + timedelta(hours=3), lead="2")
    assert judged(log, ALWAYS) == {"double_offers": 1}
    log.ended(offer, NOON + timedelta(minutes=4), sent=NOON + timedelta(hours=2))
    assert judged(log, ALWAYS, SOON) == {}


def test_a_released_offer_holds_no_more(log):
    log.released(log.made(NOON), NOON + timedelta(seconds=5))
    log.made(NOON + timedelta(seconds=65))
    assert judged(log, ALWAYS) == {}


def test_clocks_may_differ_a_little(log):
    log.called(NOON)
    log.made(NOON + timedelta(seconds=39, milliseconds=500), lead="2")
    assert judged(log, ALWAYS) == {"double_offers": 1}
    assert judged(log, ALWAYS, slack_s=1) == {}


# ---- pauses


PAUSES = [("campaign.put", {"campaign_id": "c"}), ("list.update", {"list_id": "l"})]


@pytest.mark.parametrize("type, whose", PAUSES)
def test_an_offer_while_paused(log, type, whose):
    """From the answer to the pause until its end is sent."""
    said = {"type": type, "data": whose | {"active": False}}
    pause = said | {"sent": text(NOON), "at": text(NOON + timedelta(seconds=1))}
    end = said | {"sent": text(NOON + timedelta(minutes=1)), "at": text(NOON + timedelta(minutes=2))}
    end["data"] = whose | {"active": True}
    for at, wanted in ((1, {}), (1.000001, {"while_paused": 1}), (59.999999, {"while_paused": 1}), (60, {})):
        log.events.clear()
        log.made(NOON + timedelta(seconds=at))
        assert judged(log, ALWAYS, pause, end) == wanted


def test_an_offer_of_a_campaign_that_nobody_put(log):
    """One that a list made is paused."""
    log.made(NOON, campaign="other")
    assert judged(log) == {"while_paused": 1}


# ---- calling time


def test_what_came_at_the_moment_of_the_offer_may_be_known_or_not(log):
    """The rule of HU has hours, that of B has none; B comes when the offer is made."""
    evening = [{"days": ["mon"], "from": "18:00", "to": "19:00"}]
    rules = [put(type="recycle_rule.put", disposition="HU", max_attempts=9, intervals_s=[0], windows=evening)]
    rules += [put(type="recycle_rule.put", disposition="B", max_attempts=9, intervals_s=[0])]
    log.called(NOON, "HU")
    second = log.made(NOON + timedelta(hours=6, minutes=30), why="recycle")
    log.ended(second, NOON + timedelta(hours=6, minutes=31), "B", sent=NOON + timedelta(hours=8))
    log.made(NOON + timedelta(hours=8), why="recycle")
    assert judged(log, ALWAYS, *rules) == {}
    log.called(NOON + timedelta(days=1), "HU", why="fresh", lead="2", phone=OTHER)
    log.made(NOON + timedelta(days=1, hours=1), why="recycle", lead="2", phone=OTHER)
    assert judged(log, ALWAYS, *rules) == {"outside_window": 1}


@pytest.mark.parametrize("why, wanted", [("recycle", 1), ("express", 1), ("callback", 1), ("fresh", 0)])
def test_windows_of_a_rule_hold_for_each_lead_that_was_called(log, why, wanted):
    """However urgent, and whatever it was promised; one that begins a new pass was not."""
    late = [{"days": ["mon"], "from": "15:00", "to": "20:00"}]
    rule = put(type="recycle_rule.put", disposition="NA", max_attempts=9, intervals_s=[60], windows=late)
    log.called(NOON)
    log.made(NOON + timedelta(hours=3), why=why)
    assert judged(log, ALWAYS, rule) == {}
    log.events.pop()
    log.made(NOON + timedelta(hours=3, microseconds=-1), why=why)
    assert judged(log, ALWAYS, rule) == ({"outside_window": 1} if wanted else {})


def on(hour, minute=0, second=0, day=23):
    return datetime(2026, 11, day, hour, minute, second, tzinfo=NEW_YORK)


WINDOWS = [
    (on(9), {}),
    (on(8, 59, 59), {"outside_window": 1}),
    (on(19, 59, 59), {}),
    (on(20), {"outside_window": 1}),
]


@pytest.mark.parametrize("at, wanted", WINDOWS, ids=lambda value: str(value))
def test_windows_of_the_campaign(log, at, wanted):
    log.made(at)
    assert judged(log, put(**FREE)) == wanted


def test_all_zones_have_to_be_open(log):
    log.made(on(9, 30))
    both = {PHONE: {"zones": ["America/New_York", "America/Chicago"]}}
    assert judged(log, put(**FREE), leads=both) == {"outside_window": 1}


def test_nobody_knows_the_zone(log):
    log.made(NOON)
    nowhere = {PHONE: {"zones": []}}
    assert judged(log, put(**FREE), leads=nowhere) == {"outside_window": 1}
    assert judged(log, put(assume_zones=["America/Chicago"], **FREE), leads=nowhere) == {}


def test_a_window_over_midnight_belongs_to_its_day(log):
    night = [{"days": ["sat"], "from": "22:00", "to": "02:00"}]
    rules = put(windows=night, law_pack="", **FREE)
    log.made(on(1, 59, day=29))  # Sunday
    assert judged(log, rules) == {}
    log.made(on(1, 59, day=28), lead="2", phone=OTHER)  # Saturday
    assert judged(log, rules, leads={}) == {"outside_window": 1}


def test_a_call_that_begins_after_closing(log):
    offer = log.made(on(19, 58), lifetime=timedelta(minutes=5))
    log.dialed(offer, on(20, 1))
    assert judged(log, put(**FREE)) == {"outside_window": 1}


def test_windows_of_the_list_and_of_the_rule(log):
    late = [{"days": ["mon"], "from": "15:00", "to": "20:00"}]
    log.called(NOON)
    created = {"at": text(NOON - DAY), "type": "list.update", "data": {"list_id": "l", "windows": late}}
    assert judged(log, put(**FREE), created) == {"outside_window": 1}
    log.made(NOON + timedelta(hours=1), why="recycle")
    rule = put(type="recycle_rule.put", disposition="NA", max_attempts=9, intervals_s=[60], windows=late)
    assert judged(log, put(**FREE), rule) == {"outside_window": 1}


LAWS = [
    ("FL", on(20, 30), {"outside_window": 1}),
    ("NY", on(20, 30), {}),
    ("NY", on(21), {"outside_window": 1}),
    ("NY", on(7, 59), {"outside_window": 1}),
    ("LA", on(12, day=29), {"outside_window": 1}),  # Sunday
    ("MS", on(20, 59), {"outside_window": 1}),
    ("MS", on(19, 59), {}),
    ("AL", on(12, day=26), {"outside_window": 1}),  # Thanksgiving
    ("NY", on(12, day=26), {}),
]


@pytest.mark.parametrize("state, at, wanted", LAWS, ids=lambda value: str(value))
def test_the_law(log, state, at, wanted):
    log.made(at)
    place = {PHONE: {"zones": ["America/New_York"], "regions": [state]}}
    assert judged(log, put(windows=[], **FREE), leads=place) == wanted


def test_places_by_the_numbering_plan(log):
    log.made(datetime(2026, 11, 29, 18, tzinfo=UTC), phone="+15046218927")  # New Orleans, Sunday noon
    log.made(datetime(2026, 11, 29, 18, tzinfo=UTC), phone="+12125550101", lead="2")
    assert judged(log, put(windows=[], **FREE), leads={}) == {"outside_window": 1}


# ---- caps


def test_a_rolling_day_to_the_microsecond(log):
    cap = put(windows=[], law_pack="", **FREE | {"cap_calls": 3})
    for hour in range(3):
        log.called(NOON + timedelta(hours=hour))
    first = NOON + timedelta(seconds=10)
    log.made(first + DAY)
    assert judged(log, cap, SOON) == {}
    log.events.pop()
    log.made(first + DAY - timedelta(seconds=1))
    assert judged(log, cap, SOON) == {"over_cap": 1}


def test_a_number_in_two_lists_counts_once_for_its_cap(log):
    cap = put(windows=[], law_pack="", **FREE | {"cap_calls": 2})
    log.called(NOON, lead="1", list="a")
    log.called(NOON + timedelta(hours=1), lead="2", list="b")
    log.made(NOON + timedelta(hours=2), lead="3", list="b")
    assert judged(log, cap, SOON) == {"over_cap": 1}


def test_a_live_offer_counts_until_it_ends_otherwise(log):
    cap = put(windows=[], law_pack="", **FREE | {"cap_calls": 1})
    offer = log.made(NOON)
    log.made(NOON + timedelta(minutes=10), lead="2")
    assert judged(log, cap) == {"double_offers": 1, "over_cap": 1}
    log.released(offer, NOON + timedelta(minutes=1))
    assert judged(log, cap) == {}


def test_the_least_gap(log):
    gap = put(windows=[], law_pack="", **FREE | {"cap_gap_s": 900})
    log.called(NOON)
    log.made(NOON + timedelta(seconds=10 + 899), lead="2")
    assert judged(log, gap) == {"over_cap": 1}
    log.events.pop()
    log.made(NOON + timedelta(seconds=10 + 900), lead="2")
    assert judged(log, gap) == {}


@pytest.mark.parametrize("claimed", [NOON - DAY, NOON + DAY])
def test_a_start_is_clamped_between_offer_and_outcome(log, claimed):
    """Yesterday is not before the offer, tomorrow not behind the outcome: the gap runs from there."""
    gap = put(windows=[], law_pack="", **FREE | {"cap_gap_s": 900})
    offer = log.made(NOON)
    sent = NOON + timedelta(minutes=1)
    log.ended(offer, claimed, sent=sent)
    counted = NOON if claimed < NOON else sent
    log.made(counted + timedelta(seconds=899), lead="2")
    assert judged(log, gap) == {"over_cap": 1}
    log.events.pop()
    log.made(counted + timedelta(seconds=900), lead="2")
    assert judged(log, gap) == {}


def test_caps_of_the_law(log):
    florida = {PHONE: {"zones": ["America/New_York"], "regions": ["FL"]}}
    for hour in range(4):
        log.called(NOON + timedelta(hours=hour))
    assert judged(log, put(windows=[], **FREE), SOON, leads=florida) == {"over_cap": 1}
    assert judged(log, put(windows=[], **FREE), SOON) == {}


# ---- do not call


def dnc(at, sent=None, **data):
    return {"at": text(at), "sent": text(sent or at), "type": "dnc.add", "data": {"phone": PHONE} | data}


def test_an_offer_after_an_entry(log):
    log.made(NOON)
    assert judged(log, ALWAYS, dnc(NOON - timedelta(seconds=1))) == {"dnc_called": 1}
    assert judged(log, ALWAYS, dnc(NOON)) == {}
    assert judged(log, ALWAYS, dnc(NOON - DAY, campaign_id="c")) == {"dnc_called": 1}
    assert judged(log, ALWAYS, dnc(NOON - DAY, campaign_id="other")) == {}
    assert judged(log, ALWAYS, dnc(NOON - DAY, expires_at=text(NOON))) == {}
    assert judged(log, ALWAYS, dnc(NOON - DAY, expires_at=text(NOON + DAY))) == {"dnc_called": 1}


def test_an_entry_that_was_taken_away(log):
    log.made(NOON)
    remove = {"at": text(NOON - timedelta(hours=1)), "type": "dnc.remove", "data": {"phone": PHONE}}
    assert judged(log, ALWAYS, dnc(NOON - DAY), remove) == {}


def test_an_outcome_makes_an_entry(log):
    log.called(NOON, "DNC")
    log.made(NOON + timedelta(hours=1), lead="2")
    log.made(NOON + timedelta(hours=3), lead="3", campaign="other")
    other = put(campaign_id="other", windows=[], law_pack="", **FREE)
    assert judged(log, ALWAYS, other) == {"dnc_called": 2}, "it is for every campaign"
    remove = {"at": text(NOON + timedelta(hours=2)), "type": "dnc.remove", "data": {"phone": PHONE}}
    assert judged(log, ALWAYS, other, remove) == {"dnc_called": 1}


def test_an_outcome_that_nobody_offered_makes_an_entry(log):
    log.called(NOON)
    stray = {"offer_id": "none", "lead_id": "1", "list_id": "l", "campaign_id": "c"}
    log.ended(stray, NOON + timedelta(hours=1), "DNC", call="stray")
    log.made(NOON + timedelta(hours=2), lead="2")
    assert judged(log, ALWAYS) == {"dnc_called": 1}


HOLIDAYS = [
    ("LA", (2027, 1, 8), True), ("AL", (2027, 1, 8), False), ("LA", (2027, 2, 9), True), ("AL", (2027, 2, 9), True),
    ("LA", (2027, 3, 26), True), ("AL", (2027, 3, 26), False), ("AL", (2027, 4, 26), True), ("LA", (2027, 5, 31), True),
    ("AL", (2027, 6, 7), True), ("AL", (2027, 6, 18), True), ("LA", (2027, 6, 19), True), ("LA", (2027, 7, 5), True),
    ("AL", (2027, 12, 31), True), ("LA", (2027, 12, 24), True), ("LA", (2027, 12, 23), False),
    ("LA", (2028, 11, 7), True), ("AL", (2028, 11, 7), False), ("LA", (2027, 11, 2), False),
]  # fmt: skip


@pytest.mark.parametrize("state, day, closed", HOLIDAYS, ids=lambda value: str(value))
def test_holidays(state, day, closed):
    assert closed_day(state, date(*day)) is closed


def test_an_interval_begins_when_the_call_is_over(log):
    """Of twenty seconds."""
    rule = put(type="recycle_rule.put", disposition="NA", max_attempts=9, intervals_s=[60])
    start = NOON + timedelta(seconds=10)
    log.called(NOON)
    log.made(start + timedelta(seconds=79), why="recycle")
    assert judged(log, put(windows=[], law_pack="", **FREE), rule) == {"over_attempts": 1}
    log.events.pop()
    log.made(start + timedelta(seconds=80), why="recycle")
    assert judged(log, put(windows=[], law_pack="", **FREE), rule) == {}


# ---- attempts


def test_attempts_in_all(log):
    for hour in range(3):
        log.called(NOON + timedelta(hours=hour))
    assert judged(log, ALWAYS, SOON, put(max_attempts=3)) == {}
    assert judged(log, ALWAYS, SOON, put(max_attempts=2)) == {"over_attempts": 1}


def test_attempts_by_disposition_and_their_intervals(log):
    log.called(NOON)
    log.called(NOON + timedelta(seconds=30, minutes=30))
    log.called(NOON + timedelta(seconds=60, minutes=150))
    assert judged(log, ALWAYS) == {}
    log.made(NOON + DAY)
    assert judged(log, ALWAYS) == {"over_attempts": 1}
    log.events[:] = []
    log.called(NOON)
    log.called(NOON + timedelta(minutes=30))  # the call before began ten seconds after its offer
    assert judged(log, ALWAYS) == {"over_attempts": 1}


def test_an_outcome_of_the_very_moment_may_have_come_before_the_offer(log):
    """After it, the rule of the call before would hold, of which there is none any more."""
    gone = put(NOON + timedelta(hours=1), "recycle_rule.delete", disposition="NA")
    log.called(NOON, "NA")
    offer = log.made(NOON + timedelta(minutes=50), why="recycle")
    log.ended(offer, NOON + timedelta(minutes=50), "B", sent=NOON + DAY)
    log.made(NOON + DAY, why="recycle")
    assert judged(log, ALWAYS, gone) == {}
    log.events.pop()
    log.made(NOON + DAY - timedelta(seconds=1), why="recycle")
    assert judged(log, ALWAYS, gone) == {"over_attempts": 1}


@pytest.mark.parametrize("code", ["SALE", "WN", "DC", "HU", "NONSENSE"])
def test_what_is_not_called_again(log, code):
    log.called(NOON, code)
    log.made(NOON + DAY)
    assert judged(log, ALWAYS) == {"over_attempts": 1}


def test_a_code_that_is_defined_later(log):
    log.called(NOON, "WEIRD")
    log.made(NOON + DAY)
    define = put(NOON + timedelta(hours=1), "disposition.put", code="ODD", aliases=["WEIRD"])
    rule = put(NOON + timedelta(hours=1), "recycle_rule.put", disposition="ODD", max_attempts=2, intervals_s=[60])
    assert judged(log, ALWAYS, define, rule) == {}


def test_a_call_back(log):
    offer = log.made(NOON)
    log.ended(offer, NOON, "CALLBK", callback_at=text(NOON + timedelta(hours=2)))
    log.made(NOON + timedelta(hours=2), why="callback")
    assert judged(log, ALWAYS) == {}
    log.events.pop()
    log.made(NOON + timedelta(hours=2, seconds=-1), why="callback")
    assert judged(log, ALWAYS) == {"over_attempts": 1}


def test_a_reset_begins_a_new_pass(log):
    log.called(NOON, "SALE")
    log.made(NOON + DAY)
    assert judged(log, ALWAYS, resets=[{"list_id": "l", "at": text(NOON + timedelta(hours=1))}]) == {}


def test_a_late_outcome_counts_when_it_comes(log):
    """Its offer had lapsed; the lead was offered meanwhile, and nothing was known."""
    first = log.made(NOON)
    second = log.made(NOON + timedelta(hours=2))
    log.ended(first, NOON, "SALE", sent=NOON + timedelta(hours=3))
    log.ended(second, NOON + timedelta(hours=2), "NA", sent=NOON + timedelta(hours=2, minutes=1))
    assert judged(log, ALWAYS) == {}
    log.made(NOON + timedelta(hours=10))
    assert judged(log, ALWAYS) == {"over_attempts": 1}


def test_a_repeated_outcome_is_one_call(log):
    offer = log.called(NOON)
    log.ended(offer, NOON + timedelta(seconds=10))
    log.made(NOON + timedelta(hours=1))
    rule = put(type="recycle_rule.put", disposition="NA", max_attempts=2, intervals_s=[60])
    assert judged(log, ALWAYS, rule) == {}


# ---- rules that change


def test_while_a_command_is_on_its_way_either_rule_holds(log):
    narrow = put(NOON + timedelta(seconds=2), windows=[{"days": ["tue"], "from": "09:00", "to": "20:00"}])
    narrow["sent"] = text(NOON)
    for at, wanted in ((1, {}), (2, {}), (3, {"outside_window": 1})):
        log.events.clear()
        log.made(NOON + timedelta(seconds=at))
        assert judged(log, ALWAYS, narrow) == wanted


def test_what_it_prints(log, tmp_path):
    log.made(NOON)
    log.made(NOON, lead="2")
    calls, rules = tmp_path / "calls.jsonl", tmp_path / "rules.json"
    calls.write_text("".join(json.dumps(event) + "\n" for event in log.events) + '{"at": "2026')
    rules.write_text(json.dumps({"commands": [ALWAYS], "leads": {PHONE: {"zones": ["America/New_York"]}}}))
    program = sys.modules["judge"].__file__
    done = subprocess.run(
        [sys.executable, program, "--rules", rules, "--explain", calls], capture_output=True, text=True
    )
    verdict, pair = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 1
    assert verdict["double_offers"] == 1
    assert (pair["violation"], pair["offer_id"], pair["other"]["offer_id"]) == ("double_offers", "2", "1")
