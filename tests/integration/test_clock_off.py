"""A host whose clock is wrong, beside others whose is right. PostgreSQL's is the measure."""

from glob import glob

from harness import wait_for
from scenario import create_list, done, upsert

ANN, BOB = "+15046218927", "+18102929388"
FREE = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}


def ahead(seconds):
    """The environment of a process whose wall clock is ahead."""
    [library] = glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    return {"LD_PRELOAD": library, "FAKETIME": f"{seconds:+d}s", "DONT_FAKE_MONOTONIC": "1"}


def held(space):
    return space.cli_json("campaign", "show", "c")["held"]


def test_a_host_whose_clock_is_wrong_offers_nothing(space):
    """Nor does it tell of a time to come up to which outcomes are read, which all would believe."""
    space.importer()
    wrong = space.recycler(ahead(600))
    create_list(space, "a", campaign_id="c")
    done(space, "campaign.put", {"campaign_id": "c"} | FREE)
    upsert(space, phone=ANN)
    wait_for(lambda: held(space) == "clock_off", what="a hopper that holds")
    assert 595 < wrong.metrics()["leadspool_clock_off_seconds"] < 605
    wait_for(lambda: wrong.metrics()['leadspool_campaigns{state="clock_off"}'] == 1)
    known = "SELECT complete_until BETWEEN now() - interval '9 s' AND now() + interval '5 s' FROM outcome_reading"
    wait_for(lambda: space.value(known), what="outcomes are read until now")
    assert space.value("SELECT count(*) FROM offer") == 0
    wrong.terminate()
    right = space.recycler()
    space.dialer().offers(1, phone=ANN)
    assert abs(right.metrics()["leadspool_clock_off_seconds"]) < 1
    wait_for(lambda: held(space) == "")
