"""A random day: imports, upserts, outcomes, rules and pauses, with Redis emptied and the aggregator killed.

At versions taken from Redis while it goes on, the counters are a recount of the leads at that version;
Redis is never ahead, and ends equal. N: versions that are recounted.
"""

import random
import time

import psycopg
import pytest
from harness import wait_for
from live import STAGES, client, equal, not_ahead, ratio
from scenario import LONG, all_published, create_list, done, run_import, scale, seed, start_import, tell

LISTS = ("a", "b", "c")
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


def leads_file(space, rng, number):
    phones = rng.sample(range(2_000_000, 9_999_999), 400)
    path = space.inbox / f"day-{number}.csv"
    path.write_text("phone,state\n" + "".join(f"+1212{phone},NY\n" for phone in phones))
    return path.name


def by_hour(live, space, list_id):
    """Taken at a pace: as old as that, and more when the machine is busy."""
    return [int(calls) for calls in (live.hget(f"{space.ns}:list:{list_id}:now", "attempts_by_hour") or "0").split(",")]


@pytest.mark.timeout(2400 if LONG else 300)
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
    live = client()
    number = 10

    def flush():
        for key in live.scan_iter(f"{space.ns}:*"):
            live.delete(key)

    def kill():
        worker = rng.choice(stats)
        worker.kill9()
        worker.start()

    def pause():
        tell(space, "list.update", {"list_id": rng.choice(LISTS), "active": rng.random() < 0.7})

    def load():
        start_import(space, leads_file(space, rng, number), rng.choice(LISTS))

    def lead():
        tell(space, "lead.upsert", {"list_id": rng.choice(LISTS), "lead": {"phone": f"+1646{rng.randrange(2_000_000, 9_999_999)}"}})

    def rule():
        tell(space, "recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": rng.randint(1, 5),
                                         "intervals_s": [rng.randint(1, 60)]})  # fmt: skip

    deadline = time.monotonic() + (1500 if LONG else 120)
    faults = [flush, kill, kill, flush]
    while watch.compared() < wanted or faults:
        assert time.monotonic() < deadline, f"{watch.compared()} of {wanted} versions compared, {len(faults)} faults left"
        number += 1
        rng.choice([pause, load, lead, lead, rule])()
        if rng.random() < 0.15:
            (faults.pop() if faults else rng.choice([flush, kill]))()
        watch.look()
    for dialer in space.dialers:
        dialer.close()
    tell(space, "campaign.put", {"campaign_id": "c", "active": False})
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0, 60)
    all_published(space)
    lists = equal(space).values()
    assert list(lists) and {hash["campaign_id"] for hash in lists} == {"c"}
    for name in ("total", "dialable", "attempted", "contacted", "status:NA"):
        told = str(sum(int(hash.get(name, 0)) for hash in lists))
        wait_for(lambda name=name, told=told: live.hget(f"{space.ns}:campaign:c:stats", name) == told, 20)
    called = space.value("SELECT count(*) FROM attempt WHERE list_no IS NOT NULL")
    wait_for(lambda: sum(sum(by_hour(live, space, list_id)) for list_id in LISTS) == called, 60, what=f"{called} calls")
    assert called and len(by_hour(live, space, "a")) == 48
    assert space.cli_json("stats", "reconcile")["wrong"] == 0
