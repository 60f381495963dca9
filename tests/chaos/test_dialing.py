"""Dialing goes on over kills and restarts: nobody is called who may not be, and what is recorded is exactly what
the dialers reported."""

import time
from datetime import UTC, datetime

import pytest
from harness import Rules, db, settle, wait_for
from rounds import FAST, Disturber
from scenario import check_counters, create_list, done, run_import, scale, seed
from servers import restart_kafka, restart_postgres

KILLS = scale(8, long=150)
FREEZES = scale(2, long=20)
CUTS = scale(12, long=200)
COMMITS = [  # of which transactions
    b"INSERT INTO offer ",
    b"INSERT INTO attempt ",
    b"UPDATE offer\n",
    b"consumer_position",
]
RESTARTS = scale(1, long=20)
LEADS = scale(1200, long=20_000)
MISCHIEF = ("--lose", 1, "--release", 5, "--duplicate", 10, "--late", 5, "--late-by", "1s-3s", "--reorder", 10)
MIX = "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2,STRANGE=2"
SETTINGS = {
    "active": True,
    "hopper_target": 150,
    "max_attempts": 4,
    "cap_calls": 3,
    "cap_gap_s": 1,
    "reserve_s": 60,
    "windows": [],
    "law_pack": "",
}


class Floor:
    """Two recyclers, two dialers, a list, and recycling within seconds."""

    def __init__(self, space, env=None):
        space.extra_env |= FAST
        self.space = space
        self.rules = Rules()
        (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"{5045210000 + n}\n" for n in range(LEADS)))
        space.importer()
        self.recyclers = [space.recycler(env), space.recycler(env)]
        create_list(space, "a", campaign_id="c")
        run_import(space, "leads.csv")
        self.put("campaign.put", {"campaign_id": "c"} | SETTINGS)
        for code in ("NA", "B", "A"):
            rule = {"campaign_id": "c", "disposition": code, "max_attempts": 3, "intervals_s": [2]}
            self.put("recycle_rule.put", rule)
        options = ("--think", "0-500ms", "--rate", 15, "--answer", MIX, "--seed", seed(), *MISCHIEF)
        self.sims = [space.dialer_sim(*options) for _ in range(2)]

    def put(self, type, data):
        sent = datetime.now(UTC)
        done(self.space, type, data)
        self.rules.note(type, data, sent=sent)

    def disturb(self, act, times, shortest, longest):
        disturber = Disturber(act, seed(), shortest, longest)
        disturber.limit = times
        disturber.run()
        assert not disturber.error, disturber.error

    def ended(self):
        """{call_id: disposition} of all calls that the dialers told."""
        lines = [line for sim in self.sims for line in sim.events() if line["event"] == "ended"]
        return {line["call_id"]: line["disposition"] for line in lines}

    def check(self):
        space = self.space
        before = len(self.ended())
        wait_for(lambda: len(self.ended()) > before + 20, 90, what="calls go on")
        for sim in self.sims:
            sim.stop()
        calls = self.ended()
        wait_for(lambda: space.value("SELECT count(*) FROM attempt") >= len(calls), 90, what="all attempts recorded")
        assert dict(space.rows("SELECT call_id, disposition FROM attempt")) == calls
        assert space.value("SELECT sum(attempts_total) FROM leads") == len(calls)
        verdict = self.rules.verdict(space)
        assert verdict["calls"] == len(calls)
        done(space, "campaign.put", {"campaign_id": "c", "active": False})
        wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 1") == 0, what="all revoked")
        settle(lambda: check_counters(space))
        assert space.value("SELECT count(*) FROM leads WHERE offer_id IS NOT NULL") == space.value(
            "SELECT count(*) FROM offer JOIN leads USING (offer_id) WHERE offer.state < 9"
        )


@pytest.mark.timeout(240 + KILLS * 10)
def test_kills_of_recyclers(space):
    floor = Floor(space)

    def kill(rng):
        victim = rng.choice(floor.recyclers)
        victim.kill9()
        victim.start()

    floor.disturb(kill, KILLS, 0.2, 2.5)
    floor.check()


@pytest.mark.timeout(240 + KILLS * 10)
def test_kills_amid_a_batch(space):
    """Somebody has leads that are being called: what is told of them waits, written in part, and its writers die."""
    floor = Floor(space)

    def kill(_):
        with db(space) as holder, holder.transaction(force_rollback=True):
            holder.execute("SELECT FROM leads WHERE offer_id IS NOT NULL FOR UPDATE")
            pid = holder.info.backend_pid
            wait_for(lambda: space.waiting_for(pid), 60, every=0.02, what="a batch that waits")
            for victim in floor.recyclers:
                victim.kill9()
        for victim in floor.recyclers:
            victim.start()

    floor.disturb(kill, KILLS // 2, 0.2, 1.0)
    floor.check()


@pytest.mark.timeout(240 + FREEZES * 30)
def test_freezes_of_recyclers(space):
    """One stands still until the other has its partitions and campaigns, then goes on with what it had in hand."""
    floor = Floor(space)

    def freeze(rng):
        victim = rng.choice(floor.recyclers)
        victim.sigstop()
        time.sleep(rng.uniform(4, 6))
        victim.sigcont()

    floor.disturb(freeze, FREEZES, 0.5, 3.0)
    floor.check()


@pytest.mark.timeout(240 + CUTS * 30)
@pytest.mark.parametrize("after", [True, False])
def test_commits_in_doubt(space, proxy, after):
    """The connection is lost with the COMMIT, or with its answer, of offers, outcomes, expiries and positions."""
    floor = Floor(space, {"DATABASE_URL": proxy.url})

    def cut(_):
        before = proxy.cuts
        proxy.cut_commits(1, marker=COMMITS[before % len(COMMITS)], after=after)
        wait_for(lambda: proxy.cuts > before, 60, every=0.02, what="a commit that was cut")

    floor.disturb(cut, CUTS, 0.1, 1.0)
    assert all(recycler.alive for recycler in floor.recyclers)
    floor.check()


@pytest.mark.alone
@pytest.mark.timeout(300 + RESTARTS * 60)
def test_restarts_of_the_record(space):
    floor = Floor(space)
    floor.disturb(lambda _: restart_postgres(), RESTARTS, 2.0, 5.0)
    space.disconnect()
    floor.check()


@pytest.mark.alone
@pytest.mark.timeout(300 + RESTARTS * 60)
def test_restarts_of_the_broker(space):
    floor = Floor(space)
    floor.disturb(lambda _: restart_kafka(), RESTARTS, 2.0, 5.0)
    floor.check()
