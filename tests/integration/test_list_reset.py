"""list.reset begins a new pass for leads, and nobody is called more often for it than the caps allow."""

from datetime import timedelta

from harness import Rules, settle, wait_for
from scenario import ask, check_counters, check_queue, done, job_events, upsert
from test_list_delete import behind_a_change, doctor, due, refused
from test_offers import (  # noqa: F401
    ANN,
    BOB,
    EVE,
    NOON,
    become,
    clocked,
    dialing,
    leads,
    offers_by_phone,
    put,
)

CAP = {"cap_calls": 2, "cap_window_s": 86400, "reserve_s": 60, "law_pack": "none"}


def begin(space, where, **fields):
    """Returns the job_id."""
    data = {"list_id": "a", "where": where} | fields
    reply = ask(space, "list.reset", data, topic="recycler.commands")
    assert (reply.type, reply.value["kind"]) == ("command.accepted", "list.reset"), reply
    return reply.value["job_id"]


def text_of(where):
    """A filter as the command line has it."""
    for word in ("and", "or"):
        if word in where:
            return f" {word} ".join(f"({text_of(part)})" for part in where[word])
    if "not" in where:
        return f"not ({text_of(where['not'])})"
    sign = {"eq": "=", "ge": ">=", "null": "is null", "not_null": "is not null"}[where["op"]]
    value = f" '{where['value']}'" if "value" in where else ""
    return f"{where['field']} {sign}{value}"


FATES = ("reset", "kept_dnc", "kept_offered", "kept_ended")


def reset(space, where, list_id="a", skip_offered=False):
    """Does what a dry run says."""
    options = ["--skip-offered"] if skip_offered else []
    dry = space.cli_json("reset", "--list", list_id, "--where", text_of(where), "--dry-run", *options)
    value = was_reset(space, begin(space, where, list_id=list_id, skip_offered=skip_offered))
    assert {fate: dry[fate] for fate in FATES} == {fate: value[fate] for fate in FATES}, where
    return value


def was_reset(space, job_id):
    events = job_events(space, job_id)
    assert events[-1].type == "job.completed", events[-1].value
    settle(lambda: check_counters(space))
    return events[-1].value


def begun_anew(space, phone):
    """Nothing is left of the pass before: neither counts per rule, nor what was decided, nor a callback."""
    row = space.row("SELECT tries, due_at, decided_at, decided_end_at, callback_at, callback_agent, hold FROM leads"
                    " WHERE phone = %s", int(phone[1:]))  # fmt: skip
    return row == (None, None, None, None, None, None, 0)


def eq(field, value):
    return {"field": field, "op": "eq", "value": value}


def test_a_new_pass_within_the_caps(clocked):  # noqa: F811
    space, rules = clocked, Rules()
    put(space, **CAP)
    rules.note("campaign.put", {"campaign_id": "c", "active": True, "windows": [], "cap_gap_s": 0} | CAP, at=NOON)
    dialer = space.dialer(clock=space.clock)
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NA", duration_s=0)
    dialer.answer(offers[BOB], "SALE", duration_s=0)
    become(space, {ANN: ("ready", "NA", 1), BOB: ("finished", "SALE", 1)})
    done(space, "dnc.add", {"phone": EVE})
    space.clock.advance(minutes=30)
    again = dialer.offers(2, phone=ANN)[-1]
    called = {"field": "attempts", "op": "ge", "value": 0}
    value = reset(space, called, skip_offered=True)
    assert (value["leads"], value["reset"], value["kept_offered"]) == (3, 0, 1)
    assert (value["kept_dnc"], value["kept_ended"]) == (1, 1)
    value = reset(space, called)
    assert (value["reset"], value["kept_ended"]) == (1, 1)
    rules.reset("a", at=space.clock.now)
    assert dialer.revoked(again)["reason"] == "lead_reset"
    assert leads(space)[ANN] == ("offered", "NEW", 0), "until the dialer answers"
    assert begun_anew(space, ANN)
    dialer.release(again)
    become(space, {ANN: ("ready", "NEW", 0)})
    space.clock.advance(seconds=61)
    again = dialer.offers(3, phone=ANN)[-1]
    assert (again["why"], again["attempt"], again["attempts_total"]) == ("fresh", 1, 1)
    dialer.answer(again, "NA", duration_s=0)
    become(space, {ANN: ("ready", "NA", 1)})
    assert not begun_anew(space, ANN)
    assert reset(space, eq("status", "NA"))["reset"] == 1
    assert space.value("SELECT tries FROM leads WHERE phone = %s", int(ANN[1:])) is None, "by now put off for its cap"
    rules.reset("a", at=space.clock.now)
    dialer.quiet(1, phone=ANN)
    space.clock.set(NOON + timedelta(hours=23, minutes=59, seconds=59))
    dialer.quiet(1, phone=ANN)
    space.clock.set(NOON + timedelta(hours=24))
    dialer.offers(4, phone=ANN)
    assert reset(space, {"and": [eq("stage", "finished"), eq("state", "LA")]})["reset"] == 0
    assert reset(space, eq("status", "SALE"))["reset"] == 1
    wait_for(
        lambda: dialer.read() or dialer.events("offer.made", phone=BOB)[1:], what="a new pass of the finished"
    )
    row = space.row(
        "SELECT attempts, attempts_total, contacted, status FROM leads WHERE phone = %s", int(BOB[1:])
    )
    assert row == (0, 1, False, "NEW")
    assert space.value("SELECT count(*) FROM attempt") == 3
    rules.verdict(space)
    doctor(space)


def test_a_lead_that_changes_under_the_reset_is_reset(clocked):  # noqa: F811
    """The statement that waited for it does not take it, nor see its new place in the queue."""
    space = clocked
    for statement in due(BOB, "2029-01-01"):
        space.db.execute(statement)
    everyone = {"field": "attempts", "op": "ge", "value": 0}
    job_id = behind_a_change(space, due(BOB, "2030-01-01"), lambda: begin(space, everyone))
    value = was_reset(space, job_id)
    assert (value["leads"], value["reset"]) == (3, 1)
    assert space.value("SELECT count(*) FROM leads WHERE due_at IS NOT NULL") == 0
    check_queue(space)


def test_who_ended_is_named_by_what_holds_for_him(dialing):  # noqa: F811
    """By a condition that he meets, and not by one that stands elsewhere in the filter; both ways of a chunk."""
    space = dialing
    upsert(space, phone=ANN, state="TX")
    upsert(space, phone=BOB, state="LA")
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    for phone, disposition in ((ANN, "SALE"), (BOB, "SALE"), (EVE, "ADC")):
        dialer.answer(offers[phone], disposition)
    become(space, {ANN: ("finished", "SALE", 1), BOB: ("finished", "SALE", 1), EVE: ("invalid", "DC", 1)})
    put(space, active=False)
    called = {"field": "attempts", "op": "ge", "value": 0}
    in_texas = {"or": [{"and": [eq("stage", "finished"), eq("state", "TX")]}, called]}
    job_id = behind_a_change(space, due(ANN, "2030-01-01"), lambda: begin(space, in_texas))
    value = was_reset(space, job_id)
    assert (value["leads"], value["reset"], value["kept_ended"]) == (3, 1, 2)
    assert leads(space)[ANN] == ("ready", "NEW", 0)
    for where, fates in (
        ({"or": [{"and": [eq("status", "SALE"), eq("state", "TX")]}, called]}, (0, 2)),
        ({"and": [{"not": {"not": eq("status", "SALE")}}, called]}, (0, 1)),
        ({"and": [{"or": [eq("status", "NA"), called]}, {"not": eq("status", "SALE")}]}, (0, 1)),
        ({"and": [called, eq("last_disposition", "ADC")]}, (1, 0)),
        ({"or": [eq("status", "NA"), {"and": [called, eq("status", "SALE"), eq("state", "LA")]}]}, (1, 0)),
    ):
        value = reset(space, where)
        assert (value["reset"], value["kept_ended"]) == fates, where
    assert set(leads(space).values()) == {("ready", "NEW", 0)}
    doctor(space)


def test_commands_and_command_line(clocked):  # noqa: F811
    space = clocked
    topic = {"topic": "recycler.commands"}
    assert refused(space, "list.reset", {"list_id": "a"}, bad=True, **topic) == "missing_field"
    assert (
        refused(space, "list.reset", {"list_id": "b", "where": eq("dnc", False)}, **topic) == "unknown_list"
    )
    assert refused(space, "list.reset", {"list_id": "a", "where": {}}, bad=True, **topic)
    assert "--where" in space.cli("reset", "--list", "a", "--yes", code=2).stderr
    assert "column" in space.cli("reset", "--list", "a", "--where", "stage = ", code=2).stderr
    counts = space.cli_json("reset", "--list", "a", "--where", "stage = ready", "--dry-run")
    assert (counts["leads"], counts["ready"], counts["called"]) == (3, 3, 0)
    space.cli("reset", "--list", "a", "--where", "stage = ready", code=2)
    report = space.cli_json("reset", "--list", "a", "--where", "stage = ready", "--yes", "--wait")
    assert (report["kind"], report["leads"], report["reset"]) == ("list.reset", 3, 0)
    assert "leadspool reset" in space.cli("reset", "--help").stdout
