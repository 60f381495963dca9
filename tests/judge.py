#!/usr/bin/env python3
"""Was anybody called who may not be? Reads what dialers saw and did (dialer-sim --log, harness Dialer) and
what the rules were, and prints one JSON line; double_offers, while_paused, outside_window, over_cap, dnc_called
and over_attempts must all be 0. Shares no code with the product: zoneinfo, tables and arithmetic of its own.

    judge.py --rules scenario.json sim1.jsonl sim2.jsonl
    judge.py --rules scenario.json sim1.jsonl --explain        # also each violating pair, a line each

scenario.json, all members optional:

    {"commands": [{"at": TIME, "sent": TIME, "type": "campaign.put", "data": {...}}],
     "leads": {"+15046218927": {"zones": ["America/Chicago"], "regions": ["LA"]}},
     "resets": [{"at": TIME, "list_id": "spring"}],
     "slack_s": 1}

commands: those that were carried out (campaign.put, disposition.put, recycle_rule.put and .delete,
list.create, list.update, dnc.add, dnc.remove), in their order. Each counts from "at" on, when its reply was
there; from "sent" (default: at) to then either may hold. leads: where the called party may be; without it
python3-phonenumbers is asked. slack_s: how far clocks of processes may differ (0 on a virtual clock).

What is judged is the offer, at the time when it was made (ce_time), by what was known then: an outcome is
known from when it was sent; one that nobody offered, or whose offer had lapsed, slack_s later. A call's
time is the dialer's start clamped between offer and outcome. An open offer counts as a call. min_distance_s of a
recycle rule is not judged: it says when a lead is due, and who is offered later may be so at any hour.
"""

import argparse
import bisect
import copy
import functools
import heapq
import itertools
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

KINDS = ("double_offers", "while_paused", "outside_window", "over_cap", "dnc_called", "over_attempts")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NEVER = float("inf")
STARTED_HOLDS = 4 * 3600

CAMPAIGN = {
    "active": False,
    "windows": [{"days": list(DAYS), "from": "09:00", "to": "20:00"}],
    "assume_zones": [],
    "law_pack": "us",
    "reserve_s": 3600,
    "max_attempts": 10,
    "cap_calls": 3,
    "cap_window_s": 86400,
    "cap_gap_s": 900,
}
# code: flags (c contact, f final, d dnc, i invalid, b callback), aliases
DISPOSITIONS = {
    "NA": ("", "N"),
    "B": ("", "AB"),
    "A": ("", "AA AM AL"),
    "DROP": ("", "PDROP"),
    "CONG": ("", "CG"),
    "HU": ("c", ""),
    "CB": ("cb", "CALLBK"),
    "SALE": ("cf", ""),
    "NI": ("cf", ""),
    "DEC": ("cf", ""),
    "LB": ("cf", ""),
    "NP": ("cf", ""),
    "NQ": ("cf", ""),
    "XFER": ("cf", ""),
    "DNC": ("cfd", ""),
    "WN": ("ci", ""),
    "DC": ("i", "ADC"),
    "FAX": ("i", "AFAX"),
}
RULES = {"NA": (3, [1800, 7200]), "B": (5, [300]), "A": (3, [14400]), "DROP": (3, [3600])}
FLAGS = {"c": "contact", "f": "final", "d": "dnc", "i": "invalid", "b": "callback"}

# The law: hours on the called party's clock for everybody, and for the states that say more.
# (state, from when, first hour, hour at which it ends, weekdays, calls in 24 hours)
LAWS = [
    ("", date(1992, 12, 20), 8, 21, DAYS, None),
    ("FL", date(2021, 7, 1), 8, 20, DAYS, 3),
    ("OK", date(2022, 11, 1), 8, 20, DAYS, 3),
    ("MD", date(2024, 1, 1), 8, 20, DAYS, 3),
    ("WA", date(2022, 6, 9), 8, 20, DAYS, None),
    ("AL", date(2000, 1, 1), 8, 20, DAYS[:6], None),
    ("LA", date(2009, 1, 1), 8, 20, DAYS[:6], None),
    ("MS", date(2000, 1, 1), 8, 20, DAYS[:6], None),
]
LAW_STATES = {
    "AL": "Alabama",
    "FL": "Florida",
    "LA": "Louisiana",
    "MD": "Maryland",
    "MS": "Mississippi",
    "OK": "Oklahoma",
    "WA": "Washington State",
}
CLOSED_STATES = {"AL", "LA"}


# Days on which they are closed.
def the(year, month, weekday, nth):
    """The nth such weekday of a month (0: Monday); nth 0: the last."""
    days = (date(year, month, 1) + timedelta(days=n) for n in range(31))
    return [day for day in days if (day.month, day.weekday()) == (month, weekday)][nth - 1]


def easter_sunday(year):
    """By the 19 years of the moon (Butcher)."""
    century, rest = divmod(year, 100)
    golden = year % 19
    epact = (19 * golden + century - century // 4 - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    week = (32 + 2 * (century % 4) + 2 * (rest // 4) - epact - rest % 4) % 7
    late = (golden + 11 * epact + 22 * week) // 451
    month, day = divmod(epact + week - 7 * late + 114, 31)
    return date(year, month, day + 1)


def observed(day):
    """Also the Friday before a Saturday, and the Monday behind a Sunday."""
    return {day} | {day + timedelta(days=off) for at, off in ((5, -1), (6, 1)) if day.weekday() == at}


@functools.cache
def closed_days(state, year):
    easter = easter_sunday(year)
    days = observed(date(year, 1, 1)) | observed(date(year + 1, 1, 1)) | observed(date(year, 7, 4))
    days |= observed(date(year, 11, 11)) | observed(date(year, 12, 25))
    days |= {the(year, 1, 0, 3), the(year, 2, 0, 3), the(year, 5, 0, 0), the(year, 9, 0, 1), the(year, 10, 0, 2)}
    days |= {the(year, 11, 3, 4), easter - timedelta(days=47)}
    if state == "LA":
        juneteenth = {the(year, 6, 5, 3)}
        if year % 2 == 0 and 2026 <= year <= 2036:  # the day of the general election
            days |= {the(year, 11, 0, 1) + timedelta(days=1)}
        return days | juneteenth | {date(year, 1, 8), date(year, 8, 30), date(year, 11, 1), easter - timedelta(days=2)}
    juneteenth = {day for day in observed(date(year, 6, 19)) if day >= date(2025, 6, 1)}
    return days | juneteenth | {the(year, 4, 0, 4), the(year, 6, 0, 1)}


def closed_day(state, day):
    return day in closed_days(state, day.year)


# ---- time


def seconds(text):
    """A time of a message as microseconds since 1970."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"{text}: a time without its zone")
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def us(seconds):
    return round(seconds * 1_000_000)


def text_of(time_us):
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=time_us)).isoformat()


@functools.lru_cache(maxsize=1 << 17)
def wall(zone, minute):
    """The called party's date and minute of the day."""
    local = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)).astimezone(ZoneInfo(zone))
    return local.date(), local.hour * 60 + local.minute


def minutes(clock):
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


def in_windows(windows, day, minute):
    """[] is no restriction. A window over midnight belongs to the day on which it begins."""
    today, yesterday = DAYS[day.weekday()], DAYS[day.weekday() - 1]
    for window in windows:
        begin, end = minutes(window["from"]), minutes(window["to"])
        if today in window["days"] and begin <= minute and (minute < end or end < begin):
            return True
        if yesterday in window["days"] and end < begin and minute < end:
            return True
    return not windows


def law_allows(states, day, minute):
    for state, since, begin, end, days, _ in LAWS:
        if (state and state not in states) or day < since:
            continue
        if DAYS[day.weekday()] not in days or not begin * 60 <= minute < end * 60:
            return False
        if state in CLOSED_STATES and closed_day(state, day):
            return False
    return True


# ---- rules, as they were at any time


@dataclass
class Rules:
    """All that commands said, up to one of them."""

    campaigns: dict = field(default_factory=dict)
    dispositions: dict = field(default_factory=dict)  # campaign -> code -> flags
    recycle: dict = field(default_factory=dict)  # campaign -> code -> rule or None
    lists: dict = field(default_factory=dict)

    def campaign(self, campaign_id):
        return CAMPAIGN | self.campaigns.get(campaign_id, {})

    def disposition(self, campaign_id, code):
        """(code, flags) of a code or alias; (None, {}) when nobody defined it."""
        own = self.dispositions.get(campaign_id, {})
        known = {name: default_disposition(name) for name in DISPOSITIONS} | own
        if code in known:
            return code, known[code]
        return next(((name, d) for name, d in known.items() if code in d["aliases"]), (None, {}))

    def rule(self, campaign_id, code):
        own = self.recycle.get(campaign_id, {})
        if code in own:
            return own[code]
        if code not in RULES:
            return None
        most, intervals = RULES[code]
        return {"max_attempts": most, "intervals_s": intervals}

    def after(self, type, data):
        """A copy to which one more command was done; None when it is none of rules."""
        fresh = copy.copy(self)
        campaign = data.get("campaign_id")
        if type == "campaign.put":
            fresh.campaigns = self.campaigns | {campaign: self.campaigns.get(campaign, {}) | data}
        elif type == "disposition.put":
            own = self.dispositions.get(campaign, {})
            blank = {"aliases": []} | dict.fromkeys(FLAGS.values(), False)
            default = default_disposition(data["code"]) if data["code"] in DISPOSITIONS else blank
            before = own.get(data["code"], default)
            fresh.dispositions = self.dispositions | {campaign: own | {data["code"]: before | data}}
        elif type in ("recycle_rule.put", "recycle_rule.delete"):
            own = self.recycle.get(campaign, {})
            rule = data if type.endswith("put") else None
            fresh.recycle = self.recycle | {campaign: own | {data["disposition"]: rule}}
        elif type in ("list.create", "list.update"):
            fresh.lists = self.lists | {data["list_id"]: self.lists.get(data["list_id"], {}) | data}
        else:
            return None
        return fresh


@functools.cache
def default_disposition(code):
    flags, aliases = DISPOSITIONS[code]
    return {name: flag in flags for flag, name in FLAGS.items()} | {"aliases": aliases.split()}


class History:
    """The rules at a time; more than one version when a command was on its way just then."""

    def __init__(self, commands, slack_us):
        self.at, self.sent, self.rules = [-NEVER], [-NEVER], [Rules()]
        for command in commands:
            fresh = self.rules[-1].after(command["type"], command["data"])
            if fresh:
                self.at.append(seconds(command["at"]))
                self.sent.append(seconds(command.get("sent", command["at"])) - slack_us)
                self.rules.append(fresh)

    def versions(self, time_us):
        known = max(bisect.bisect_left(self.at, time_us) - 1, 0)
        later = itertools.takewhile(lambda i: self.sent[i] <= time_us, range(known + 1, len(self.at)))
        return [self.rules[i] for i in (known, *later)]


@dataclass
class Entry:
    """A do-not-call entry: nobody is offered while it holds."""

    campaign_id: str | None
    since: float
    until: float = NEVER


def dnc_entries(commands):
    """phone -> entries."""
    entries = defaultdict(list)
    for command in commands:
        data = command["data"]
        if command["type"] == "dnc.add":
            until = seconds(data["expires_at"]) if data.get("expires_at") else NEVER
            entries[data["phone"]].append(Entry(data.get("campaign_id"), seconds(command["at"]), until))
        elif command["type"] == "dnc.remove":
            sent = seconds(command.get("sent", command["at"]))
            for entry in entries[data["phone"]]:
                if entry.campaign_id == data.get("campaign_id"):
                    entry.until = min(entry.until, sent)
    return entries


# ---- what dialers saw and did


@dataclass(slots=True)
class Call:
    lead_id: str
    offer: object  # None: nobody offered it
    campaign_id: str
    list_id: str
    told_us: int  # when the dialer first said something about it
    started_us: int  # clamped
    ended_us: int | None = None  # when the outcome was sent
    over_us: int | None = None  # when it was over, by its length
    disposition: str | None = None
    callback_us: int | None = None
    known_us: float = NEVER  # from when on its outcome counts
    counts_us: float = NEVER  # from when on it counts as a call


@dataclass(slots=True)
class Offer:
    offer_id: str
    lead_id: str
    list_id: str
    campaign_id: str
    phone: str
    state: str | None
    made_us: int
    not_after_us: int
    why: str
    reserve_us: int = 0
    started_us: int | None = None  # when call.started was sent
    closed_us: float = NEVER  # when call.ended or offer.released was sent
    dialed: list = field(default_factory=list)

    def end_us(self):
        """From when on another may be made; at the earliest."""
        lapse = self.not_after_us + self.reserve_us
        if self.started_us is not None and self.started_us < lapse:
            lapse = max(lapse, self.started_us + us(STARTED_HOLDS))
        return min(self.closed_us, lapse)


class Floor:
    """All offers and calls of the logs."""

    def __init__(self, events, history, slack_us):
        self.offers, self.calls, self.slack_us = {}, {}, slack_us
        for event in events:
            take = getattr(self, f"take_{event['event']}", None)
            if take:
                take(event)
        for offer in self.offers.values():
            versions = history.versions(offer.made_us)
            offer.reserve_us = us(min(rules.campaign(offer.campaign_id)["reserve_s"] for rules in versions))
        for call in self.calls.values():
            self.place(call)

    def take_made(self, event):
        told = event["told_at"]
        offer = Offer(
            event["offer_id"],
            event["lead_id"],
            event["list_id"],
            event["campaign_id"],
            event["phone"],
            event.get("state"),
            seconds(told),
            seconds(event["not_after"]),
            event["why"],
        )
        self.offers.setdefault(offer.offer_id, offer)

    def take_dialed(self, event):
        if offer := self.offers.get(event["offer_id"]):
            offer.dialed.append(seconds(event["at"]))

    def call(self, event):
        at = seconds(event["at"])
        key = (event["dialer"], event["call_id"])
        if key not in self.calls:
            offer = self.offers.get(event["offer_id"])
            started = min(seconds(event["started_at"]), at)
            started = max(started, offer.made_us) if offer else started
            about = (event["lead_id"], offer, event["campaign_id"], event["list_id"])
            self.calls[key] = Call(*about, told_us=at, started_us=started)
        return self.calls[key], at

    def take_started(self, event):
        call, at = self.call(event)
        if call.offer and call.offer.started_us is None:
            call.offer.started_us = at

    def take_ended(self, event):
        call, at = self.call(event)
        if call.ended_us is not None:
            return
        call.ended_us, call.disposition = at, event["disposition"]
        call.over_us = min(call.started_us + us(event.get("duration_s") or 0), at)
        call.callback_us = seconds(event["callback_at"]) if event.get("callback_at") else None
        if call.offer:
            call.offer.closed_us = min(call.offer.closed_us, at)

    def take_released(self, event):
        if offer := self.offers.get(event["offer_id"]):
            offer.closed_us = min(offer.closed_us, seconds(event["at"]))

    def place(self, call):
        """While an offer is open nothing of its lead happens before its outcome is known."""
        held = call.offer and (lambda at: at <= call.offer.not_after_us + call.offer.reserve_us)
        call.counts_us = call.told_us + (0 if held and held(call.told_us) else self.slack_us)
        if call.ended_us is not None:
            call.known_us = call.ended_us + (0 if held and held(call.ended_us) else self.slack_us)


# ---- the verdict


class Places:
    """Where a number may be: as the scenario says, else by python3-phonenumbers."""

    def __init__(self, leads):
        self.leads = leads

    @functools.cache  # noqa: B019 - one judge a process
    def of(self, phone, state):
        """(zones, states whose law may hold); zones None: nobody can tell."""
        if phone in self.leads:
            lead = self.leads[phone]
            return tuple(lead.get("zones", ())), frozenset(lead.get("regions", ()))
        zones, region = numbering_plan(phone)
        return zones, frozenset({state} & LAW_STATES.keys() | region)


@functools.cache
def numbering_plan(phone):
    try:
        import phonenumbers
        from phonenumbers import geocoder, timezone
    except ImportError:
        return None, frozenset()
    number = phonenumbers.parse(phone)
    zones = tuple(zone for zone in timezone.time_zones_for_number(number) if zone != "Etc/Unknown")
    town = geocoder.description_for_number(number, "en")
    states = (state for state, name in LAW_STATES.items() if town == name or town.endswith(f", {state}"))
    return zones, frozenset(states)


class Judge:
    def __init__(self, scenario, events):
        self.slack_us = us(scenario.get("slack_s", 1))
        commands = scenario.get("commands", [])
        self.history = History(commands, self.slack_us)
        self.entries = dnc_entries(commands)
        self.removed = defaultdict(list)  # phone -> when entries for every campaign were taken away
        for command in commands:
            if command["type"] == "dnc.remove" and command["data"].get("campaign_id") is None:
                self.removed[command["data"]["phone"]].append(seconds(command.get("sent", command["at"])))
        self.places = Places(scenario.get("leads", {}))
        self.resets = defaultdict(list)
        for reset in scenario.get("resets", []):
            self.resets[reset["list_id"]].append(seconds(reset["at"]))
        self.floor = Floor(events, self.history, self.slack_us)
        self.found = {kind: [] for kind in KINDS}
        self.unjudged = set()  # offers whose place nobody can tell
        self.by_lead, self.by_phone = defaultdict(list), defaultdict(list)
        self.calls_of_lead, self.calls_of_phone = defaultdict(list), defaultdict(list)

    def run(self):
        offers = sorted(self.floor.offers.values(), key=lambda offer: (offer.made_us, int(offer.offer_id)))
        phones = {offer.lead_id: offer.phone for offer in offers}
        for call in self.floor.calls.values():
            phone = call.offer.phone if call.offer else phones.get(call.lead_id)
            self.calls_of_lead[call.lead_id].append(call)
            self.calls_of_phone[phone].append(call)
        for phone, calls in self.calls_of_phone.items():
            self.note_dnc_outcomes(phone, calls)
        for offer in offers:
            self.judge_offer(offer)
            self.by_lead[offer.lead_id].append(offer)
            self.by_phone[offer.phone].append(offer)
        return self.verdict()

    def verdict(self):
        return {kind: len(self.found[kind]) for kind in KINDS} | {
            "offers": len(self.floor.offers),
            "calls": len(self.floor.calls),
            "dialed": sum(len(offer.dialed) for offer in self.floor.offers.values()),
            "unjudged": len(self.unjudged),
        }

    def note_dnc_outcomes(self, phone, calls):
        """The entry is for every campaign. phone: None when nobody knows which was called."""
        for call in calls if phone else ():
            if call.ended_us is None:
                continue
            versions = self.history.versions(call.ended_us)
            if all(rules.disposition(call.campaign_id, call.disposition)[1].get("dnc") for rules in versions):
                gone = (at for at in self.removed[phone] if at > call.known_us)
                self.entries[phone].append(Entry(None, call.known_us, min(gone, default=NEVER)))

    def violation(self, kind, offer, why, other=None):
        pair = {"offer_id": offer.offer_id, "lead_id": offer.lead_id, "phone": offer.phone}
        pair |= {"made_at": text_of(offer.made_us), "campaign_id": offer.campaign_id, "why": why}
        if isinstance(other, Offer):
            pair["other"] = {"offer_id": other.offer_id, "lead_id": other.lead_id, "made_at": text_of(other.made_us)}
        elif isinstance(other, Call):
            pair["other"] = {
                "lead_id": other.lead_id,
                "started_at": text_of(other.started_us),
                "disposition": other.disposition,
                "offer_id": other.offer.offer_id if other.offer else None,
            }
        self.found[kind].append(pair)

    def judge_offer(self, offer):
        versions = self.history.versions(offer.made_us)
        self.judge_double(offer)
        self.judge_dnc(offer)
        for kind, check in (
            ("while_paused", self.pause_fault),
            ("outside_window", self.window_fault),
            ("over_cap", self.cap_fault),
            ("over_attempts", self.attempts_fault),
        ):
            faults = [check(offer, rules) for rules in versions]
            if all(faults):
                self.violation(kind, offer, *faults[-1])

    # -- at most one live offer

    def judge_double(self, offer):
        for others, what in ((self.by_lead[offer.lead_id], "lead"), (self.by_phone[offer.phone], "number")):
            open_ones = [other for other in others if other.end_us() - self.slack_us > offer.made_us]
            others[:] = open_ones  # the others never matter again
            if open_ones:
                self.violation("double_offers", offer, f"the {what} had an open offer", open_ones[-1])
                return

    def judge_dnc(self, offer):
        for entry in self.entries.get(offer.phone, ()):
            holds = entry.since < offer.made_us < entry.until
            if holds and entry.campaign_id in (None, offer.campaign_id):
                where = "everywhere" if entry.campaign_id is None else f"in {entry.campaign_id}"
                self.violation("dnc_called", offer, f"on the do-not-call list {where} since {text_of(entry.since)}")
                return

    def pause_fault(self, offer, rules):
        if not rules.campaign(offer.campaign_id)["active"]:
            return (f"campaign {offer.campaign_id} was paused", None)
        if not rules.lists.get(offer.list_id, {}).get("active", True):
            return (f"list {offer.list_id} was paused", None)
        return None

    # -- calling time: of the offer and of the calls that it led to

    def window_fault(self, offer, rules):
        campaign = rules.campaign(offer.campaign_id)
        zones, states = self.places.of(offer.phone, offer.state)
        if zones is None:
            self.unjudged.add(offer.offer_id)
            return None
        zones = zones or campaign["assume_zones"]
        if not zones:
            return ("nobody knows where it is", None)
        kept = [campaign["windows"], rules.lists.get(offer.list_id, {}).get("windows", [])]
        law = campaign["law_pack"] == "us"
        faults = [
            self.closed_fault(offer, zones, states if law else None, [*kept, windows])
            for windows in self.rule_windows(offer, rules)
        ]
        return faults[-1] if all(faults) else None

    def closed_fault(self, offer, zones, states, kept):
        """states: whose law holds; None: no law does."""
        for what, at in (("offered", offer.made_us), *(("called", at) for at in offer.dialed)):
            for zone in zones:
                day, minute = wall(zone, at // 60_000_000)
                lawful = states is None or law_allows(states, day, minute)
                if not lawful or not all(in_windows(windows, day, minute) for windows in kept):
                    at_clock = f"{DAYS[day.weekday()]} {day} {minute // 60:02}:{minute % 60:02}"
                    return (f"{what} at {at_clock} in {zone}", None)
        return None

    def rule_windows(self, offer, rules):
        """Of the rule of the last call, whatever the offer is made for: of what was known before, and with what came at
        that very moment."""
        if offer.why == "fresh":
            return [[]]
        found = []
        for until_us in (offer.made_us, offer.made_us + 1):
            last = max(self.known_calls(offer, until_us), key=by_knowledge, default=None)
            code = last and rules.disposition(last.campaign_id, last.disposition)[0]
            rule = code and rules.rule(offer.campaign_id, code)
            found.append(rule.get("windows", []) if rule else [])
        return found

    # -- calls of the number

    def cap_fault(self, offer, rules):
        campaign = rules.campaign(offer.campaign_id)
        _, states = self.places.of(offer.phone, offer.state)
        calls = [call for call in self.calls_of_phone[offer.phone] if call.counts_us < offer.made_us]
        called = {call.offer.offer_id for call in calls if call.offer}
        live = [
            other
            for other in self.by_phone[offer.phone]
            if other.end_us() - self.slack_us > offer.made_us and other.offer_id not in called
        ]
        caps = [(campaign["cap_calls"], campaign["cap_window_s"])] if campaign["cap_calls"] else []
        if campaign["law_pack"] == "us":
            caps += [(law[5], 86400) for law in LAWS if law[0] in states and law[5] and self.in_force(law, offer)]
        for most, window_s in caps:
            recent = [call for call in calls if offer.made_us - call.started_us < us(window_s)]
            if len(recent) + len(live) >= most:
                return (f"call {len(recent) + len(live) + 1} in {window_s} s, {most} allowed", (recent + live)[-1])
        for call in calls:
            if offer.made_us - call.started_us < us(campaign["cap_gap_s"]):
                return (f"less than {campaign['cap_gap_s']} s after a call", call)
        return None

    def in_force(self, law, offer):
        return wall("UTC", offer.made_us // 60_000_000)[0] > law[1] + timedelta(days=1)

    # -- calls of the lead

    def known_calls(self, offer, until_us=None):
        begun = max((at for at in self.resets[offer.list_id] if at <= offer.made_us), default=-NEVER)
        calls = self.calls_of_lead[offer.lead_id]
        until_us = until_us or offer.made_us
        return [call for call in calls if begun < call.known_us < until_us]

    def attempts_fault(self, offer, rules):
        """By what was known before; and, when that speaks against it, with what came at that very moment."""
        calls = self.known_calls(offer)
        fault = self.calls_fault(offer, rules, calls)
        now = self.known_calls(offer, offer.made_us + 1)
        return self.calls_fault(offer, rules, now) if fault and len(now) > len(calls) else fault

    def calls_fault(self, offer, rules, calls):
        most = rules.campaign(offer.campaign_id)["max_attempts"]
        if len(calls) >= most:
            return (f"call {len(calls) + 1} of the lead, {most} allowed", calls[-1])
        ends = [(call, *rules.disposition(call.campaign_id, call.disposition)) for call in calls]
        for call, code, flags in ends:
            if flags.get("final") or flags.get("invalid"):
                return (f"{code} ends it", call)
        last = {id(end[0]): end for end in (max(ends, key=key, default=None) for key in (by_known, by_start)) if end}
        faults = [self.due_fault(offer, rules, end, ends) for end in last.values()]
        return faults[0] if faults and all(faults) else None

    def due_fault(self, offer, rules, end, ends):
        """Is it called again when it is not due, or not at all? end: the last call."""
        call, code, flags = end
        if code is None:
            return (f"nobody defined {call.disposition}", call)
        rule = rules.rule(offer.campaign_id, code)
        tries = sum(other == code for _, other, _ in ends)
        agreed = flags["callback"] and call.callback_us is not None
        if rule is None:
            if not agreed:
                return (f"no rule for {code}", call)
            return ("before it was to be called back", call) if offer.made_us < call.callback_us else None
        if tries >= rule["max_attempts"]:
            return (f"{tries} calls came to {code}, {rule['max_attempts']} allowed", call)
        intervals = rule["intervals_s"]
        due = call.over_us + us(intervals[min(tries, len(intervals)) - 1])
        due = min(due, call.callback_us) if agreed else due
        return (f"less than its interval after {code}", call) if offer.made_us < due else None


def by_knowledge(call):
    return call.known_us


def by_known(end):
    return end[0].known_us


def by_start(end):
    return end[0].started_us


def time_of(event):
    return event["at"]


def read_file(path):
    with open(path) as file:
        for line in file:
            if line.endswith("\n"):  # the last of a killed dialer may not be whole
                yield json.loads(line)


def read_events(paths):
    """Of all files, in the order of time; each is so by itself. Not all of them lie in memory."""
    return heapq.merge(*map(read_file, paths), key=time_of)


def judge(scenario, events):
    """(the verdict, kind -> violating pairs)"""
    return judge_in_order(scenario, sorted(events, key=time_of))


def judge_in_order(scenario, events):
    judge = Judge(scenario, events)
    return judge.run(), judge.found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rules", required=True, help="the scenario's JSON file")
    parser.add_argument("--explain", action="store_true", help="list the violating pairs")
    parser.add_argument("logs", nargs="+", help="JSON lines of dialers")
    args = parser.parse_args()
    with open(args.rules) as file:
        scenario = json.load(file)
    verdict, found = judge_in_order(scenario, read_events(args.logs))
    print(json.dumps(verdict))
    for kind, pairs in found.items() if args.explain else ():
        for pair in pairs:
            print(json.dumps({"violation": kind} | pair))
    return 1 if any(verdict[kind] for kind in KINDS) else 0


if __name__ == "__main__":
    sys.exit(main())
