"""Calling time against Python's zoneinfo, minute by minute, and against PostgreSQL's AT TIME ZONE.

calling_dump (tests/tools/calling_dump.c) prints what the product says; nothing here shares code with it.
All but the last test need no servers. SEED: of the samples.
"""

import bisect
import calendar
import functools
import json
import os
import random
import subprocess
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(os.environ.get("LEADSPOOL_TEST_BIN", ROOT / ".dev" / "build" / "dev"))
LONG = os.environ.get("LEADSPOOL_TEST_LONG") == "1"
SEED = int(os.environ.get("SEED", "1"))

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
MINUTE, HOUR, DAY, WEEK = 60, 3600, 86400, 604800
FIRST = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())
LAST = int(datetime(2034, 1, 1, tzinfo=UTC).timestamp())


# ---- the product


def dump(*questions):
    """For each question its answers: (open, until), until None for never."""
    lines = "".join(json.dumps(question) + "\n" for question in questions)
    done = subprocess.run([BIN / "calling_dump"], input=lines, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr
    answers = [line.split() for line in done.stdout.splitlines()]
    return [(is_open == "1", None if until == "never" else int(until)) for is_open, until in answers]


def number_sets():
    done = subprocess.run([BIN / "calling_dump", "--sets"], capture_output=True, text=True, check=True)
    return done.stdout.split()


# ---- the oracle: a minute is open when the clock on every wall says so


def window(days, start, end):
    return {"days": days, "from": start, "to": end}


def minutes_of(text):
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def week_of(windows):
    """One byte per minute of the week; no window at all: open."""
    if not windows:
        return bytes([1]) * 10080
    week = bytearray(10080)
    for one in windows:
        start, end = minutes_of(one["from"]), minutes_of(one["to"])
        for day in one["days"]:
            for minute in range(start, end if end > start else end + 1440):
                week[(DAYS.index(day) * 1440 + minute) % 10080] = 1
    return bytes(week)


@functools.cache
def zone_of(name):
    return ZoneInfo(name)


def wall(name, at):
    return datetime.fromtimestamp(at, zone_of(name))


def week_minute(local):
    return local.weekday() * 1440 + local.hour * 60 + local.minute


class Expected:
    """Open or not, per step of [start, end), and until when."""

    def __init__(self, zones, windows, start, end, step=MINUTE, law=None):
        weeks = [week_of(one) for one in windows]
        both = bytes(all(of_minute) for of_minute in zip(*weeks, strict=True)) if weeks else week_of([])
        self.start, self.end, self.step = start, end, step
        self.open = bytearray(b"\1") * ((end - start) // step)
        for name in zones.split(","):
            for i in range(len(self.open)):
                if self.open[i]:
                    local = wall(name, start + i * step)
                    self.open[i] = both[week_minute(local)] and (law is None or law(local))
        self.changes = [i for i in range(1, len(self.open)) if self.open[i] != self.open[i - 1]]

    def at(self, time):
        """(open, until); until None when it is beyond the end."""
        i = (time - self.start) // self.step
        after = bisect.bisect_right(self.changes, i)
        until = self.start + self.changes[after] * self.step if after < len(self.changes) else None
        return bool(self.open[i]), until

    def check(self, zones, windows, times, answers):
        assert len(answers) == len(times)
        for time, (is_open, until) in zip(times, answers, strict=True):
            expected_open, expected_until = self.at(time)
            told = f"{zones} {windows} at {time} ({datetime.fromtimestamp(time, UTC)})"
            assert is_open == expected_open, told
            if expected_until is None:
                assert until is None or until >= self.end, told
            else:
                assert until == expected_until, told


def question(zones, windows, start, end, step, **others):
    return {"zones": zones, "windows": windows, "from": start, "to": end, "step": step, **others}


def compare(zones, windows, start, end, step, horizon=10 * DAY, oracle=None, **others):
    """Asks from start to end, and looks as far ahead as the horizon."""
    finest = MINUTE if step % (15 * MINUTE) or oracle or not on_quarters(windows) else 15 * MINUTE
    expected = Expected(zones, windows, start, end + horizon, finest, oracle)
    answers = dump(question(zones, windows, start, end, step, **others))
    expected.check(zones, windows, range(start, end, step), answers)


def on_quarters(windows):
    times = [one[side] for windows_ in windows for one in windows_ for side in ("from", "to")]
    return all(minutes_of(time) % 15 == 0 for time in times)


# ---- what is asked


COUNTRIES = {"US", "CA", "GB", "AU", "PR", "VI", "GU", "AS", "MP", "GG", "IM", "JE", "CX", "CC"}
COUNTRIES |= {"AG", "AI", "BB", "BM", "BS", "DM", "DO", "GD", "JM", "KN", "KY", "LC", "MS", "SX", "TC", "TT", "VC", "VG"}


def zones_by_country():
    """Every zone of zone.tab where numbers begin with +1, +44 or +61: the four countries, their territories and the
    islands that share the codes."""
    lines = Path("/usr/share/zoneinfo/zone.tab").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return sorted(row[2] for row in rows if row[0] in COUNTRIES)


SINGLE = zones_by_country()
# Half an hour of summer time, half hours and quarters beside UTC, none at all; and by SEED some of the others.
ODD = {"Australia/Lord_Howe", "Australia/Eucla", "Australia/Adelaide", "America/St_Johns", "America/Phoenix"}
ODD |= {"Europe/London", "America/New_York", "America/Adak"}
ASKED = SINGLE if LONG else sorted(ODD | set(random.Random(SEED).sample(SINGLE, 14)))
ALL_DAYS = window(DAYS, "09:00", "20:00")
NIGHT = window(["fri", "sat"], "22:00", "02:30")
SHORT = window(["sun"], "02:10", "02:50")
FOLDED = window(DAYS, "00:40", "01:50")
WORK = window(DAYS[:6], "08:30", "12:15")


def random_windows(rng):
    """One or two sets of hours."""
    sets = []
    for _ in range(rng.choice([1, 1, 2])):
        windows = []
        for _ in range(rng.randrange(1, 4)):
            start = rng.choice([rng.randrange(1440), rng.randrange(0, 240), rng.randrange(16) * 15])
            end = (start + rng.randrange(1, 1440)) % 1440
            days = rng.sample(DAYS, rng.randrange(1, 8))
            windows.append(window(days, f"{start // 60:02d}:{start % 60:02d}", f"{end // 60:02d}:{end % 60:02d}"))
        sets.append(windows)
    return sets


@functools.cache
def transitions(name):
    """The times from FIRST to LAST at which the zone's clock is moved; found to the quarter of an hour."""
    found = []
    before = wall(name, FIRST).utcoffset()
    for day in range(FIRST, LAST, DAY):
        after = wall(name, day + DAY).utcoffset()
        if after != before:
            moments = range(day, day + DAY + 1, 15 * MINUTE)
            found.append(next(at for at in moments if wall(name, at).utcoffset() == after))
        before = after
    return found


def week_around(moment):
    start = moment - 4 * DAY
    return start - start % DAY, start - start % DAY + WEEK


# ---- tests


def test_numbers_have_zones_of_their_countries():
    """So that the zones below are all that such numbers can have."""
    named = {zone for zones in number_sets() for zone in zones.split(",")}
    assert len(named) > 40
    assert named - set(SINGLE) == set()


TERRITORIES = {
    "1787": "America/Puerto_Rico",
    "1939": "America/Puerto_Rico",
    "1340": "America/St_Thomas",
    "1671": "Pacific/Guam",
    "1670": "Pacific/Saipan",
    "1684": "Pacific/Pago_Pago",
}


@pytest.mark.parametrize("area", TERRITORIES)
def test_numbers_of_territories_keep_their_clocks(area):
    """Some days before summer time begins elsewhere, and behind it."""
    start = int(datetime(2026, 3, 4, tzinfo=UTC).timestamp())
    compare(TERRITORIES[area], [[ALL_DAYS, NIGHT]], start, start + WEEK, 30 * MINUTE, number=int(f"{area}2345678"))


@pytest.mark.parametrize("zone", ASKED)
def test_a_zone_in_the_weeks_of_its_transitions(zone):
    """--long: every minute of all of them; else of one, every seventh minute around the transition."""
    rng = random.Random(f"{SEED} {zone}")
    moments = transitions(zone) or [FIRST + 100 * DAY]
    for moment in moments if LONG else rng.sample(moments, 1):
        start, end = week_around(moment)
        windows = rng.choice([[[NIGHT, WORK]], [[SHORT, FOLDED]], random_windows(rng)])
        if LONG:
            compare(zone, windows, start, end, MINUTE)
        else:
            compare(zone, windows, moment - 6 * HOUR, moment + 6 * HOUR, 7 * MINUTE, horizon=8 * DAY)


@pytest.mark.parametrize("seed", range(SEED, SEED + (200 if LONG else 12)))
def test_sets_of_zones_and_hours(seed):
    rng = random.Random(seed)
    zones = rng.choice([rng.choice(number_sets()), ",".join(sorted(rng.sample(SINGLE, 2)))])
    moment = rng.choice(transitions(rng.choice(zones.split(","))) or [FIRST + 1000 * DAY])
    compare(zones, random_windows(rng), moment - 12 * HOUR, moment + 12 * HOUR, 11 * MINUTE, horizon=8 * DAY)


@pytest.mark.parametrize("zone", ASKED)
def test_hours_of_ten_years(zone):
    """--long: every hour; else two weeks of them."""
    rng = random.Random(f"{SEED} {zone}")
    start, end = FIRST, LAST
    if not LONG:
        start += rng.randrange(500) * WEEK
        end = start + 2 * WEEK
    windows = [[window(DAYS, "09:00", "20:00"), window(["fri", "sat"], "22:15", "02:30")]]
    compare(zone, windows, start, end, HOUR)


# The law as this test knows it: (region, first day, days, from, to, closed on the holidays of).
LAWS = [
    ("", date(1992, 12, 20), range(7), 8, 21, None),
    ("FL", date(2021, 7, 1), range(7), 8, 20, None),
    ("OK", date(2022, 11, 1), range(7), 8, 20, None),
    ("MD", date(2024, 1, 1), range(7), 8, 20, None),
    ("WA", date(2022, 6, 9), range(7), 8, 20, None),
    ("MS", date(2000, 1, 1), range(6), 8, 20, None),
    ("AL", date(2000, 1, 1), range(6), 8, 20, "AL"),
    ("LA", date(2009, 1, 1), range(6), 8, 20, "LA"),
]


def nth_weekday(year, month, weekday, nth):
    days = [week[weekday] for week in calendar.monthcalendar(year, month) if week[weekday]]
    return date(year, month, days[nth])


def easter(year):
    """Gauss, as amended: another way than the product's."""
    a, b, c = year % 19, year % 4, year % 7
    k = year // 100
    m = (15 - (13 + 8 * k) // 25 + k - k // 4) % 30
    n = (4 + k - k // 4) % 7
    d = (19 * a + m) % 30
    e = (2 * b + 4 * c + 6 * d + n) % 7
    day = date(year, 3, 22) + timedelta(d + e)
    if d == 29 and e == 6:
        day = date(year, 4, 19)
    if d == 28 and e == 6 and (11 * m + 11) % 30 < 19:
        day = date(year, 4, 18)
    return day


def nearest(day):
    return {day, day + timedelta({5: -1, 6: 1}.get(day.weekday(), 0))}


@functools.cache
def holidays(state, year):
    found = nearest(date(year, 7, 4)) | nearest(date(year, 11, 11)) | nearest(date(year, 12, 25))
    found |= nearest(date(year, 1, 1)) | nearest(date(year + 1, 1, 1))
    found |= {nth_weekday(year, 1, 0, 2), nth_weekday(year, 2, 0, 2), nth_weekday(year, 5, 0, -1)}
    found |= {nth_weekday(year, 9, 0, 0), nth_weekday(year, 10, 0, 1), nth_weekday(year, 11, 3, 3)}
    found |= {easter(year) - timedelta(47)}
    if state == "AL":
        found |= {nth_weekday(year, 4, 0, 3), nth_weekday(year, 6, 0, 0)}
        found |= nearest(date(year, 6, 19)) if year >= 2026 else set()
    else:
        found |= {easter(year) - timedelta(2), nth_weekday(year, 6, 5, 2)}
        found |= {date(year, 1, 8), date(year, 8, 30), date(year, 11, 1)}
        if year % 2 == 0 and 2026 <= year <= 2036:  # general elections: as far as the pack knows them
            found |= {nth_weekday(year, 11, 0, 0) + timedelta(1)}
    return found


def law_of(regions):
    laws = [law for law in LAWS if law[0] in ["", *regions.split(",")]]

    def is_open(local):
        day = local.date()
        return all(
            day < first
            or (
                day.weekday() in days
                and start <= local.hour < end
                and (state is None or day not in holidays(state, day.year))
            )
            for _, first, days, start, end, state in laws
        )

    return is_open


@pytest.mark.parametrize("seed", range(SEED, SEED + (150 if LONG else 8)))
def test_laws(seed):
    rng = random.Random(seed)
    regions = ",".join(sorted(rng.sample(["AL", "FL", "GA", "LA", "MD", "MS", "OK", "WA"], rng.randrange(0, 3))))
    zones = rng.choice(["America/Chicago", "America/New_York", "America/Chicago,America/New_York"])
    start = FIRST + DAY * rng.randrange(730, 3600)
    compare(zones, [[ALL_DAYS]], start, start + 2 * DAY, 17 * MINUTE, oracle=law_of(regions), regions=regions, law="us")


def test_as_postgresql_has_it(space):
    """Open or closed at random times, by PostgreSQL's own reading of the time zones."""
    rng = random.Random(SEED)
    windows = [[window(DAYS[:5], "09:10", "17:45")]]
    asked = [(rng.choice(SINGLE), rng.randrange(FIRST, LAST)) for _ in range(20_000 if LONG else 2_000)]
    answers = dump(*[question(zone, windows, at, at + 1, 1) for zone, at in asked])
    found = space.rows(
        """SELECT extract(isodow FROM l) < 6 AND l::time >= '09:10' AND l::time < '17:45'
           FROM unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS asked (zone, at, n),
                LATERAL (SELECT to_timestamp(at) AT TIME ZONE zone AS l) AS local ORDER BY n""",
        [zone for zone, _ in asked],
        [at for _, at in asked],
    )
    assert [is_open for is_open, _ in answers] == [is_open for (is_open,) in found]
