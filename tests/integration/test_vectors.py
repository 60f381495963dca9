"""Cases that a mistake would make a lawsuit of, from end to end: numbers of an area code with two zones, recyclers
that are away for hours, a revocation that crosses a call."""

from datetime import UTC, datetime, timedelta

import pytest
from harness import Clock, Rules, wait_for
from scenario import create_list, done, run_import, upsert

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans
FREE = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


@pytest.fixture
def floor(space):
    space.clock = Clock(space, NOON)
    space.rules = Rules(slack_s=0)
    space.importer()
    create_list(space, "a", campaign_id="c")
    return space


def put(space, campaign_id="c", **settings):
    data = {"campaign_id": campaign_id} | FREE | settings
    done(space, "campaign.put", data)
    space.rules.note("campaign.put", data, at=space.clock.now)


def load(space, text, list_id="a"):
    (space.inbox / "leads.csv").write_text(text)
    run_import(space, "leads.csv", list_id)


def test_area_code_850_is_called_where_both_zones_allow(floor):
    """Pensacola is Central, Tallahassee Eastern; who took the number along may be in either."""
    floor.recycler()
    load(floor, "phone\n850-221-0100\n850-224-0100\n")
    put(floor, windows=[{"days": DAYS, "from": "13:30", "to": "20:00"}])
    dialer = floor.dialer(clock=floor.clock)
    floor.clock.set(NOON + timedelta(hours=1))  # 13:00 in Chicago, 14:00 in New York
    dialer.quiet(1)
    floor.clock.advance(minutes=30)
    assert len(dialer.offers(2)) == 2
    floor.clock.set(NOON + timedelta(hours=7))  # 19:00 and 20:00
    for phone in ("+18502210101", "+18502240101"):
        upsert(floor, phone=phone)
    dialer.quiet(1)


def test_recyclers_are_away_for_three_hours(floor):
    """The dialer goes on: calls that were ended, begun, and never made when they come back."""
    recycler = floor.recycler(env={"LEADSPOOL_SESSION_TIMEOUT_MS": "3000"})
    load(floor, FILE)
    put(floor, reserve_s=3600)
    dialer = floor.dialer(clock=floor.clock)
    offers = {offer["phone"]: offer for offer in dialer.offers(3)}
    recycler.kill9()
    floor.clock.advance(minutes=4)
    ann = dialer.start(offers[ANN])
    bob = dialer.start(offers[BOB], tell=False)
    floor.clock.advance(minutes=1)
    dialer.end(ann, "NA", duration_s=30)
    floor.clock.set(NOON + timedelta(hours=2, minutes=50))
    dialer.end(bob, "NA", duration_s=60)
    floor.clock.set(NOON + timedelta(hours=3))
    recycler.start().wait_ready()
    again = {phone: dialer.offers(2, phone=phone)[-1] for phone in (ANN, EVE)}  # and BOB, before or after
    assert (again[ANN]["why"], again[ANN]["attempts_total"]) == ("recycle", 1)
    assert (again[EVE]["why"], again[EVE]["attempts_total"]) == ("fresh", 0)
    wait_for(lambda: floor.value("SELECT count(*) FROM attempt") == 2)
    dialer.quiet(1, phone=ANN)
    for offer in dialer.events("offer.made", phone=BOB)[1:]:
        assert (offer["why"], offer["attempts_total"]) == ("recycle", 1)  # half an hour after its call
    verdict = floor.rules.verdict(floor)
    assert (verdict["calls"], verdict["unjudged"]) == (2, 0)


def test_an_offer_is_revoked_while_its_start_is_under_way(floor):
    """Nobody else calls the number, neither before the start is told nor while the call goes on."""
    floor.recycler()
    load(floor, FILE)
    create_list(floor, "b", campaign_id="d")
    load(floor, "phone\n504-621-8927\n", "b")
    put(floor)
    dialer = floor.dialer(clock=floor.clock)
    offers = {offer["phone"]: offer for offer in dialer.offers(3)}
    put(floor, "d")
    floor.clock.advance(seconds=10)
    call = dialer.start(offers[ANN], tell=False)
    done(floor, "list.update", {"list_id": "a", "active": False})
    dialer.revoked(offers[ANN])
    floor.clock.advance(minutes=2)
    dialer.quiet(1, phone=ANN)
    dialer.tell_started(call)
    wait_for(lambda: floor.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    floor.clock.advance(minutes=90)
    dialer.quiet(1, phone=ANN)
    dialer.end(call, "NI", duration_s=60)
    wait_for(lambda: floor.value("SELECT count(*) FROM attempt") == 1)
    floor.clock.advance(minutes=2)
    [_, other] = dialer.offers(2, phone=ANN)
    assert (other["campaign_id"], other["attempts_total"]) == ("d", 0)
    floor.rules.verdict(floor)
