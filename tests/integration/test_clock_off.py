"""A host whose clock is wrong, beside others whose is right. PostgreSQL's is the measure."""

from glob import glob

from harness import wait_for
from harness.settings import settings
from scenario import create_list, done, upsert

ANN, BOB = "+15046218927", "+18102929388"
FREE = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}


def ahead(seconds):
    """The environment of a process whose wall clock is ahead."""
    [library] = glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    waits = settings().bin / "libwall_wait.so"
    return {"LD_PRELOAD": f"{waits}:{library}", "FAKETIME": f"{seconds:+d}s", "DONT_FAKE_MONOTONIC": "1"}


def stepping(path):
    """The environment of a process whose wall clock is ahead by what step() says, from one moment to the next."""
    step(path, 0)
    environment = ahead(0) | {"FAKETIME_TIMESTAMP_FILE": str(path), "FAKETIME_NO_CACHE": "1"}
    del environment["FAKETIME"]  # which would come first
    return environment


def step(path, seconds):
    fresh = path.with_suffix(".new")
    fresh.write_text(f"{seconds:+d}s")
    fresh.replace(path)


def held(space, campaign_id="c"):
    return space.cli_json("campaign", "show", campaign_id)["held"]


def stands_aside(process):
    """It has left the group, or never joined it, and says why."""
    status, reasons = process.get("/readyz")
    return status == 503 and "clock_off" in reasons and process.metrics()["leadspool_stands_aside"] == 1


def claims(space):
    return space.value("SELECT sum(epoch) FROM consumer_position WHERE consumer_group = 'recycler'")


def owners(space):
    return space.value("SELECT count(DISTINCT owner) FROM consumer_position WHERE consumer_group = 'recycler'")


def test_a_host_whose_clock_is_wrong_leads_nothing(space):
    """Nor does it tell of a time to come up to which outcomes are read, which all would believe. Another leads all."""
    space.importer()
    first = space.recycler()
    for list_id, campaign_id in ("a", "c"), ("b", "d"):
        create_list(space, list_id, campaign_id=campaign_id)
        done(space, "campaign.put", {"campaign_id": campaign_id} | FREE)
    first.terminate()
    before = claims(space)
    wrong = space.recycler(ahead(600), ready=False)
    upsert(space, phone=ANN)
    upsert(space, "b", phone=BOB)
    wait_for(lambda: held(space) == held(space, "d") == "clock_off", what="campaigns that are held")
    wait_for(lambda: stands_aside(wrong), what="a worker that joins no group")
    assert 595 < wrong.metrics()["leadspool_clock_off_seconds"] < 605
    known = "SELECT complete_until BETWEEN now() - interval '9 s' AND now() + interval '5 s' FROM outcome_reading"
    wait_for(lambda: space.value(known), what="outcomes are read until now")
    assert space.value("SELECT count(*) FROM offer") == 0
    assert space.value("SELECT count(*) FROM campaign_hopper WHERE lease_until > now()") == 0
    assert claims(space) == before
    right = space.recycler()
    dialer = space.dialer()
    dialer.offers(1, phone=ANN)
    dialer.offers(1, phone=BOB)
    assert abs(right.metrics()["leadspool_clock_off_seconds"]) < 1
    wait_for(lambda: held(space) == held(space, "d") == "")


def test_what_dialers_say_goes_to_others_while_the_clock_is_wrong(space, tmp_path):
    """A clock that steps between two looks at it makes no offer and applies no outcome either."""
    off = tmp_path / "off"
    space.importer()
    stepper = space.recycler(stepping(off))
    create_list(space, "a", campaign_id="c")
    done(space, "campaign.put", {"campaign_id": "c"} | FREE)
    upsert(space, phone=ANN)
    upsert(space, phone=BOB, priority=99)  # who is looked for all the time
    dialer = space.dialer()
    ann, bob = dialer.offers(1, phone=ANN)[0], dialer.offers(1, phone=BOB)[0]
    dialer.release(bob)
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state < 9") == 1, what="one that waits for a minute")
    step(off, 100)  # by more, outcomes would be read late
    dialer.answer(ann, "NI", duration_s=0)
    wait_for(lambda: held(space) == "clock_off")
    wait_for(lambda: stands_aside(stepper), what="a worker that leaves its group")
    assert space.value("SELECT count(*) FROM offer WHERE state < 9") == 1
    assert space.value("SELECT count(*) FROM attempt") == 0
    space.recycler()
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1, what="the outcome")
    assert owners(space) == 1
    wait_for(lambda: held(space) == "")
    step(off, 0)
    wait_for(lambda: owners(space) == 2, what="partitions that are shared again")
    stepper.wait_ready()
    assert space.value("SELECT max(due_at) < now() + interval '2 minutes' FROM leads")
