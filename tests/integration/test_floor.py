"""A floor of dialers that lose, repeat, delay and mix up what they say: nobody is called who may not be, and
what is recorded is what the dialers did."""

import pytest
from harness import Rules, wait_for
from scenario import check_counters, create_list, run_import, scale, seed
from test_offers import put

COUNT = scale(400, long=20_000)
PATIENCE = 120 + COUNT // 20  # seconds
MISCHIEF = ("--lose", 2, "--release", 5, "--duplicate", 10, "--late", 5, "--late-by", "1s-3s", "--reorder", 10)
MIX = "NA=50,BUSY=10,VM=15,NI=15,SALE=8,DNC=2,STRANGE=2"


def told(sims, *events):
    return [line for sim in sims for line in sim.events() if line["event"] in events]


@pytest.mark.timeout(180 + 2 * PATIENCE)
def test_a_rough_floor(space):
    space.check_every = max(1, COUNT // 1000)
    settings = {"hopper_target": 200, "max_attempts": 4, "cap_calls": 3, "cap_gap_s": 2, "windows": [], "law_pack": ""}
    rules = Rules()
    rules.note("campaign.put", {"campaign_id": "c", "active": True} | settings)
    (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"{5045210000 + n}\n" for n in range(COUNT)))
    space.importer()
    for _ in range(2):
        space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    put(space, **settings)
    options = ("--think", "0-500ms", "--answer", MIX, "--seed", seed(), *MISCHIEF)
    sims = [space.dialer_sim(*options) for _ in range(2)]
    wait_for(lambda: len({line["lead_id"] for line in told(sims, "ended")}) >= COUNT * 0.85, PATIENCE, every=0.5)
    for sim in sims:
        sim.stop()
    calls = {line["call_id"]: line for line in told(sims, "ended")}
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") >= len(calls), 60, what="all attempts recorded")
    recorded = {row[0]: row[1] for row in space.rows("SELECT call_id, disposition FROM attempt")}
    assert recorded == {call_id: line["disposition"] for call_id, line in calls.items()}
    verdict = rules.verdict(space)
    assert verdict["calls"] == len(calls)
    check_counters(space)
