"""Dialing goes on over kills and restarts: nobody is called who may not be, and what is recorded is exactly what
the dialers reported."""

import pytest
from harness import Rules, settle, wait_for
from rounds import FAST, Disturber
from scenario import check_counters, create_list, done, run_import, scale, seed
from servers import restart_kafka, restart_postgres

KILLS = scale(8, long=150)
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

    def __init__(self, space):
        space.extra_env |= FAST
        self.space = space
        self.rules = Rules()
        (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"{5045210000 + n}\n" for n in range(LEADS)))
        space.importer()
        self.recyclers = [space.recycler(), space.recycler()]
        create_list(space, "a", campaign_id="c")
        run_import(space, "leads.csv")
        self.put("campaign.put", {"campaign_id": "c"} | SETTINGS)
        for code in ("NA", "B", "A"):
            rule = {"campaign_id": "c", "disposition": code, "max_attempts": 3, "intervals_s": [2]}
            self.put("recycle_rule.put", rule)
        options = ("--think", "0-500ms", "--rate", 15, "--answer", MIX, "--seed", seed(), *MISCHIEF)
        self.sims = [space.dialer_sim(*options) for _ in range(2)]

    def put(self, type, data):
        done(self.space, type, data)
        self.rules.note(type, data)

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
