"""Offers: leads flow to dialers, outcomes close them, and each lead and number has one at a time."""

import pytest
from harness import wait_for
from scenario import check_counters, create_list, run_import, tell

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"


def put(space, campaign_id="c", **settings):
    """A campaign that may call at any hour, with these settings."""
    settings = {"active": True, "windows": "[]", "law_pack": "", "cap_gap_s": 0, "cap_calls": 0} | settings
    names = ", ".join(f"{name} = %s" for name in settings)
    space.db.execute(
        f"UPDATE campaign SET {names}, rules_version = rules_version + 1 WHERE campaign_id = %s",
        (*settings.values(), campaign_id),
    )
    space.db.execute(
        "UPDATE list_stats s SET campaign_active = c.active, rules_version = c.rules_version "
        "FROM campaign c WHERE c.campaign_no = s.campaign_no"
    )


@pytest.fixture
def dialing(space):
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    return space


def leads(space):
    names = ["dnc", "invalid", "finished", "offered", "exhausted", "ready"]
    rows = space.rows("SELECT phone, stage, status, attempts FROM leads ORDER BY phone")
    return {f"+{phone}": (names[stage - 1], status, attempts) for phone, stage, status, attempts in rows}


def test_a_lead_is_offered_called_and_recycled(dialing):
    put(dialing)
    dialer = dialing.dialer()
    offers = {offer["phone"]: offer for offer in dialer.offers(3)}
    assert set(offers) == {ANN, BOB, EVE}
    assert {offer["why"] for offer in offers.values()} == {"fresh"}
    assert {stage for stage, _, _ in leads(dialing).values()} == {"offered"}
    dialer.answer(offers[ANN], "SALE")
    dialer.answer(offers[BOB], "NA")
    dialer.release(offers[EVE])
    wait_for(lambda: leads(dialing)[EVE][0] == "ready", what="the release")
    wait_for(lambda: leads(dialing)[BOB][2] == 1, what="the outcome")
    assert leads(dialing) == {
        ANN: ("finished", "SALE", 1),
        BOB: ("ready", "NA", 1),
        EVE: ("ready", "NEW", 0),
    }
    check_counters(dialing)
