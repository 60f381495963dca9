"""The whole day of a call centre from an empty namespace: campaigns and rules, three imports (dirty, duplicate, big),
leads from the CRM, dialing with recycling on a virtual clock and then on the real one, numbers that nobody may call
any more, rules that change, resets, moves, a deletion, exports; workers are killed and restarted at random in each
part of it. At the end doctor and judge are clean, the ledger is what the dialers told, and what the exports say agrees
with the ledger, the counters and Redis.

N: leads of the big import; SEED: of all that is left to chance.
"""

import csv
import random
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from dirty_csv import make
from harness import Clock, Rules, settle, wait_for
from harness.bus import flush_commands
from harness.dialer import rfc3339
from live import equal
from rounds import FAST, Disturber
from rounds_of_lists import ended
from scenario import (
    STAGES,
    all_published,
    answers,
    ask,
    check_counters,
    check_import,
    create_list,
    finish_import,
    scale,
    seed,
    start_import,
    tell,
)
from test_export import export, lines_of
from test_simulation import PLACES, number

BIG = scale(2400, long=100_000)
DIRTY = BIG // 4
KILLS = 6 if BIG <= 10_000 else 100  # at most, in each part of the day
REAL_S = 6 if BIG <= 10_000 else 120
CAMPAIGNS = ("solar", "roof")
LISTS = {"spring": "solar", "again": "solar", "crm": "solar", "summer": "roof"}  # list -> campaign
PATIENCE = 120
OPEN = "SELECT count(*) FROM offer WHERE state < 9"
ALL = {"field": "attempts", "op": "ge", "value": 0}
CALLED = {"field": "attempts", "op": "gt", "value": 0}
RECYCLED = """
    SELECT count(DISTINCT first.lead_id) FROM attempt first JOIN attempt later USING (lead_id)
    WHERE first.status IN ('NA', 'B', 'A') AND first.attempt_no > %s AND later.attempt_no > %s
      AND later.started_at > first.started_at
"""  # leads that were called again by a rule, of the calls since one
WORK = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
CALLS = "SELECT coalesce(max(attempt_no), 0) FROM attempt"
LEFT = "SELECT count(*) FROM leads JOIN list USING (list_no) WHERE list_id = 'again'"
CRM = "SELECT phone, external_id, city, revision FROM leads JOIN list USING (list_no) WHERE list_id = 'crm' ORDER BY 1"
RESETTABLE = "attempts > 0 AND stage IN (3, 5, 6)"
OF_SPRING = "SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = 'spring' AND "
MISCHIEF = ("--lose", 2, "--release", 4, "--duplicate", 5, "--late", 5, "--reorder", 5)
MIX = "NA=45,BUSY=12,VM=16,NI=8,SALE=4,DNC=2,WN=1,HU=3,CB=3,DROP=4,STRANGE=1"
DAYTIME = [{"days": ["mon", "tue", "wed", "thu", "fri", "sat", "sun"], "from": "09:00", "to": "20:00"}]
SETTINGS = {
    "active": True,
    "hopper_target": max(50, BIG // 15),
    "offer_lifetime_s": 1800,
    "reserve_s": 7200,
    "max_attempts": 6,
    "cap_calls": 3,
    "cap_gap_s": 600,
}
FREE = {"windows": [], "law_pack": "none", "cap_calls": 20, "cap_gap_s": 1, "max_attempts": 12}
FREE |= {"order": "random", "hopper_target": 40}  # those to be called again do not wait until all others were called
CHAOS = {"LEADSPOOL_JOB_LEASE_MS": "1000", "LEADSPOOL_JOB_THREADS": "2", "LEADSPOOL_IMPORT_CHUNK_ROWS": "500"}


def morning():
    """Of a weekday that is over: the real clock goes on from there."""
    day = datetime.now(UTC).replace(hour=13, minute=0, second=0, microsecond=0) - timedelta(days=2)
    while day.weekday() > 4:
        day -= timedelta(days=1)
    return day


def where(field, op, *values):
    return {"field": field, "op": op} | ({"values": list(values)} if op == "in" else {"value": values[0]})


def rule(campaign_id, code, most, *intervals_s):
    data = {"campaign_id": campaign_id, "disposition": code, "max_attempts": most}
    return "recycle_rule.put", data | {"intervals_s": list(intervals_s)}


def campaign(campaign_id, **settings):
    return "campaign.put", {"campaign_id": campaign_id} | settings


class Day:
    def __init__(self, space):
        space.extra_env |= FAST | CHAOS
        space.check_every = 10
        self.space, self.rng = space, random.Random(seed())
        self.clock = space.clock = Clock(space, morning())
        self.rules = Rules()
        self.sims = []
        self.workers = [space.importer(), space.importer(), space.recycler(), space.recycler()]
        self.workers += [space.exporter(), space.stats()]
        self.done = Counter()  # in this part of the day: kills and orderly stops, of which service
        self.disturbances = 0  # in all of it
        self.fresh = iter(range(10**6))

    # -- what is done to it

    def now(self):
        return self.clock.now if self.clock else datetime.now(UTC)

    @contextmanager
    def disturbed(self):
        """A part of the day: workers are killed, or asked to leave, and started again. A recycler is killed, and another
        worker asked, before chance decides."""
        self.done = Counter()
        first = [(self.rng.choice([w for w in self.workers if w.service == "recycler"]), "killed")]
        first.append((self.rng.choice(self.workers), "asked"))
        self.rng.shuffle(first)

        def act(rng):
            worker, how = first.pop() if first else (rng.choice(self.workers), "killed" if rng.random() < 0.8 else "asked")
            if how == "killed":
                worker.kill9()
            else:
                assert worker.terminate() == 0
            worker.start()
            self.done[how] += 1
            self.done[worker.service] += 1
            self.disturbances += 1

        disturber = Disturber(act, seed() + self.disturbances, 0.5, 4.0)
        disturber.limit = KILLS
        with disturber:
            yield
            wait_for(self.was_disturbed, PATIENCE, what="kills and restarts")

    def was_disturbed(self):
        return self.done["killed"] > 0 and self.done["asked"] > 0 and self.done["recycler"] > 0

    def recycled(self, since=0):
        return self.space.value(RECYCLED, since, since)

    def put(self, *commands):
        """(type, data) of each; all are carried out when it returns."""
        sent = self.now()
        ids = [tell(self.space, type, data, flush=False) for type, data in commands]
        flush_commands(self.space, timeout=PATIENCE)
        replies = answers(self.space, ids, PATIENCE)
        for id, (type, data) in zip(ids, commands, strict=True):
            assert replies[id][0].type == "command.completed", replies[id]
            self.rules.note(type, data, at=self.now(), sent=sent)

    def job(self, type, data, **more):
        """The result of a job, when it has ended."""
        reply = ask(self.space, type, data, timeout=PATIENCE, **more)
        assert reply.type == "command.accepted", reply
        job_id = reply.value["job_id"]
        assert wait_for(lambda: ended(self.space, job_id), PATIENCE, what=f"{type}, job {job_id}") == "completed"
        return self.space.value("SELECT result FROM jobs WHERE job_no = %s", int(job_id))

    def numbers(self, count):
        phones = [number(next(self.fresh)) for _ in range(count)]
        for phone in phones:
            zones, regions = next(place for prefix, place in PLACES.items() if phone.startswith(prefix))
            self.rules.place(phone, zones, regions)
        return phones

    # -- before anybody is called

    def load(self):
        for list_id, campaign_id in LISTS.items():
            priority = 90 if list_id == "again" else 50  # it is called first: there are calls when it is deleted
            create_list(self.space, list_id, campaign_id=campaign_id, priority=priority)
        self.put(rule("solar", "NA", 3, 1800, 3600), rule("roof", "B", 4, 600))
        self.spring = self.numbers(BIG)
        write(self.space, "big.csv", [(phone, n % 10) for n, phone in enumerate(self.spring)])
        dirty = make(self.space.inbox / "dirty.csv", DIRTY, seed(), duplicates=0.15, bad=0.1)
        for phone in dirty["leads"] or ():
            self.rules.place(f"+{phone}", ["America/Chicago"])  # its campaign calls at any hour
        again = self.rng.sample(self.spring, BIG // 6) + self.numbers(BIG // 6)
        again += self.rng.sample(again, BIG // 30)
        write(self.space, "again.csv", [(phone, 5) for phone in again])
        big = start_import(self.space, "big.csv", "spring")
        summer = start_import(self.space, "dirty.csv", "summer", **dirty["import"])
        self.load_crm()
        assert finish_import(self.space, big)["inserted"] == BIG
        check_import(self.space, dirty, finish_import(self.space, summer), "summer")
        job = start_import(self.space, "again.csv", "again", duplicate_scope="campaign")
        found = finish_import(self.space, job)
        counts = (found["inserted"], found["duplicate_in_campaign"] + found["duplicate_in_file"], found["rejected"])
        assert counts == (BIG // 6, BIG // 6 + BIG // 30, 0)

    def load_crm(self):
        """New ones, some of whom the big list has too, and some that are told twice."""
        phones = self.numbers(BIG // 20) + self.spring[: BIG // 60]
        self.crm = phones
        ids = []
        for n, phone in enumerate(phones + phones[:20]):
            lead = {"phone": phone, "external_id": f"crm-{n % len(phones)}", "city": f"{n}", "revision": n}
            ids.append(tell(self.space, "lead.upsert", {"list_id": "crm", "lead": lead}, flush=n % 20 == 19))
        replies = answers(self.space, ids, PATIENCE)
        assert {replies[id][0].type for id in ids} == {"command.completed"}
        last = [n + len(phones) if n < 20 else n for n in range(len(phones))]
        wanted = [(int(phone), f"crm-{n}", f"{last[n]}", last[n]) for n, phone in enumerate(phones)]
        assert self.space.rows(CRM) == sorted(wanted), "each once, as it was told last"

    # -- on the virtual clock

    def dial(self, *options):
        more = ("--channels", BIG // 10, "--answer", MIX, "--agents", 5, *MISCHIEF)
        for n in range(2):
            self.sims.append(self.space.dialer_sim(*more, *options, "--seed", seed() + n + len(self.sims)))

    def stop_dialing(self):
        for sim in self.sims:
            if sim.alive:
                sim.stop()

    def virtual(self):
        strict = {"windows": DAYTIME, "law_pack": "us"}
        loose = {"windows": [], "law_pack": "none", "assume_zones": ["America/Chicago"]}
        self.put(campaign("solar", **strict, **SETTINGS, order="due"), campaign("roof", **loose, **SETTINGS, order="random"))
        self.dial("--think", "5s-5m", "--late-by", "1m-30m", "--callback-after", "30m-3h")
        wait_for(lambda: self.space.value(OPEN), PATIENCE, what="offers")
        happenings = {2: self.stop_calling_some, 4: self.change_rules, 6: self.move, 8: self.reset}
        for step in range(14):
            self.offers_made()
            for stride in (2, self.rng.choice([900, 1800, 2700])):
                self.clock.step(self.space, timeout=PATIENCE, seconds=stride)
            happenings.get(step, lambda: None)()
        self.stop_dialing()
        self.clock.step(self.space, timeout=PATIENCE, seconds=1)

    def offers_made(self):
        """The clock does not run on while there is nothing to call, unless that lasts."""
        wait_until(lambda: self.space.value(OPEN) >= BIG // 30, 1)

    def stop_calling_some(self):
        commands = []
        for n, phone in enumerate(self.rng.sample(self.spring, 20) + self.rng.sample(self.crm, 5)):
            entry = {"phone": phone}
            if n % 3 == 1:
                entry["campaign_id"] = "solar"
            if n % 3 == 2:
                entry["expires_at"] = rfc3339(self.now() + timedelta(hours=2))
            commands.append(("dnc.add", entry))
        gone = {"phone": self.rng.choice(self.spring)}
        self.put(*commands, ("dnc.add", gone))
        self.put(("dnc.remove", gone))

    def change_rules(self):
        self.go_on_until(self.recycled, "lead that was called again by the rules of before")
        no_rule = ("recycle_rule.delete", {"campaign_id": "roof", "disposition": "A"})
        self.put(rule("solar", "NA", 5, 900), no_rule, campaign("solar", cap_calls=4, order="newest"),
                 campaign("roof", active=False))  # fmt: skip
        self.put(campaign("roof", active=True, max_attempts=4))

    def move(self):
        """To the other campaign."""
        result = self.job("leads.move", {"list_id": "spring", "to_list_id": "summer", "where": where("priority", "eq", 7)})
        assert result["moved"] == BIG // 10

    def go_on_until(self, holds, what):
        """How many calls a step brings hangs on the machine, and on who was just killed: the clock waits for some."""
        steps = 0
        while not holds():
            calls = self.space.value(CALLS)
            self.offers_made()
            self.clock.step(self.space, timeout=PATIENCE, seconds=600)
            wait_until(lambda calls=calls: self.space.value(CALLS) > calls, 2)
            steps += 1
            assert steps < 60, f"no {what}"

    def reset(self):
        """The clock stands still meanwhile, so what is told is told of one moment. What is ready may be offered meanwhile:
        of such leads, and those that are on the phone, nobody knows whether they are reset."""
        self.go_on_until(lambda: self.space.rows(OF_SPRING + RESETTABLE), "lead of the list to be reset")
        wait_for(lambda: self.space.value(WORK) == 0, PATIENCE, what="no job")
        self.rules.reset("spring", self.now())
        who = {"and": [CALLED, where("stage", "in", "exhausted", "ready", "finished")]}
        self.before_reset = dict(self.space.rows("SELECT lead_id, attempts_total FROM leads"))
        self.were_reset = {lead for [lead] in self.space.rows(OF_SPRING + "attempts > 0 AND stage IN (3, 5) AND offer_id IS NULL")}
        self.may_be_reset = {lead for [lead] in self.space.rows(OF_SPRING + "(stage IN (1, 4, 6) OR offer_id IS NOT NULL)")}
        result = self.job("list.reset", {"list_id": "spring", "where": who}, topic="recycler.commands")
        assert result["reset"] >= len(self.were_reset) > 0

    # -- on the real one

    def wake(self):
        """Every worker stops, and starts again by the clock of the machine."""
        for worker in self.workers:
            worker.terminate() if self.rng.random() < 0.5 else worker.kill9()
        self.clock = self.space.clock = None
        del self.space.extra_env["LEADSPOOL_CLOCK_FILE"]
        for worker in self.workers:
            worker.start()

    def real(self):
        rules = [rule(campaign_id, code, 8, 2) for campaign_id in CAMPAIGNS for code in ("NA", "B", "A")]
        self.put(*rules, *(campaign(campaign_id, **FREE) for campaign_id in CAMPAIGNS))
        calls = self.space.value(CALLS)
        self.from_the_web()
        self.dial("--think", "0-300ms", "--rate", 25, "--late-by", "1s-2s", "--callback-after", "1s-3s")
        time.sleep(REAL_S / 2)
        self.move_to_merge()
        self.put(*(("dnc.add", {"phone": phone}) for phone in self.rng.sample(self.spring, 10)))
        self.job("list.delete", {"list_id": "again"})
        assert self.space.value(LEFT) == 0, "leads of the list that was deleted"
        time.sleep(REAL_S / 2)
        wait_for(lambda: self.recycled(calls) > 5, PATIENCE, what="leads that are called again")
        wait_for(self.was_disturbed, PATIENCE, what="kills and restarts")
        self.stop_dialing()

    def from_the_web(self):
        """They are called at once, and again."""
        leads = [{"phone": phone, "priority": 99} for phone in self.numbers(40)]
        self.put(*(("lead.upsert", {"list_id": "summer", "lead": lead}) for lead in leads))

    def move_to_merge(self):
        """Some of the CRM's leads meet themselves, but for those that a dialer has; some of the list that is to be
        deleted are kept."""
        result = self.job("leads.move", {"list_id": "crm", "to_list_id": "spring", "where": ALL,
                                         "on_duplicate": "update"})  # fmt: skip
        fates = [result[fate] for fate in ("moved", "merged", "conflict", "kept_offered")]
        assert sum(fates) == result["leads"] and result["merged"] > 0
        kept = [str(lead_id) for [lead_id] in self.space.rows(
            "SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = 'again' ORDER BY phone LIMIT 50")]  # fmt: skip
        moved = self.job("leads.move", {"list_id": "again", "to_list_id": "crm", "lead_ids": kept})
        assert moved["moved"] == len(kept)

    # -- the end

    def told(self):
        """{call_id: disposition} of all calls that the dialers told."""
        lines = [line for sim in self.sims for line in sim.events() if line["event"] == "ended"]
        return {line["call_id"]: line["disposition"] for line in lines}

    def close(self):
        """Nobody is called any more, and all that is known has arrived."""
        calls = self.told()
        wait_for(lambda: self.space.value("SELECT count(*) FROM attempt") >= len(calls), PATIENCE, what="all attempts")
        self.put(*(campaign(campaign_id, active=False) for campaign_id in CAMPAIGNS))
        wait_for(lambda: self.space.value("SELECT count(*) FROM offer WHERE state = 1") == 0, what="all revoked")
        wait_for(lambda: self.space.value(WORK) == 0, 60)
        return calls


def wait_until(holds, most_s):
    """But no longer."""
    deadline = time.monotonic() + most_s
    while time.monotonic() < deadline and not holds():
        time.sleep(0.02)


def write(space, name, rows):
    with (space.inbox / name).open("w", newline="") as file:
        csv.writer(file).writerows([("phone", "priority"), *rows])


# ---- what the exports say


def exported(space, list_id, **more):
    head, *rows = lines_of(space, export(space, list_id, **more))
    return [dict(zip(head, row, strict=True)) for row in rows]


def check_ledger(space, calls):
    """The export of calls is the ledger, list by list, and the ledger is what the dialers told."""
    assert sorted(space.rows("SELECT call_id, disposition FROM attempt")) == sorted(calls.items()), "each call once"
    names = ("attempt_no", "lead_id", "call_id", "source", "disposition", "status")
    gone = 0
    for list_id in LISTS:
        sql = f"SELECT {', '.join(names)} FROM attempt JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1"
        ledger = [tuple(map(str, row)) for row in space.rows(sql, list_id)]
        if list_id == "again":
            gone = len(ledger)
            continue
        rows = [tuple(row[name] for name in names) for row in exported(space, list_id, what="attempts", raw=True)]
        assert rows == ledger, f"{list_id}: {len(rows)} calls exported, {len(ledger)} in the ledger"
    assert gone > 0, "calls of the list that was deleted"


LEDGER = "SELECT lead_id, disposition, started_at, attempt_no, recorded_at FROM attempt ORDER BY started_at, attempt_no"


def check_leads_exported(space, day, redis):
    """Counts of each lead are a recount of the ledger; sums over the leads are what Redis shows."""
    ledger, last = Counter(), {}
    for lead_id, disposition, *_ in space.rows(LEDGER):
        ledger[lead_id] += 1
        last[lead_id] = disposition
    reset = called = 0
    fields = "lead_id phone stage status attempts attempts_total contacted last_disposition".split()
    for list_id in ("spring", "crm", "summer"):
        leads = exported(space, list_id, fields=fields)
        for lead in leads:
            lead_id = int(lead["lead_id"])
            total, attempts = int(lead["attempts_total"]), int(lead["attempts"])
            assert total == ledger[lead_id], lead
            assert lead["last_disposition"] == last.get(lead_id, ""), (lead, last.get(lead_id))
            was = day.before_reset.get(lead_id, 0)
            allowed = {total - was} if lead_id in day.were_reset else {total, total - was}
            assert attempts in (allowed if lead_id in day.were_reset | day.may_be_reset else {total}), lead
            reset += attempts < total
            called += total > 0
        shown = redis[f"{space.ns}:list:{list_id}:stats"]
        check_sums(leads, shown)
    assert reset > 0 and called > 0


def check_sums(leads, shown):
    stages = Counter(lead["stage"] for lead in leads)
    statuses = Counter(lead["status"] for lead in leads)
    assert int(shown["total"]) == len(leads)
    assert {name: int(shown["dialable" if name == "ready" else name]) for name in STAGES} == {
        name: stages[name] for name in STAGES
    }
    assert {k.removeprefix("status:"): int(v) for k, v in shown.items() if k.startswith("status:")} == statuses
    assert int(shown["attempted"]) == sum(lead["attempts"] != "0" for lead in leads)
    assert int(shown["contacted"]) == sum(lead["contacted"] == "true" for lead in leads)


@pytest.mark.timeout(1200 if BIG <= 10_000 else 14_400)
def test_the_whole_day(space):
    day = Day(space)
    with day.disturbed():
        day.load()
    with day.disturbed():
        day.virtual()
    day.wake()
    with day.disturbed():
        day.real()
        calls = day.close()
        check_ledger(space, calls)
    assert day.disturbances >= KILLS
    all_published(space)
    for list_id in ("spring", "crm", "summer"):
        settle(lambda list_id=list_id: check_counters(space, list_id))
    check_leads_exported(space, day, equal(space))
    verdict = day.rules.verdict(space)
    assert verdict["calls"] == len(calls) > BIG / 20, verdict
    assert space.value(LEFT) == 0
    report = space.cli_json("doctor", code=None)
    assert report["ok"], [check["problems"] for check in report["checks"] if check["problems"]]
