"""A month on a virtual clock: lists of numbers from every zone, three campaigns that share some of them, rules, caps,
hours, entries and pauses that change all the time, recyclers that are killed, dialers that lose, delay and repeat.
Nobody is called who may not be by the rules of that moment (tests/judge.py), the record is whole (doctor), and
it has each call that the dialers made.

The clock goes in strides of a second to hours, and often to a second before the full and the half hour and then
over it: that is where hours begin and end. Before hours go by, what may be offered is offered: the clock waits for that,
and goes on beyond the month until there were N attempts. SEED: of all that is left to chance.
"""

import itertools
import json
import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from harness import Clock, Rules, settle, wait_for
from harness.bus import flush_commands
from harness.dialer import rfc3339
from scenario import (
    all_published,
    answers,
    check_counters,
    create_list,
    finish_import,
    scale,
    seed,
    start_import,
    tell,
)

BEGIN = datetime(2026, 10, 24, 6, 0, tzinfo=UTC)  # Europe turns its clocks on the 25th, America on November 1
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
CALLS = scale(20_000, long=1_000_000)
LENGTH = timedelta(days=30)
STRIDES_S = [60, 1800, 3600, 7200, 7200, 7200, 7200, 7200, 7200]
RESERVE_S = 14_400  # longer than a stride, a call and its delay: nothing is told after it has lapsed
WAVES = 6  # imports of each list, over the month
QUIET_S = 0.015  # no offer for so long: none is to be made at this moment
NEW_YORK, CHICAGO, DENVER = "America/New_York", "America/Chicago", "America/Denver"

# Where a number with this beginning may be, and whose law holds there: by the numbering plans, by hand.
PLACES = {
    "+1212": ([NEW_YORK], []),
    "+1305": ([NEW_YORK], ["FL"]),
    "+1850": ([NEW_YORK, CHICAGO], ["FL"]),
    "+1205": ([CHICAGO], ["AL"]),
    "+1504": ([CHICAGO], ["LA"]),
    "+1601": ([CHICAGO], ["MS"]),
    "+1405": ([CHICAGO], ["OK"]),
    "+1301": ([NEW_YORK], ["MD"]),
    "+1206": (["America/Los_Angeles"], ["WA"]),
    "+1312": ([CHICAGO], []),
    "+1303": ([DENVER], []),
    "+1602": (["America/Phoenix"], []),
    "+1213": (["America/Los_Angeles"], []),
    "+1808": (["Pacific/Honolulu"], []),
    "+1416": (["America/Toronto"], []),
    "+1604": (["America/Vancouver"], []),
    "+1306": (["America/Regina"], []),
    "+1902": (["America/Halifax"], []),
    "+1709": (["America/St_Johns", "America/Halifax"], []),
    "+1888": ([], []),  # toll-free: where the campaign assumes it to be, else nowhere
    "+44207": (["Europe/London"], []),
    "+6129": (["Australia/Sydney"], []),
}
DIGITS = {"+1": 12, "+4": 13, "+6": 12}  # with the plus sign
EXCHANGES = [code for code in range(220, 990) if code % 100 != 11 and code != 555]
CAMPAIGNS = {"one": "a", "two": "b", "three": "c"}  # with the list of each
MISCHIEF = ("--lose", 2, "--release", 4, "--duplicate", 5, "--late", 5, "--late-by", "1m-50m", "--reorder", 5)
MIX = "NA=45,BUSY=12,VM=16,NI=8,SALE=4,DNC=2,WN=1,HU=3,CB=3,DROP=4,STRANGE=1"
CHANNELS = min(10_000, max(20, CALLS // 25))  # the most that a hopper may have


def number(index):
    """The index-th number: they go round the places."""
    index, place = divmod(index, len(PLACES))
    prefix = list(PLACES)[place]
    rest, left = divmod(index, len(EXCHANGES))
    digits = f"{EXCHANGES[left]}{1000 + rest:04d}"
    return prefix + digits.rjust(DIGITS[prefix[:2]] - len(prefix), "0")


class Month:
    def __init__(self, space):
        self.space, self.rng = space, random.Random(seed())
        self.clock = space.clock = Clock(space, BEGIN)
        self.rules = Rules(slack_s=0)
        self.phones = []  # all that were imported
        self.serial = itertools.count()
        self.waiting = []  # commands that were sent, with what they say
        space.extra_env["LEADSPOOL_SESSION_TIMEOUT_MS"] = "3000"
        space.check_every = 50  # it takes longer than all of the month to look at each message
        space.check_messages = CALLS <= 100_000
        self.active = dict.fromkeys(CAMPAIGNS, True)
        self.running = dict.fromkeys(CAMPAIGNS.values(), True)
        space.importer()
        self.recyclers = [space.recycler(), space.recycler()]
        for campaign_id, list_id in CAMPAIGNS.items():
            create_list(space, list_id, campaign_id=campaign_id)
            self.send("campaign.put", {"campaign_id": campaign_id, "active": True} | self.settings())
        self.settle()
        options = ("--think", "5s-10m", "--channels", CHANNELS, "--answer", MIX, "--silent-start", 30)
        more = ("--callback-after", "10m-2d", "--agents", 5, *MISCHIEF)
        self.sims = [space.dialer_sim(*options, *more, "--seed", seed()) for _ in range(2)]

    # -- commands

    def send(self, type, data):
        self.waiting.append((tell(self.space, type, data, flush=False), type, data))

    def settle(self):
        """All that was sent is carried out, within one moment of the clock."""
        if not self.waiting:
            return
        flush_commands(self.space, timeout=120)
        replies = answers(self.space, [id for id, _, _ in self.waiting], 120)
        for id, type, data in self.waiting:
            assert replies[id][0].type in ("command.completed", "command.accepted"), replies[id]
            self.rules.note(type, data, at=self.clock.now)
        self.waiting.clear()

    def settings(self):
        """What one may tell a campaign, at random."""
        rng = self.rng
        return {
            "windows": rng.choice([self.windows(), self.windows(), []]),
            "law_pack": rng.choice(["us", "us", "none"]),
            "assume_zones": rng.choice([[], [CHICAGO], [NEW_YORK, "America/Los_Angeles"]]),
            "hopper_target": CHANNELS // rng.choice([1, 2, 4]),
            "offer_lifetime_s": rng.choice([60, 300, 900, 3600]),
            "reserve_s": RESERVE_S,
            "max_attempts": rng.choice([3, 6, 10]),
            "cap_calls": rng.choice([0, 1, 2, 3]),
            "cap_window_s": rng.choice([3600, 86400, 86400, 172800]),
            "cap_gap_s": rng.choice([0, 900, 7200]),
            "order": rng.choice(["fresh_first", "due", "newest", "random"]),
        }

    def windows(self):
        rng = self.rng
        windows = []
        for _ in range(rng.choice([1, 1, 2])):
            begin, length = rng.choice([7, 8, 9, 12, 22]) * 60 + rng.choice([0, 30]), rng.choice([120, 240, 660])
            end = (begin + length) % 1440
            days = sorted(rng.sample(DAYS, rng.choice([5, 6, 7])), key=DAYS.index)
            clock = [f"{minute // 60:02}:{minute % 60:02}" for minute in (begin, end)]
            windows.append({"days": days, "from": clock[0], "to": clock[1]})
        return windows

    # -- what happens

    def change_campaign(self):
        campaign_id, settings = self.rng.choice(list(CAMPAIGNS)), self.settings()
        names = self.rng.sample(list(settings), self.rng.randrange(1, 5))
        self.send("campaign.put", {"campaign_id": campaign_id} | {name: settings[name] for name in names})

    def change_rule(self):
        rule = {"campaign_id": self.rng.choice(list(CAMPAIGNS)), "disposition": self.rng.choice(["NA", "B", "A", "HU"])}
        if self.rng.random() < 0.15:
            self.send("recycle_rule.delete", rule)
            return
        rule["max_attempts"] = self.rng.choice([1, 3, 5, 8])
        rule["intervals_s"] = self.rng.choices([300, 1800, 7200, 86400], k=self.rng.randrange(1, 4))
        if self.rng.random() < 0.3:
            rule["windows"] = self.windows()
        self.send("recycle_rule.put", rule)

    def change_list(self):
        windows = self.rng.choice([[], [], self.windows()])
        self.send("list.update", {"list_id": self.rng.choice(list(self.running)), "windows": windows})

    def pause(self):
        """Or the end of a pause; never all at once for long."""
        if self.rng.random() < 0.5:
            campaign_id = next((name for name, on in self.active.items() if not on), None)
            campaign_id = campaign_id or self.rng.choice(list(self.active))
            self.active[campaign_id] = not self.active[campaign_id]
            self.send("campaign.put", {"campaign_id": campaign_id, "active": self.active[campaign_id]})
        else:
            list_id = next((name for name, on in self.running.items() if not on), None)
            list_id = list_id or self.rng.choice(list(self.running))
            self.running[list_id] = not self.running[list_id]
            self.send("list.update", {"list_id": list_id, "active": self.running[list_id]})

    def add_entries(self):
        for phone in self.rng.sample(self.phones, min(len(self.phones), max(3, CALLS // 5000))):
            entry = {"phone": phone}
            if self.rng.random() < 0.4:
                entry["campaign_id"] = self.rng.choice(list(CAMPAIGNS))
            if self.rng.random() < 0.4:
                entry["expires_at"] = rfc3339(self.clock.now + timedelta(hours=self.rng.randrange(1, 100)))
            self.send("dnc.add", entry)

    def new_lead(self):
        """From the web: to be called at once."""
        phone = number(next(self.serial))
        self.place([phone])
        lead = {"phone": phone, "priority": 99}
        id = tell(self.space, "lead.upsert", {"list_id": self.rng.choice(list(self.running)), "lead": lead})
        answers(self.space, [id], 60)

    def kill(self):
        """A recycler in the middle of whatever it does; it is back at once."""
        recycler = self.rng.choice(self.recyclers)
        recycler.kill9()
        recycler.start()

    def place(self, phones):
        for phone in phones:
            zones, regions = next(place for prefix, place in PLACES.items() if phone.startswith(prefix))
            self.rules.place(phone, zones, regions)
        self.phones += phones

    def load(self, count):
        """New numbers for each list, and some that another list has."""
        jobs = []
        for list_id in self.running:
            known = self.rng.sample(self.phones, min(len(self.phones), count // 6))
            fresh = [number(next(self.serial)) for _ in range(count - len(known))]
            self.place(fresh)
            (self.space.inbox / f"{list_id}.csv").write_text("phone\n" + "\n".join(fresh + known) + "\n")
            jobs.append(start_import(self.space, f"{list_id}.csv", list_id))
        for job in jobs:
            finish_import(self.space, job)

    # -- time

    def dial(self):
        """What may be offered at this moment is, and dialers have it."""
        seen, since = None, time.monotonic()
        while time.monotonic() < since + QUIET_S:
            offers, waiting = self.space.row("SELECT (SELECT last_value FROM offer_id_seq), (SELECT max(id) FROM outbox)")
            if offers != seen or waiting:
                seen, since = offers, time.monotonic()
            time.sleep(0.003)

    def is_over(self):
        done = self.clock.now - BEGIN
        return done >= LENGTH * 2 or done >= LENGTH and self.space.value("SELECT count(*) FROM attempt") >= CALLS

    def strides(self):
        """Until the month is over."""
        while not self.is_over():
            past = self.clock.now.timestamp() % 1800
            if self.rng.random() < 0.15 and past < 1799:
                yield 1799 - past
                yield 1
            else:
                yield self.rng.choice(STRIDES_S)
                if self.rng.random() < 0.7:
                    yield 2  # what is offered now is called before hours go by

    def live(self):
        happenings = [self.change_campaign, self.change_rule, self.change_list, self.pause, self.pause]
        happenings += [self.add_entries, self.new_lead]
        loads = iter([LENGTH / WAVES * wave for wave in range(WAVES)])
        next_load = next(loads)
        for step, stride in enumerate(self.strides()):
            if next_load is not None and self.clock.now - BEGIN >= next_load:
                self.load(CALLS // 27)
                next_load = next(loads, None)
            if step % 12 == 11:
                self.rng.choice(happenings)()
            if step % 300 == 299:
                self.kill()
            self.settle()
            self.clock.step(self.space, timeout=600, seconds=stride)
            if stride > 2:
                self.dial()


def told(space):
    """(call_id, disposition) of each call that a dialer told."""
    for path in space.calls:
        with path.open() as file:
            for line in file:
                if '"event":"ended"' in line:
                    event = json.loads(line)
                    yield event["call_id"], event["disposition"]


def places_called(space):
    phones = space.rows("SELECT DISTINCT '+' || phone FROM attempt JOIN number USING (number_id)")
    return {prefix for prefix in PLACES if any(phone.startswith(prefix) for (phone,) in phones)}


@pytest.mark.timeout(14400)
def test_a_month(space):
    month = Month(space)
    month.live()
    for sim in month.sims:
        sim.stop()
    month.clock.step(space, timeout=600, seconds=1)
    calls = dict(told(space))
    assert dict(space.rows("SELECT call_id, disposition FROM attempt")) == calls
    assert space.value("SELECT sum(attempts_total) FROM leads") == len(calls)
    verdict = month.rules.verdict(space)
    assert verdict["unjudged"] == 0
    assert verdict["calls"] == len(calls) >= CALLS, verdict
    assert places_called(space) == set(PLACES)
    all_published(space)
    for list_id in CAMPAIGNS.values():
        settle(lambda list_id=list_id: check_counters(space, list_id))
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0)
    assert [check for check in space.cli_json("doctor")["checks"] if not check["ok"]] == []
