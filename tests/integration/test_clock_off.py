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


def retried(process):
    return process.metrics().get('leadspool_retries_total{code="clock_off"}', 0)


def test_a_host_whose_clock_is_wrong_leads_nothing(space):
    """Nor does it tell of a time to come up to which outcomes are read, which all would believe. Another leads all."""
    space.importer()
    wrong = space.recycler(ahead(600))
    for list_id, campaign_id in ("a", "c"), ("b", "d"):
        create_list(space, list_id, campaign_id=campaign_id)
        done(space, "campaign.put", {"campaign_id": campaign_id} | FREE)
    upsert(space, phone=ANN)
    upsert(space, "b", phone=BOB)
    wait_for(lambda: held(space) == held(space, "d") == "clock_off", what="campaigns that are held")
    assert 595 < wrong.metrics()["leadspool_clock_off_seconds"] < 605
    known = "SELECT complete_until BETWEEN now() - interval '9 s' AND now() + interval '5 s' FROM outcome_reading"
    wait_for(lambda: space.value(known), what="outcomes are read until now")
    assert space.value("SELECT count(*) FROM offer") == 0
    assert space.value("SELECT count(*) FROM campaign_hopper WHERE lease_until > now()") == 0
    right = space.recycler()
    dialer = space.dialer()
    dialer.offers(1, phone=ANN)
    dialer.offers(1, phone=BOB)
    assert abs(right.metrics()["leadspool_clock_off_seconds"]) < 1
    wait_for(lambda: held(space) == held(space, "d") == "")


def test_what_dialers_say_waits_while_the_clock_is_wrong(space, tmp_path):
    """A clock that steps between two looks at it makes no offer either."""
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
    wait_for(lambda: held(space) == "clock_off")
    dialer.answer(ann, "NI", duration_s=0)
    wait_for(lambda: retried(stepper) > 0, what="an outcome that waits")
    assert space.value("SELECT count(*) FROM offer WHERE state < 9") == 1
    assert space.value("SELECT count(*) FROM attempt") == 0
    stepper.terminate()
    space.recycler()
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1, what="the outcome")
    wait_for(lambda: held(space) == "")
    assert space.value("SELECT max(due_at) < now() + interval '2 minutes' FROM leads")
