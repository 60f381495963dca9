"""Offers: leads flow to dialers, outcomes close them, and each lead and number has one at a time."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from harness import Clock, db, read_topic, send_command, settle, wait_for
from scenario import check_counters, create_list, done, query, run_import, upsert

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
NEW = "+15046218928"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans


def put(space, campaign_id="c", **settings):
    """A campaign that may call at any hour and as often as it likes, with these settings."""
    free = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    [result] = done(space, "campaign.put", {"campaign_id": campaign_id} | free | settings)
    return result


@pytest.fixture
def dialing(space):
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    return space


@pytest.fixture
def clocked(space):
    """The same at noon, on a clock that the test moves."""
    space.clock = Clock(space, NOON)
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    return space


STAGES = ["dnc", "invalid", "finished", "offered", "exhausted", "ready"]


def leads(space, list_id="a"):
    """{phone: (stage, status, attempts)}"""
    rows = space.rows(
        "SELECT phone, stage, status, attempts FROM leads JOIN list USING (list_no) WHERE list_id = %s",
        list_id,
    )
    return {f"+{phone}": (STAGES[stage - 1], status, attempts) for phone, stage, status, attempts in rows}


def become(space, wanted, list_id="a"):
    """The leads come to this, and the counters with them."""
    wait_for(
        lambda: {phone: leads(space, list_id)[phone] for phone in wanted} == wanted,
        what=f"{wanted}; there is {leads(space, list_id)}",
    )
    settle(lambda: check_counters(space, list_id))


def offers_by_phone(dialer, count):
    return {offer["phone"]: offer for offer in dialer.offers(count)}


def test_a_lead_is_offered_called_and_recycled(dialing):
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    assert set(offers) == {ANN, BOB, EVE}
    assert {offer["why"] for offer in offers.values()} == {"fresh"}
    assert {stage for stage, _, _ in leads(dialing).values()} == {"offered"}
    dialer.answer(offers[ANN], "SALE")
    dialer.answer(offers[BOB], "NA")
    dialer.release(offers[EVE])
    become(dialing, {ANN: ("finished", "SALE", 1), BOB: ("ready", "NA", 1), EVE: ("ready", "NEW", 0)})


def test_recycled_by_its_rule_until_exhausted(clocked):
    """NA {3, [30m, 2h]}: calls at 0, +30 m, +2 h, and exhausted after the third."""
    put(clocked, reserve_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    ann = offers_by_phone(dialer, 3)[ANN]
    for call, pause in enumerate((timedelta(minutes=30), timedelta(hours=2)), start=1):
        dialer.answer(ann, "NA", duration_s=0)
        become(clocked, {ANN: ("ready", "NA", call)})
        clocked.clock.advance(seconds=pause.total_seconds() - 1)
        dialer.quiet(1, phone=ANN)
        clocked.clock.advance(seconds=1)
        ann = dialer.offers(call + 1, phone=ANN)[-1]
        assert (ann["why"], ann["attempt"], ann["attempts_total"]) == ("recycle", call + 1, call)
    dialer.answer(ann, "NA")
    become(clocked, {ANN: ("exhausted", "NA", 3)})


def test_no_offer_of_a_paused_campaign_or_list(dialing):
    dialer = dialing.dialer()
    dialer.quiet(1)  # a campaign that a list made is paused
    done(dialing, "list.update", {"list_id": "a", "active": False})
    put(dialing)
    dialer.quiet(1)
    done(dialing, "list.update", {"list_id": "a", "active": True})
    assert len(dialer.offers(3)) == 3


@pytest.mark.parametrize("reason", ["list_paused", "campaign_paused"])
def test_a_pause_revokes_what_has_not_started(dialing, reason):
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[ANN])
    wait_for(lambda: dialing.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    if reason == "list_paused":
        done(dialing, "list.update", {"list_id": "a", "active": False})
    else:
        put(dialing, active=False)
    assert dialer.revoked(offers[BOB])["reason"] == reason
    assert dialer.revoked(offers[EVE])["reason"] == reason
    assert not dialer.events("offer.revoked", offer_id=offers[ANN]["offer_id"])
    dialer.release(offers[BOB])
    late = dialer.start(offers[EVE])  # the revocation came too late
    dialer.end(late, "SALE")
    dialer.end(call, "NA")
    become(dialing, {ANN: ("ready", "NA", 1), BOB: ("ready", "NEW", 0), EVE: ("finished", "SALE", 1)})
    dialer.quiet(1)


def test_an_entry_revokes_and_the_next_offer_obeys_it(dialing):
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    [result] = done(dialing, "dnc.add", {"phone": ANN})
    assert result["leads"] == 1
    assert dialer.revoked(offers[ANN])["reason"] == "dnc"
    dialer.release(offers[ANN])
    become(dialing, {ANN: ("dnc", "NEW", 0)})
    dialer.quiet(1, phone=ANN)


def test_who_asks_not_to_be_called_is_on_the_list_everywhere(dialing):
    create_list(dialing, "b", campaign_id="d")
    run_import(dialing, "leads.csv", list_id="b")
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "DNC")
    become(dialing, {ANN: ("dnc", "DNC", 1)})
    become(dialing, {ANN: ("dnc", "NEW", 0)}, "b")
    put(dialing, "d")
    dialer.offers(0)
    dialer.quiet(1, campaign_id="d", phone=ANN)
    entries = dialing.rows("SELECT campaign_no, source FROM dnc_entry WHERE removed_at IS NULL")
    assert entries == [(0, "dialer")]


def test_one_live_offer_for_a_number_of_two_campaigns(dialing):
    create_list(dialing, "b", campaign_id="d")
    run_import(dialing, "leads.csv", list_id="b")
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    put(dialing, "d")
    dialer.quiet(2, campaign_id="d")
    dialer.answer(offers[ANN], "NA")
    wait_for(lambda: leads(dialing)[ANN][0] == "ready")
    assert dialing.value("SELECT count(*) FROM offer WHERE state < 9 AND campaign_no = 2") == 0


def test_a_number_counts_once_for_its_cap(clocked):
    """Two lists of two campaigns, three calls in any 24 hours: the fourth is refused at 23:59:59 and allowed
    at 24:00:00."""
    create_list(clocked, "b", campaign_id="d")
    run_import(clocked, "leads.csv", list_id="b")
    cap = {"cap_calls": 3, "cap_window_s": 86400, "reserve_s": 60, "max_attempts": 20}
    done(
        clocked,
        "recycle_rule.put",
        {"campaign_id": "c", "disposition": "NA", "max_attempts": 20, "intervals_s": [600]},
    )
    put(clocked, **cap)
    dialer = clocked.dialer(clock=clocked.clock)
    for call in range(1, 4):
        ann = dialer.offers(call, phone=ANN)[-1]
        dialer.answer(ann, "NA", duration_s=0)
        wait_for(lambda call=call: leads(clocked)[ANN][2] == call)
        clocked.clock.advance(seconds=600)
    put(clocked, "d", **cap)
    clocked.clock.set(NOON + timedelta(hours=23, minutes=59, seconds=59))
    dialer.quiet(2, phone=ANN)
    clocked.clock.set(NOON + timedelta(hours=24))
    assert len(dialer.offers(4, phone=ANN)) == 4


def test_an_offer_expires_by_what_was_read(clocked):
    put(clocked, offer_lifetime_s=60, reserve_s=600)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[ANN])
    wait_for(lambda: clocked.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    clocked.clock.advance(seconds=655)
    dialer.quiet(1)
    clocked.clock.advance(seconds=10)
    dialer.expired(offers[BOB])
    dialer.expired(offers[EVE])
    assert not dialer.events("offer.expired", offer_id=offers[ANN]["offer_id"])
    dialer.end(call, "NA")
    become(clocked, {ANN: ("ready", "NA", 1)})


def test_a_released_lead_is_offered_again_after_a_minute(clocked):
    put(clocked)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.release(offers_by_phone(dialer, 3)[ANN])
    become(clocked, {ANN: ("ready", "NEW", 0)})
    clocked.clock.advance(seconds=59)
    dialer.quiet(1, phone=ANN)
    clocked.clock.advance(seconds=1)
    dialer.offers(2, phone=ANN)


def test_a_call_that_is_not_heard_of_for_four_hours(clocked):
    """The lead is offered again; for the cap of its number it was called."""
    put(clocked, cap_calls=2, cap_window_s=86400)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    dialer.start(offers[ANN])
    wait_for(lambda: clocked.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    clocked.clock.advance(seconds=4 * 3600 - 1)
    dialer.expired(offers[BOB])
    dialer.quiet(1, phone=ANN)
    assert not dialer.events("offer.expired", offer_id=offers[ANN]["offer_id"])
    clocked.clock.advance(seconds=2)
    dialer.expired(offers[ANN])
    dialer.answer(dialer.offers(2, phone=ANN)[-1], "NA")
    become(clocked, {ANN: ("ready", "NA", 1)})
    clocked.clock.set(NOON + timedelta(seconds=86399))
    dialer.quiet(1, phone=ANN)
    clocked.clock.advance(seconds=1)
    dialer.offers(3, phone=ANN)


def test_a_late_outcome_is_an_attempt_all_the_same(clocked):
    """Started one second before not_after, told an hour late: nobody calls the lead meanwhile."""
    put(clocked, offer_lifetime_s=60, reserve_s=7200)
    rule = {"campaign_id": "c", "disposition": "NA", "max_attempts": 3, "intervals_s": [7200]}  # not due again so soon
    done(clocked, "recycle_rule.put", rule)
    dialer = clocked.dialer(clock=clocked.clock)
    ann = offers_by_phone(dialer, 3)[ANN]
    clocked.clock.advance(seconds=59)
    call = dialer.start(ann, tell=False)
    clocked.clock.advance(hours=1)
    dialer.quiet(1, phone=ANN)
    dialer.end(call, "NA", duration_s=5)
    become(clocked, {ANN: ("ready", "NA", 1)})
    started = clocked.value("SELECT started_at FROM attempt")
    assert started == NOON + timedelta(seconds=59)


def test_a_call_is_told_once_however_often_it_is_sent(dialing):
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[ANN])
    for _ in range(3):
        dialer.end(call, "NA")
    stranger = {"lead_id": offers[BOB]["lead_id"], "offer_id": "999999999"}
    dialer.end(dialer.start(stranger | {"phone": BOB}, tell=False), "B")  # an offer that nobody made
    become(dialing, {ANN: ("ready", "NA", 1), BOB: ("offered", "B", 1)})
    dialer.end(call, "DNC")  # a repeat changes nothing, but a wish not to be called holds
    become(dialing, {ANN: ("dnc", "NA", 1)})
    assert dialing.value("SELECT count(*) FROM attempt") == 2


def test_a_code_that_nobody_defined(dialing):
    put(dialing)
    dialer = dialing.dialer()
    ann = offers_by_phone(dialer, 3)[ANN]
    dialer.answer(ann, "GHOST")
    become(dialing, {ANN: ("exhausted", "UNMAPPED", 1)})
    assert dialing.value("SELECT disposition FROM attempt") == "GHOST"


def test_a_phone_change_takes_the_offer_back(dialing):
    put(dialing)
    dialer = dialing.dialer()
    ann = offers_by_phone(dialer, 3)[ANN]
    upsert(dialing, phone=ANN, external_id="ann")
    upsert(dialing, phone="+15046218928", external_id="ann")
    assert dialer.revoked(ann)["reason"] == "phone_changed"
    dialer.release(ann)
    wait_for(lambda: leads(dialing).get("+15046218928") == ("ready", "NEW", 0))
    settle(lambda: check_counters(dialing))


def answered_under_another_number(space, disposition):
    """Ann's offer, and her number is corrected while the call to the old one goes on."""
    put(space)
    dialer = space.dialer()
    ann = offers_by_phone(dialer, 3)[ANN]
    upsert(space, phone=ANN, external_id="ann")
    call = dialer.start(ann)
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    upsert(space, phone=NEW, external_id="ann")
    dialer.end(call, disposition)
    wait_for(lambda: leads(space)[NEW][2] == 1)
    return dialer


@pytest.mark.parametrize("code, stage", [("WN", "invalid"), ("NA", "ready")])
def test_a_corrected_number_is_called(dialing, code, stage):
    """At once: what the call to the number before came to says nothing of this one."""
    put(dialing)
    dialer = dialing.dialer()
    ann = offers_by_phone(dialer, 3)[ANN]
    upsert(dialing, phone=ANN, external_id="ann")
    dialer.answer(ann, code)
    become(dialing, {ANN: (stage, code, 1)})
    upsert(dialing, phone=NEW, external_id="ann")
    assert dialer.offers(1, phone=NEW)


def test_a_wrong_number_says_nothing_of_the_corrected_one(dialing):
    dialer = answered_under_another_number(dialing, "WN")
    assert dialer.offers(1, phone=NEW)


def test_who_asks_not_to_be_called_speaks_of_the_number_that_was_called(dialing):
    create_list(dialing, "b", campaign_id="d")
    upsert(dialing, list_id="b", phone=NEW)
    upsert(dialing, list_id="b", phone=ANN)
    answered_under_another_number(dialing, "DNC")
    become(dialing, {NEW: ("ready", "NEW", 0), ANN: ("dnc", "NEW", 0)}, "b")


def test_a_lead_that_was_waited_for_has_the_gate_of_its_new_zones(dialing):
    """lead_dial_lock.sql behind an upsert that moves the lead to another zone set."""
    sql, begin = (
        "".join(line for line in query(name).splitlines(True) if not line.startswith("--"))
        for name in ("lead_dial_lock", "lead_begin")
    )
    begin = begin.replace("$1", "'off'")
    lead, old = dialing.row("SELECT lead_id, zone_set_no FROM leads ORDER BY 1 LIMIT 1")
    new, gate = dialing.row("SELECT zone_set_no, gate_no FROM zone_set WHERE zone_set_no <> %s LIMIT 1", old)
    with db(dialing) as mover, db(dialing) as other:
        mover.autocommit = other.autocommit = False
        mover.execute("UPDATE leads SET zone_set_no = %s WHERE lead_id = %s", (new, lead))
        found = []

        def lock():
            other.execute(begin)
            found.append(other.execute(sql.replace("$1", "%s"), ([lead],)).fetchone())

        thread = threading.Thread(target=lock)
        thread.start()
        waiting = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s AND wait_event_type = 'Lock'"
        wait_for(lambda: dialing.value(waiting, other.info.backend_pid) == 1)
        mover.commit()
        thread.join()
        other.rollback()
    assert (found[0][4], found[0][5]) == (new, gate)


def test_an_unknown_zone_is_never_called_without_an_assumption(clocked):
    (clocked.inbox / "free.csv").write_text("phone\n800-555-0199\n")
    run_import(clocked, "free.csv")
    put(clocked, windows=[{"days": ["wed"], "from": "09:00", "to": "20:00"}])
    dialer = clocked.dialer(clock=clocked.clock)
    assert {offer["phone"] for offer in dialer.offers(3)} == {ANN, BOB, EVE}
    dialer.quiet(1, phone="+18005550199")
    put(
        clocked, windows=[{"days": ["wed"], "from": "09:00", "to": "20:00"}], assume_zones=["America/Chicago"]
    )
    assert dialer.offers(1, phone="+18005550199")


def test_an_offer_ends_before_its_window_closes(clocked):
    """At noon in New Orleans it is 13:00 in Michigan and New Jersey."""
    put(clocked, windows=[{"days": ["wed"], "from": "12:00", "to": "13:02"}], offer_lifetime_s=300)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    assert offers[ANN]["not_after"] == "2026-11-25T18:05:00.000000Z"
    assert offers[BOB]["not_after"] == "2026-11-25T18:01:59.000000Z"


def test_offers_follow_a_list_s_windows(clocked):
    """Narrowed and widened, without a moment's wait."""

    def window(begin, end):
        days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
        done(clocked, "list.update", {"list_id": "a", "windows": [{"days": days, "from": begin, "to": end}]})

    window("00:00", "09:00")
    put(clocked, hopper_target=2)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.quiet(1)
    window("09:00", "21:00")
    dialer.offers(2)
    window("00:00", "09:00")
    put(clocked, hopper_target=3)
    dialer.quiet(1)
    window("00:00", "21:00")
    dialer.offers(3)


def test_what_was_put_off_comes_back_with_new_rules(clocked):
    """A number's gap put off a lead that was called, and one of another list that was not."""
    create_list(clocked, "b", campaign_id="c")
    upsert(clocked, "b", phone=ANN)
    done(clocked, "list.update", {"list_id": "b", "active": False})
    put(clocked, cap_gap_s=7200, offer_lifetime_s=60, reserve_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NI", duration_s=0)
    dialer.answer(offers[BOB], "NA", duration_s=0)
    dialer.release(offers[EVE])
    become(clocked, {ANN: ("finished", "NI", 1), BOB: ("ready", "NA", 1)})
    done(clocked, "list.update", {"list_id": "b", "active": True})
    done(clocked, "list.update", {"list_id": "a", "priority": 60})  # its put-offs are by the rules of now
    clocked.clock.advance(minutes=31)
    wait_for(lambda: clocked.value("SELECT count(*) FROM put_off") == 2)
    dialer.quiet(1, phone=ANN)
    put(clocked, cap_gap_s=1800)
    assert dialer.offers(2, phone=ANN)[-1]["why"] == "fresh"
    assert dialer.offers(2, phone=BOB)[-1]["why"] == "recycle"
    assert clocked.value("SELECT count(*) FROM put_off") == 0
    settle(lambda: check_counters(clocked, "a"))


def test_who_is_held_when_the_rules_change_comes_back_after_it(clocked):
    """The other comes back at once; what holds this one ends without a change."""
    create_list(clocked, "b", campaign_id="c")
    upsert(clocked, "b", phone=ANN)
    upsert(clocked, "b", phone=BOB)
    done(clocked, "list.update", {"list_id": "b", "active": False})
    put(clocked, cap_gap_s=7200)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NI", duration_s=0)
    dialer.answer(offers[BOB], "NI", duration_s=0)
    become(clocked, {ANN: ("finished", "NI", 1), BOB: ("finished", "NI", 1)})
    done(clocked, "list.update", {"list_id": "b", "active": True})
    wait_for(lambda: clocked.value("SELECT count(*) FROM put_off") == 2)
    with db(clocked) as other:
        other.autocommit = False
        other.execute("SELECT FROM leads WHERE phone = %s FOR UPDATE", (int(ANN),))
        put(clocked, cap_gap_s=0)
        assert dialer.offers(2, phone=BOB)[-1]["why"] == "fresh"
        other.rollback()
    assert dialer.offers(2, phone=ANN)[-1]["why"] == "fresh"
    wait_for(lambda: clocked.value("SELECT count(*) FROM put_off") == 0)


def test_after_a_restore_nobody_is_offered_while_lost_offers_may_live(clocked):
    """What was offered in the lost time the record does not know: no lead and no number is offered in any campaign until
    the longest-lived of such offers must be over, one that became a call four hours after it began at the latest."""
    put(clocked, active=False, offer_lifetime_s=100, reserve_s=60)
    put(clocked, "other", active=False, offer_lifetime_s=30, reserve_s=600)
    clocked.db.execute("UPDATE namespace SET timeline = '000000FF'")
    assert clocked.cli_json("epoch", "bump")["offers_held_until"] == "2026-11-25T22:01:40Z"
    put(clocked)
    held = "SELECT held FROM campaign_hopper JOIN campaign USING (campaign_no) WHERE campaign_id = 'c'"
    wait_for(lambda: clocked.value(held) == "record_set_back")
    upsert(clocked, phone=NEW, priority=99)
    dialer = clocked.dialer(clock=clocked.clock)
    clocked.clock.advance(seconds=4 * 3600 + 99)
    dialer.quiet(1)
    clocked.clock.advance(seconds=1)
    dialer.offers(4)
    wait_for(lambda: clocked.value(held) == "")
    assert clocked.cli_json("epoch", "bump", "--lost-nothing")["offers_held_until"] == "2026-11-25T22:01:40Z"
    until = clocked.cli_json("epoch", "bump")["offers_held_until"]
    wait_for(lambda: clocked.value(held) == "record_set_back")
    put(clocked, offer_lifetime_s=30)
    for words in [], ["--lost-nothing"]:
        assert clocked.cli_json("epoch", "bump", *words)["offers_held_until"] == until, "it is not shortened"
    clocked.cli("epoch", "release", code=2)
    assert clocked.value(held) == "record_set_back", "nobody said yes"
    assert clocked.cli_json("epoch", "release", "--yes")["offers_held_until"] is None
    wait_for(lambda: clocked.value(held) == "")


def test_a_dialer_that_lost_an_offer_before_it_fell_silent(clocked):
    """It answered others of that time; what counts is what it was given since."""
    for last in range(4):
        upsert(clocked, phone=f"+1504621893{last}")
    put(clocked, hopper_target=2, offer_lifetime_s=30, reserve_s=600)
    dialer = clocked.dialer(clock=clocked.clock)
    _, taken = dialer.offers(2)
    clocked.clock.advance(seconds=5)
    dialer.answer(taken, "NI", duration_s=0)
    dialer.offers(3)
    clocked.clock.advance(seconds=31)
    dialer.offers(5)
    clocked.clock.advance(seconds=31)
    wait_for(lambda: clocked.value("SELECT held FROM campaign_hopper") == "dialer_silent")


def test_a_silent_dialer_is_asked_by_one_offer_at_a_time(clocked):
    """Also while some are to be called at once. It answers, and the hopper is full."""
    for last in range(5):
        upsert(clocked, phone=f"+1504621893{last}")
    put(clocked, hopper_target=3, offer_lifetime_s=30, reserve_s=600)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.offers(3)
    for probes in (1, 2):
        clocked.clock.advance(seconds=31)
        dialer.offers(3 + probes)
        upsert(clocked, phone=f"+1504621894{probes}", priority=99)
        dialer.quiet(1)
    dialer.answer(dialer.events("offer.made")[-1], "NI")
    dialer.offers(3 + 2 + 3)
    dialer.quiet(1)


def test_a_call_that_begins_after_its_offer_was_given_up_takes_the_next_one_back(clocked):
    """The number is with another dialer by then, as another list's lead or as the same."""
    create_list(clocked, "b", campaign_id="d")
    upsert(clocked, "b", phone=BOB)
    put(clocked, offer_lifetime_s=30, reserve_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 3)
    clocked.clock.advance(seconds=20)
    put(clocked, "d", offer_lifetime_s=600)
    clocked.clock.advance(seconds=70)
    again = {offer["phone"]: offer for offer in dialer.offers(6)[3:]}
    assert again[ANN]["list_id"] == "a" and set(again) == {ANN, BOB, EVE}
    dialer.start(offers[ANN])
    late = dialer.start(offers[BOB])
    assert dialer.revoked(again[ANN])["reason"] == "number_called"
    assert dialer.revoked(again[BOB])["reason"] == "number_called"
    assert not dialer.events("offer.revoked", offer_id=again[EVE]["offer_id"])
    dialer.end(late, "SALE")
    become(clocked, {BOB: ("finished", "SALE", 1)})


TEXTS = {
    "extension": "77",
    "external_id": "crm-1",
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "address": "12 Analytical Way",
    "city": "New Orleans",
    "state": "LA",
    "zip": "70116",
    "country": "US",
}


def test_an_offer_tells_all_of_its_lead(clocked):
    lead = TEXTS | {"custom": {"roof": "flat", "rooms": "5"}, "priority": 51}
    lead_id = upsert(clocked, phone=NEW, **lead)["lead_id"]
    put(clocked, offer_lifetime_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    offers = offers_by_phone(dialer, 4)
    offer = {"lead_id": lead_id, "list_id": "a", "campaign_id": "c", "phone": NEW, "attempt": 1, "attempts_total": 0}
    offer |= {"not_after": "2026-11-25T18:01:00.000000Z", "agent": None, "why": "fresh", "lead_version": 2}
    assert offers[NEW] == {"offer_id": offers[NEW]["offer_id"]} | offer | lead
    bare = {name: offers[ANN][name] for name in [*TEXTS, "custom", "priority"]}
    assert bare == dict.fromkeys(TEXTS) | {"custom": {}, "priority": 50}


# Of one campaign: the lead, the priority of its list, its own; first those that are called once before, in this order.
CALLED = {"asked": ("low", 0), "longest": ("low", 50), "later": ("low", 50), "hot": ("low", 70), "of high": ("high", 10)}
FRESH = {"first": ("low", 50), "last": ("low", 50), "new hot": ("low", 70), "new of high": ("high", 10)}
PHONES = {name: f"+150462189{number}" for number, name in enumerate([*CALLED, *FRESH], start=30)}
RECYCLED_IN_ORDER = ["of high", "hot", "longest", "later"]


def in_the_order_of_calls(space, dialer):
    """The leads of CALLED, each called a minute after the one before: their due times."""
    offers = offers_by_phone(dialer, len(CALLED))
    for name in CALLED:
        more = {"callback_at": space.clock.now + timedelta(minutes=40)} if name == "asked" else {}
        dialer.answer(offers[PHONES[name]], "CB" if more else "NA", duration_s=0, **more)
        space.clock.advance(minutes=1)
    wait_for(lambda: space.value("SELECT count(*) FROM ready_lead") == len(CALLED))


@pytest.mark.parametrize(
    "order, wanted",
    [
        ("fresh_first", ["new of high", "new hot", "first", "last", *RECYCLED_IN_ORDER]),
        ("due", [*RECYCLED_IN_ORDER, "new of high", "new hot", "first", "last"]),
        ("newest", ["new of high", "new hot", "last", "first", *RECYCLED_IN_ORDER]),
    ],
)
def test_the_order_of_offers(space, order, wanted):
    """Callbacks, what the order says, list priority, lead priority, due time."""
    space.clock = Clock(space, NOON)
    space.importer()
    space.recycler()
    create_list(space, "low", campaign_id="c", priority=40)
    create_list(space, "high", campaign_id="c", priority=41)
    for name in reversed(CALLED):  # not in the order of their ids
        upsert(space, CALLED[name][0], phone=PHONES[name], priority=CALLED[name][1])
    put(space, order=order)
    dialer = space.dialer(clock=space.clock)
    in_the_order_of_calls(space, dialer)
    put(space, active=False, hopper_target=1)
    for name, (list_id, priority) in FRESH.items():
        upsert(space, list_id, phone=PHONES[name], priority=priority)
    space.clock.advance(hours=1)
    put(space)
    names = {phone: name for name, phone in PHONES.items()}
    came = []
    for count in range(len(CALLED) + 1, len(CALLED) + len(names) + 1):
        offer = dialer.offers(count)[-1]
        came.append(names[offer["phone"]])
        dialer.answer(offer, "SALE")
    assert came == ["asked", *wanted]


def test_in_random_order(space):
    """Not in that of the file; and each comes, in the end."""
    rows = 60
    (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"50462189{row:02d}\n" for row in range(rows)))
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    put(space, order="random", hopper_target=10)
    dialer = space.dialer()
    first = sorted(int(offer["lead_id"]) & 0xFFFFFFFF for offer in dialer.offers(10))
    assert first != list(range(first[0], first[0] + 10)), "by chance once in a billion"
    put(space, order="random", hopper_target=rows)
    assert len({offer["lead_id"] for offer in dialer.offers(rows, timeout=10)}) == rows


def test_put_off_until_its_time_has_come(clocked):
    put(clocked, cap_gap_s=7200, offer_lifetime_s=60, reserve_s=60)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.answer(offers_by_phone(dialer, 3)[BOB], "NA", duration_s=0)
    become(clocked, {BOB: ("ready", "NA", 1)})
    clocked.clock.advance(minutes=31)
    wait_for(lambda: clocked.value("SELECT count(*) FROM put_off") == 1)
    clocked.clock.advance(minutes=89)
    assert dialer.offers(2, phone=BOB)[-1]["why"] == "recycle"
    wait_for(lambda: clocked.value("SELECT count(*) FROM put_off") == 0)


def test_wider_hours_bring_back_who_waits_for_the_next_day(clocked):
    """A call that got no answer ten minutes before the campaign closes, which then stays open."""
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    put(clocked, windows=[{"days": days, "from": "09:00", "to": "12:10"}])
    dialer = clocked.dialer(clock=clocked.clock)
    [ann] = dialer.offers(1, phone=ANN)
    dialer.answer(ann, "NA", duration_s=0)
    become(clocked, {ANN: ("ready", "NA", 1)})
    assert "job_id" in put(clocked, windows=[{"days": days, "from": "09:00", "to": "20:00"}])
    wait_for(
        lambda: (
            clocked.value(
                "SELECT count(*) FROM jobs WHERE kind = 'campaign.reapply' AND state <> 'completed'"
            )
            == 0
        )
    )
    clocked.clock.advance(minutes=31)
    assert dialer.offers(2, phone=ANN)[-1]["why"] == "recycle"


def test_a_dialer_s_wish_holds_for_a_minute(clocked):
    put(clocked, active=False, hopper_target=3, offer_lifetime_s=600)
    done(clocked, "campaign.refill", {"campaign_id": "c", "want": 1})
    put(clocked)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.offers(1)
    dialer.quiet(1)
    done(clocked, "campaign.refill", {"campaign_id": "c", "want": 2})
    dialer.offers(2)
    clocked.clock.advance(seconds=59)
    dialer.quiet(1)
    clocked.clock.advance(seconds=1)
    dialer.offers(3)


def test_nobody_is_called_outside_the_hours(clocked):
    afternoon = [{"days": ["wed"], "from": "15:00", "to": "16:00"}]
    put(clocked, windows=afternoon)
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.quiet(2)
    clocked.clock.advance(hours=2)  # 15:00 in Michigan and New Jersey, 14:00 in New Orleans
    assert set(offers_by_phone(dialer, 2)) == {BOB, EVE}
    dialer.quiet(1)


def test_new_hours_of_a_list_hold_at_once(dialing):
    """The hopper looks at lists once a second; an express lead is offered within milliseconds: most of the times before
    it has looked."""
    put(dialing)
    dialer = dialing.dialer()
    dialer.offers(3)
    closed = [{"days": ["mon"], "from": "03:00", "to": "03:01"}]
    for last in range(6):
        done(dialing, "list.update", {"list_id": "a", "windows": []})
        upsert(dialing, phone=f"+1504621890{last}", priority=99)
        dialer.offers(4 + last)
        done(dialing, "list.update", {"list_id": "a", "windows": closed})
        upsert(dialing, phone=f"+1504621891{last}", priority=99)
        dialer.quiet(1.2, phone=f"+1504621891{last}")


def test_what_was_decided_hours_ago_is_not_offered(clocked):
    """A recycler that stands still between its decision and its last word, here behind the list's gate."""
    put(clocked, windows=[{"days": ["wed"], "from": "12:30", "to": "13:30"}])
    dialer = clocked.dialer(clock=clocked.clock)
    dialer.offers(2)  # in New Orleans it is noon
    with db(clocked) as other:
        other.autocommit = False
        other.execute("SELECT FROM list_stats FOR UPDATE")
        clocked.clock.advance(minutes=30)
        wait_for(lambda: clocked.waiting_for(other.info.backend_pid), every=0.01)
        clocked.clock.advance(hours=2)
    dialer.quiet(2, phone=ANN)


def entry_that_leads_do_not_know(space, phone):
    if not space.rows("SELECT FROM number WHERE phone = %s", int(phone)):
        space.db.execute("INSERT INTO number (phone, digest) VALUES (%s, %s)", (int(phone), phone.encode()))
    space.db.execute(
        "INSERT INTO dnc_entry (number_id, source, added_at) SELECT number_id, 'test', now() FROM number WHERE phone = %s",
        (int(phone),),
    )


def test_an_entry_holds_though_the_lead_does_not_know_of_it(dialing):
    entry_that_leads_do_not_know(dialing, ANN)
    put(dialing)
    dialer = dialing.dialer()
    assert set(offers_by_phone(dialer, 2)) == {BOB, EVE}
    become(dialing, {ANN: ("dnc", "NEW", 0)})
    dialer.quiet(1)


def test_what_was_searched_for_ahead_is_decided_anew(dialing):
    """After a top-up the leads of the next are known already; what has changed since holds."""
    put(dialing, hopper_target=1)
    dialer = dialing.dialer()
    [first] = dialer.offers(1)
    others = {ANN, BOB, EVE} - {first["phone"]}
    for phone in others:
        entry_that_leads_do_not_know(dialing, phone)
    dialer.answer(first, "SALE")
    become(dialing, {phone: ("dnc", "NEW", 0) for phone in others})
    assert len(dialer.offers(1)) == 1


def test_limits_hold_though_the_lead_is_in_the_queue(dialing):
    """As between a change of rules and its campaign.reapply: that of the first put has ended, the second asks for none."""
    put(dialing, active=False)
    wait_for(lambda: dialing.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0)
    called = (
        "attempts = 3, status = 'NA', tries = 'NA=3', called_at = now(), decided_at = now() - interval '1 d'"
    )
    dialing.db.execute(f"UPDATE leads SET {called} WHERE phone = {int(ANN)}")
    dialing.db.execute(
        f"UPDATE ready_lead SET class = 3 WHERE lead_id = (SELECT lead_id FROM leads WHERE phone = {int(ANN)})"
    )
    put(dialing)
    dialer = dialing.dialer()
    assert set(offers_by_phone(dialer, 2)) == {BOB, EVE}
    wait_for(lambda: leads(dialing)[ANN] == ("exhausted", "NA", 3))
    dialer.quiet(1)


def test_a_callback_comes_first_and_goes_to_its_agent(clocked):
    put(clocked, hopper_target=1)
    dialer = clocked.dialer(clock=clocked.clock)
    [first] = dialer.offers(1)
    dialer.answer(first, "CB", callback_at=clocked.clock.now + timedelta(minutes=10), callback_agent="joe")
    second = dialer.offers(2)[-1]
    clocked.clock.advance(minutes=10)
    dialer.answer(second, "NA")
    again = dialer.offers(1, lead_id=first["lead_id"], why="callback")[-1]
    assert again["agent"] == "joe"


def test_express_leads_exceed_the_target(dialing):
    put(dialing, hopper_target=1)
    dialer = dialing.dialer()
    dialer.offers(1)
    upsert(dialing, phone="+15046218928", priority=99)
    [offer] = dialer.offers(1, why="express")
    assert offer["phone"] == "+15046218928"
    dialer.quiet(1)


def test_bad_outcomes_go_to_the_dead_letters(dialing):
    put(dialing)
    dialer = dialing.dialer()
    offers = offers_by_phone(dialer, 3)
    send_command(dialing, "dialer.outcomes", "1", "call.ended", {"lead_id": "1"}, bad=True)
    dialer.answer(offers[ANN], "NA")
    become(dialing, {ANN: ("ready", "NA", 1)})
    [letter] = read_topic(dialing, "dialer.outcomes.dlq", until=lambda seen: len(seen) == 1)
    assert letter.value == {"lead_id": "1"}
