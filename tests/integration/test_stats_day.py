"""A random day: imports, upserts, outcomes, rules, pauses and all that is done to lists, with Redis emptied and the
aggregator killed and restarted.

At versions taken from Redis while it goes on, the counters are a recount of the leads at that version;
Redis is never ahead, and ends equal. N: versions that are recounted.
"""

import json
import random
import signal
import threading
import time

import psycopg
import pytest
from harness import wait_for
from live import STAGES, client, equal, not_ahead, ratio
from scenario import LONG, all_published, create_list, done, run_import, scale, seed, start_import, tell

LISTS = ("a", "b", "c")
ALL = {"field": "attempts", "op": "ge", "value": 0}
QUICK = {"LEADSPOOL_SESSION_TIMEOUT_MS": "2000", "LEADSPOOL_STATS_PACE_S": "1"}


def recount(space, connection, list_id):
    """(version, what Redis has to show of it) from the leads themselves, in one snapshot."""
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        query = "SELECT s.version, s.life, l.list_no, c.campaign_id, n.epoch FROM list l JOIN list_stats s USING (list_no)"
        query += " JOIN campaign c ON c.campaign_no = s.campaign_no, namespace n WHERE list_id = %s"
        version, life, list_no, campaign_id, epoch = connection.execute(query, (list_id,)).fetchone()
        leads = connection.execute(
            "SELECT stage, status, contacted, attempts > 0, count(*) FROM leads WHERE list_no = %s GROUP BY 1, 2, 3, 4",
            (list_no,),
        ).fetchall()
    total = sum(row[4] for row in leads)
    shown = {"total": total, "contacted": sum(row[4] for row in leads if row[2])}
    shown["attempted"] = sum(row[4] for row in leads if row[3])
    for number, stage in enumerate(STAGES, 1):
        shown[{"ready": "dialable"}.get(stage, stage)] = sum(row[4] for row in leads if row[0] == number)
    for _, status, _, _, count in leads:
        shown[f"status:{status}"] = shown.get(f"status:{status}", 0) + count
    texts = {name: str(count) for name, count in shown.items()}
    texts |= {"penetration": ratio(shown["contacted"], total), "coverage": ratio(shown["attempted"], total)}
    texts |= {"list_id": list_id, "campaign_id": campaign_id, "life": life, "epoch": str(epoch)}
    return version, texts | {"version": str(version)}


class Watch:
    """What Redis showed at each version of each list, and what a recount gave at some of them."""

    def __init__(self, space):
        self.space = space
        self.live = client()
        self.shown = {}
        self.counted = {}
        self.connection = psycopg.connect(
            space.db.info.dsn, password=space.db.info.password, autocommit=True, options=f"-c search_path={space.ns}"
        )

    def look(self):
        for hash in not_ahead(self.space, self.live).values():
            self.note(hash)
        for list_id in LISTS:
            version, texts = recount(self.space, self.connection, list_id)
            self.counted[list_id, version] = texts
            self.await_version(list_id, version)

    def note(self, hash):
        before = self.shown.setdefault((hash["list_id"], int(hash["version"])), hash)
        assert before == hash, "one version, two contents"

    def await_version(self, list_id, version):
        """For a moment, while it may be on its way; not when the list is faster, or Redis in trouble."""
        deadline = time.monotonic() + 0.5
        while (list_id, version) not in self.shown and time.monotonic() < deadline:
            hash = self.live.hgetall(f"{self.space.ns}:list:{list_id}:stats")
            if hash:
                self.note(hash)
                if int(hash["version"]) > version:
                    return

    def compared(self):
        both = self.shown.keys() & self.counted.keys()
        for key in both:
            assert self.shown[key] == self.counted[key], key
        return len(both)


class Screen(threading.Thread):
    """What somebody who looks at the command line sees all the while."""

    def __init__(self, space, *words):
        super().__init__(daemon=True)
        self.process = space.popen(*words)
        self.lines = []
        self.start()

    def run(self):
        self.lines.extend(json.loads(line) for line in self.process.stdout)

    def end(self):
        self.process.send_signal(signal.SIGINT)
        assert self.process.wait(30) in (0, 130)
        self.join(10)
        return self.lines


def leads_file(space, rng, number):
    phones = rng.sample(range(2_000_000, 9_999_999), 400)
    path = space.inbox / f"day-{number}.csv"
    path.write_text("phone,state\n" + "".join(f"+1212{phone},NY\n" for phone in phones))
    return path.name


def by_hour(live, space, list_id):
    """Taken at a pace: as old as that, and more when the machine is busy."""
    return [int(calls) for calls in (live.hget(f"{space.ns}:list:{list_id}:now", "attempts_by_hour") or "0").split(",")]


@pytest.mark.timeout(2400 if LONG else 400)
def test_a_random_day(space):
    rng = random.Random(seed())
    wanted = scale(50, long=1000)
    space.check_every = 50 if LONG else 1  # it takes longer than all of the day to look at each message
    space.importer()
    space.recycler()
    stats = [space.stats(QUICK), space.stats(QUICK)]
    for list_id in LISTS:
        create_list(space, list_id, campaign_id="c")
    settings = {"windows": [], "law_pack": "", "assume_zones": ["America/New_York"], "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": "c", "active": True, "hopper_target": 50, **settings})
    for number, list_id in enumerate(LISTS):
        run_import(space, leads_file(space, rng, number), list_id)
    space.dialer_sim("--campaign", "c", "--duration", "1h", "--think", "20ms-300ms", "--channels", "50",
                     "--agents", "50", "--answer", "NA=40,BUSY=10,VM=20,NI=15,SALE=10,DNC=5")  # fmt: skip
    watch = Watch(space)
    screen = Screen(space, "stats", "--list", "a", "--watch", "--json")
    live = client()
    number = 10

    def flush():
        for key in live.scan_iter(f"{space.ns}:*"):
            live.delete(key)

    def kill():
        worker = rng.choice(stats)
        worker.kill9()
        worker.start()

    def restart():
        worker = rng.choice(stats)
        assert worker.terminate() == 0
        worker.start()

    def pause():
        tell(space, "list.update", {"list_id": rng.choice(LISTS), "active": rng.random() < 0.7})

    def load():
        start_import(space, leads_file(space, rng, number), rng.choice(LISTS))

    def lead(list_id=None):
        lead = {"phone": f"+1646{rng.randrange(2_000_000, 9_999_999)}"}
        tell(space, "lead.upsert", {"list_id": list_id or rng.choice(LISTS), "lead": lead})

    def some_leads(count):
        """(lead_id, phone) of leads that are there now, in one list."""
        rows = space.rows("SELECT lead_id, phone FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1",
                          rng.choice(LISTS))  # fmt: skip
        return rng.sample(rows, min(count, len(rows)))

    def rule():
        tell(space, "recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": rng.randint(1, 5),
                                         "intervals_s": [rng.randint(1, 60)]})  # fmt: skip

    def reset():
        tell(space, "list.reset", {"list_id": rng.choice(LISTS), "where": ALL}, topic="recycler.commands")

    def move():
        source, target = rng.sample(LISTS, 2)
        rows = space.rows("SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1", source)
        ids = [str(row[0]) for row in rng.sample(rows, min(30, len(rows)))]
        if ids:
            tell(space, "leads.move", {"list_id": source, "to_list_id": target, "lead_ids": ids})

    def dnc():
        for _, phone in some_leads(3):
            tell(space, "dnc.add", {"phone": f"+{phone}"})
            listed.append(f"+{phone}")

    def dnc_over():
        if listed:
            tell(space, "dnc.remove", {"phone": listed.pop(rng.randrange(len(listed)))})

    def remove():
        for lead_id, _ in some_leads(3):
            tell(space, "lead.delete", {"lead_id": str(lead_id)})

    def spare():
        """One comes with leads of its own, and the one before goes."""
        if spares:
            tell(space, "list.delete", {"list_id": spares[-1]})
        spares.append(f"spare-{number}")
        tell(space, "list.create", {"list_id": spares[-1], "campaign_id": "d"})
        for _ in range(3):
            lead(spares[-1])

    def campaign():
        tell(space, "list.update", {"list_id": "c", "campaign_id": rng.choice(["c", "d", "d"])})

    happenings = [pause, load, lead, lead, rule, reset, move, dnc, dnc_over, remove, spare, campaign]
    listed, spares, deck, dealt = [], [], [], 0
    spare()
    deadline = time.monotonic() + (1500 if LONG else 180)
    faults = [flush, kill, restart, kill, flush]
    while watch.compared() < wanted or faults or dealt < len(happenings):
        assert time.monotonic() < deadline, f"{watch.compared()} of {wanted} versions compared, {len(faults)} faults left"
        number, dealt = number + 1, dealt + 1
        deck = deck or rng.sample(happenings, len(happenings))  # each once before any comes again
        deck.pop()()
        if rng.random() < (0.3 if faults else 0.1):
            (faults.pop() if faults else rng.choice([flush, kill, restart]))()
        watch.look()
    for dialer in space.dialers:
        dialer.close()
    tell(space, "campaign.put", {"campaign_id": "c", "active": False})
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0, 90,
             what="the end of all jobs")  # fmt: skip
    kinds = {kind for (kind,) in space.rows("SELECT DISTINCT kind FROM jobs WHERE state = 'completed'")}
    assert {"import", "list.reset", "leads.move", "list.delete"} <= kinds, kinds
    assert space.value("SELECT count(*) FROM dnc_entry"), "no number was put on a list"
    all_published(space)
    lists = list(equal(space).values())
    assert len(spares) > 1 and {hash["list_id"] for hash in lists} == {*LISTS, spares[-1]}
    for campaign_id in {hash["campaign_id"] for hash in lists}:
        for name in ("total", "dialable", "attempted", "contacted", "status:NA"):
            told = sum(int(hash.get(name, 0)) for hash in lists if hash["campaign_id"] == campaign_id)
            key = f"{space.ns}:campaign:{campaign_id}:stats"
            wait_for(lambda key=key, name=name, told=told: int(live.hget(key, name) or 0) == told, 20, what=(key, name))

    def called():  # outcomes may still come in
        return space.value("SELECT count(*) FROM attempt WHERE list_no IN (SELECT list_no FROM list)")

    def shown_calls():
        return sum(sum(by_hour(live, space, hash["list_id"])) for hash in lists)

    wait_for(lambda: shown_calls() == called(), 60, what="calls by hour as they were recorded")
    assert called() and len(by_hour(live, space, "a")) == 48
    last = space.cli_json("stats", "--list", "a")
    time.sleep(1)  # it looks four times a second
    seen = screen.end()
    assert {name: seen[-1][name] for name in last if name != "source"} == {
        name: last[name] for name in last if name != "source"
    }
    assert len({state["attempted"] for state in seen}) > 3 and "redis" in {state["source"] for state in seen}
    assert space.cli_json("stats", "reconcile")["wrong"] == 0
