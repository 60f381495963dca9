"""What is decided at the moment of an offer, when all before it has gone wrong: the record is brought to where
only that decision keeps the lead from being called. tests/judge.py looks at what dialer-sim saw.

tests/guards takes each of these decisions out, and the judge has to find it."""

from datetime import UTC, datetime, timedelta

import pytest
from harness import Clock, Rules, wait_for
from scenario import create_list, done, run_import

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
PLACES = {ANN: ["America/Chicago"], BOB: ["America/Detroit"], EVE: ["America/New_York"]}
FILE = "phone\n" + "".join(f"{phone}\n" for phone in PLACES)
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans
FREE = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}


class Floor:
    """Three leads of campaign c, a dialer that begins when offers may come, and what the rules were."""

    def __init__(self, space, clock=None):
        self.space, self.clock = space, clock
        self.rules = Rules(slack_s=0 if clock else 1)
        for phone, zones in PLACES.items():
            self.rules.place(phone, zones)
        (space.inbox / "leads.csv").write_text(FILE)
        space.importer()
        space.recycler()
        create_list(space, "a", campaign_id="c")
        run_import(space, "leads.csv")

    def put(self, campaign_id="c", **settings):
        self.tell("campaign.put", {"campaign_id": campaign_id} | FREE | settings)

    def tell(self, type, data):
        sent = self.now()
        done(self.space, type, data)
        self.rules.note(type, data, at=self.now(), sent=sent)

    def now(self):
        return self.clock.now if self.clock else datetime.now(UTC)

    def dial(self, *options):
        self.sim = self.space.dialer_sim(*options)

    def made(self, **fields):
        """The offers that the dialer saw."""
        lines = [line for line in self.sim.events() if line["event"] == "made"]
        return [line for line in lines if all(line[name] == value for name, value in fields.items())]

    def count(self, condition):
        """Leads of which it is true."""
        return self.space.value(f"SELECT count(*) FROM leads WHERE {condition}")

    def judge(self):
        self.sim.stop()
        return self.rules.verdict(self.space)


@pytest.fixture
def floor(space):
    return Floor(space)


def test_an_entry_of_which_the_lead_does_not_know(floor):
    added = datetime.now(UTC) - timedelta(minutes=1)
    floor.space.db.execute(
        "WITH n AS (INSERT INTO number (phone, digest) VALUES (%s, 'x') RETURNING number_id)"
        " INSERT INTO dnc_entry (number_id, source, added_at) SELECT number_id, 'test', %s FROM n",
        (int(ANN), added),
    )
    floor.rules.note("dnc.add", {"phone": ANN}, at=added)
    floor.put()
    floor.dial("--think", "1h")
    wait_for(lambda: len(floor.made()) + floor.count("stage = 1") == 3, what="each lead offered, or known as dnc")
    assert floor.judge()["offers"] >= 2


def test_a_cap_of_which_no_due_time_knows(floor):
    """They are due again a second after a call, and may be called twice a day."""
    floor.put(cap_calls=2, cap_window_s=86400, max_attempts=100)
    floor.tell(
        "recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": 100, "intervals_s": [1]}
    )
    floor.dial("--think", "0", "--answer", "NA=1")

    def settled():
        rows = floor.space.rows("SELECT attempts, due_at > now() + interval '1 h' FROM leads")
        return all(attempts > 2 or (attempts == 2 and later) for attempts, later in rows)

    wait_for(settled, what="two calls of each, or more")
    assert floor.judge()["calls"] >= 6


def test_hours_of_which_no_due_time_knows(space):
    """New leads are due at once. At noon in New Orleans it is 13:00 in Michigan and New Jersey."""
    space.clock = Clock(space, NOON)
    floor = Floor(space, space.clock)
    hours = [{"days": ["wed"], "from": "12:30", "to": "14:00"}]
    floor.put(windows=hours, active=False)
    space.clock.advance(seconds=1)  # the rules of that moment and those before it may both hold
    floor.put(windows=hours)
    floor.dial("--think", "0", "--answer", "SALE=1")
    wait_for(lambda: len(floor.made()) >= 2)
    space.clock.advance(minutes=20)
    done(space, "campaign.put", {"campaign_id": "c"})  # rounds of the hopper have gone by
    wait_for(lambda: space.value("SELECT complete_until = %s FROM outcome_reading", space.clock.now))
    assert floor.judge()["offers"] >= 2


def test_a_limit_that_the_lead_is_above(floor):
    """As between a change of rules and its campaign.reapply: called once, and once is enough by now."""
    floor.put()
    floor.tell(
        "recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": 3, "intervals_s": [5]}
    )
    floor.dial("--think", "0", "--answer", "NA=1")
    wait_for(lambda: floor.count("attempts = 1 AND stage = 6") == 3)
    sent = datetime.now(UTC)
    floor.space.db.execute("UPDATE campaign SET max_attempts = 1, rules_version = rules_version + 1")
    floor.space.db.execute(
        "UPDATE list_stats s SET rules_version = c.rules_version FROM campaign c WHERE c.campaign_no = s.campaign_no"
    )
    floor.rules.note("campaign.put", {"campaign_id": "c", "max_attempts": 1}, at=datetime.now(UTC), sent=sent)
    wait_for(lambda: floor.count("attempts > 1 OR stage = 5") == 3)
    floor.judge()


def test_a_number_of_which_another_list_has_the_offer(space):
    space.clock = Clock(space, NOON)
    floor = Floor(space, space.clock)
    create_list(space, "b", campaign_id="d")
    run_import(space, "leads.csv", list_id="b")
    floor.put()
    floor.dial("--think", "1h")
    wait_for(lambda: len(floor.made(campaign_id="c")) == 3)
    now = space.clock.advance(seconds=30)
    floor.put("d")
    put_off = f"stage = 6 AND due_at > '{now}'"
    wait_for(lambda: floor.count(put_off) + len(floor.made(campaign_id="d")) == 3, what="each offered, or put off")
    space.clock.advance(seconds=10)
    floor.judge()


def test_a_pause_of_which_the_hopper_does_not_know(space):
    """The campaign says that it is active, its lists' gates that it is not."""
    space.clock = Clock(space, NOON)
    floor = Floor(space, space.clock)
    floor.put(active=False)
    space.clock.advance(seconds=10)
    space.db.execute("UPDATE campaign SET active = true")
    floor.dial("--think", "1h")
    numbers = "SELECT last_value FROM offer_id_seq"  # that offers would have; three are drawn for each try
    wait_for(lambda: space.value(numbers) > 3 or len(floor.made()) == 3, what="each offered, or refused and tried again")
    space.clock.advance(seconds=10)
    space.db.execute("UPDATE campaign SET active = false")
    floor.put()
    wait_for(lambda: len(floor.made()) == 3)
    floor.judge()
