"""leads.move: all that is known of a lead goes to another list, and follows that list's campaign."""

import json

from harness import read_topic, settle, wait_for
from harness.settings import ROOT
from rounds_of_lists import rows_of
from scenario import (
    all_published,
    ask,
    check_counters,
    check_queue,
    create_list,
    done,
    job_events,
    run_import,
    upsert,
)
from test_list_delete import behind_a_change, delete, deleted, doctor, due, refused
from test_list_reset import reset
from test_offers import ANN, BOB, EVE, NEW, dialing, leads, offers_by_phone, put  # noqa: F401

ALL = {"field": "attempts", "op": "ge", "value": 0}


def begin(space, **fields):
    """Returns the job_id."""
    reply = ask(space, "leads.move", {"list_id": "a", "to_list_id": "b"} | fields)
    assert (reply.type, reply.value["kind"]) == ("command.accepted", "leads.move"), reply
    return reply.value["job_id"]


def move(space, **fields):
    return moved(space, begin(space, **fields))


def moved(space, job_id):
    value = deleted(space, job_id)
    for list_id in ("a", "b"):
        settle(lambda list_id=list_id: check_counters(space, list_id))
    return value


def ids(space):
    return dict(space.rows("SELECT lead_id, phone FROM leads"))


def rules_applied(space):
    wait_for(
        lambda: (
            space.value("SELECT count(*) FROM jobs WHERE kind = 'list.move' AND state = 'completed'") == 1
        ),
        what="the rules of the other campaign",
    )


def test_every_field_may_be_asked_for(space):
    """By both services that take a filter, with the rights that each has."""
    fields = json.loads((ROOT / "schemas" / "messages" / "filter.json").read_text())["$defs"]["field"]["anyOf"][0]["enum"]
    tests = [{"field": field, "op": op} for field in fields for op in ("null", "not_null")]
    space.importer()
    space.recycler()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    upsert(space, "a", phone=ANN)
    assert move(space, where={"or": tests})["moved"] == 1
    assert reset(space, {"or": tests}, list_id="b")["leads"] == 1


def test_rules_applied_beside_a_move(space):
    """May have been past the target, and not yet at the source: they are applied to what was moved."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    upsert(space, "a", phone=ANN)
    assert move(space, where=ALL)["moved"] == 1
    moves = "SELECT count(*) FROM jobs WHERE kind = 'list.move'"
    assert space.value(moves) == 0
    space.recycler()
    done(space, "recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": 1, "intervals_s": [60]})
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE kind = 'campaign.reapply' AND state = 'completed'"))
    assert move(space, list_id="b", to_list_id="a", where=ALL)["moved"] == 1
    assert space.value(moves) == 1


def test_to_another_campaign(dialing):  # noqa: F811
    space = dialing
    create_list(space, "b", campaign_id="d")
    rule = {"campaign_id": "d", "disposition": "NA", "max_attempts": 1, "intervals_s": [60]}
    done(space, "recycle_rule.put", rule)
    done(space, "dnc.add", {"phone": EVE, "campaign_id": "d"})
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NA")
    call = dialer.start(offers[BOB])
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    wait_for(lambda: leads(space)[ANN] == ("ready", "NA", 1))
    before = ids(space)
    value = move(space, where=ALL, lead_events=True)
    assert (value["leads"], value["moved"], value["duplicate_leads"]) == (3, 3, 0)
    assert ids(space) == before and leads(space) == {}
    assert dialer.revoked(offers[EVE])["reason"] == "list_moved"
    rules_applied(space)
    assert leads(space, "b")[ANN] == ("exhausted", "NA", 1)
    assert leads(space, "b")[EVE][0] == "dnc"
    dialer.end(call, "SALE")
    wait_for(lambda: leads(space, "b")[BOB] == ("finished", "SALE", 1), what="the outcome behind the move")
    dialer.release(offers[EVE])
    all_published(space)
    told = [r.value for r in read_topic(space, "lead.events") if r.type == "lead.updated"]
    assert {v["lead_id"] for v in told if v["changed"] == ["list_id"] and v["list_id"] == "b"} == set(
        map(str, before)
    )
    settle(lambda: check_counters(space, "b"))
    doctor(space)


def test_who_may_not_be_called_there_and_who_may_again(space):
    """Rows of the queue go along, are taken out and are put in, each in one statement."""
    space.importer()
    for list_id, campaign_id in (("a", "c"), ("b", "d")):
        create_list(space, list_id, campaign_id=campaign_id)
    for phone in (ANN, BOB, EVE):
        upsert(space, phone=phone)
    done(space, "dnc.add", {"phone": BOB, "campaign_id": "c"})
    done(space, "dnc.add", {"phone": EVE, "campaign_id": "d"})
    settle(lambda: check_counters(space))
    with_queue = "SELECT phone FROM leads JOIN ready_lead USING (lead_id, list_no) ORDER BY 1"
    assert [f"+{phone}" for [phone] in space.rows(with_queue)] == sorted([ANN, EVE])
    assert move(space, where=ALL)["moved"] == 3
    assert [f"+{phone}" for [phone] in space.rows(with_queue)] == sorted([ANN, BOB])
    assert [leads(space, "b")[phone][0] for phone in (ANN, BOB, EVE)] == ["ready", "ready", "dnc"]
    check_queue(space)


def test_duplicates(space):
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    one = upsert(space, phone=ANN, first_name="Ada", state="TX", custom={"tier": "gold", "x": "1"})["lead_id"]
    upsert(space, phone=BOB, external_id="B-1")
    upsert(space, phone=EVE)
    there = upsert(space, "b", phone=ANN, last_name="Lovelace", first_name="A", custom={"x": "2", "y": "3"})[
        "lead_id"
    ]
    upsert(space, "b", phone="+15046218999", external_id="B-1")
    value = move(space, where=ALL)
    assert (value["leads"], value["moved"], value["duplicate_leads"]) == (3, 1, 2)
    assert set(leads(space)) == {ANN, BOB} and EVE in leads(space, "b")
    value = move(space, lead_ids=[str(lead_id) for lead_id in ids(space)], on_duplicate="update")
    assert (value["moved"], value["merged"], value["conflict"]) == (0, 1, 1)
    assert set(leads(space)) == {BOB}
    merged = "SELECT lead_id, first_name, last_name, state, custom FROM leads WHERE phone = %s"
    custom = {"tier": "gold", "x": "1", "y": "3"}
    assert space.row(merged, int(ANN[1:])) == (int(there), "Ada", "Lovelace", "TX", custom)
    assert int(one) not in ids(space)
    zones = "SELECT key FROM leads JOIN zone_set USING (zone_set_no) WHERE phone = %s"
    assert "state=" in space.value(zones, int(ANN[1:]))
    assert space.value("SELECT count(*) FROM jobs WHERE kind = 'list.move'") == 0, "the same campaign"
    doctor(space)


def test_duplicates_are_named(space):
    """By report, which leaves them, and by update; skip counts them. They are forgotten in time."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    ann, bob, eve = (upsert(space, phone=phone, external_id=f"id-{phone}")["lead_id"] for phone in (ANN, BOB, EVE))
    there = upsert(space, "b", phone=ANN)["lead_id"]
    other = upsert(space, "b", phone=NEW, external_id=f"id-{BOB}")["lead_id"]

    def report(**fields):
        job_id = begin(space, where=ALL, **fields)
        return moved(space, job_id), space.cli_json("move", "report", job_id)

    assert report()[1] == []
    assert move(space, list_id="b", to_list_id="a", lead_ids=[eve])["moved"] == 1
    value, named = report(on_duplicate="report")
    assert (value["leads"], value["moved"], value["duplicate_leads"]) == (3, 1, 2)
    duplicates = [
        {"lead_id": ann, "external_id": f"id-{ANN}", "other_lead_id": there, "fate": "duplicate"},
        {"lead_id": bob, "external_id": f"id-{BOB}", "other_lead_id": other, "fate": "duplicate"},
    ]
    assert named == sorted(duplicates, key=lambda row: int(row["lead_id"]))
    assert len(leads(space)) == 2
    value, named = report(on_duplicate="update")
    assert (value["merged"], value["conflict"]) == (1, 1)
    assert {(row["lead_id"], row["external_id"], row["fate"]) for row in named} == {
        (ann, None, "merged"),
        (bob, f"id-{BOB}", "conflict"),
    }
    space.cli("move", "report", 1, code=1)
    space.cli("move", "report", "x", code=2)
    space.db.execute("UPDATE move_note SET noted_at = noted_at - interval '36 days' WHERE fate = 'duplicate'")
    space.importer()  # a worker looks once when it starts
    wait_for(lambda: space.value("SELECT count(*) FROM move_note") == 2, what="old notes are gone")
    doctor(space)


def test_a_merge_loses_nothing_and_is_told(space):
    """What two leads cannot both keep leaves them two; what one takes over an event names, with the newer revision."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    wide = {"custom": {f"a{n}": "x" * 1000 for n in range(40)}}
    upsert(space, phone=ANN, external_id="A-1", city="Austin", revision=7)
    upsert(space, phone=BOB, external_id="B-1", first_name="Bo", custom={"x": "1"}, revision=9)
    upsert(space, phone=EVE, **wide)
    upsert(space, phone=NEW, city="Waco", revision=3)
    upsert(space, "b", phone=ANN, external_id="A-2", revision=8)
    to = upsert(space, "b", phone=BOB, city="Paris", first_name="B", custom={"y": "2"}, revision=4)["lead_id"]
    upsert(space, "b", phone=EVE, custom={key.replace("a", "b"): value for key, value in wide["custom"].items()})
    same = upsert(space, "b", phone=NEW, city="Waco", revision=2)["lead_id"]
    versions = dict(space.rows("SELECT lead_id, lead_version FROM leads"))
    value = move(space, where=ALL, on_duplicate="update", lead_events=True)
    assert (value["leads"], value["merged"], value["conflict"]) == (4, 2, 2)
    assert set(leads(space)) == {ANN, EVE}
    merged = "SELECT external_id, first_name, city, custom, revision, lead_version FROM leads WHERE lead_id = %s"
    version = versions[int(to)] + 1
    assert space.row(merged, int(to)) == ("B-1", "Bo", "Paris", {"x": "1", "y": "2"}, 9, version)
    assert space.row(merged, int(same)) == (None, None, "Waco", None, 3, versions[int(same)]), "nothing to tell"
    all_published(space)
    told = [r.value for r in read_topic(space, "lead.events") if r.type == "lead.updated"]
    assert [(v["lead_id"], v["list_id"], v["external_id"], sorted(v["changed"])) for v in told] == [
        (to, "b", "B-1", ["custom", "external_id", "first_name"])
    ]
    assert upsert(space, "b", phone=BOB, revision=8, city="Rome")["result"] == "stale"
    doctor(space)


def test_who_is_with_a_dialer_is_not_merged_away(dialing):  # noqa: F811
    """The outcome finds its lead, whether the call has begun or only may have."""
    space = dialing
    create_list(space, "b", campaign_id="c")
    done(space, "list.update", {"list_id": "b", "active": False})
    for phone in (ANN, BOB, EVE):
        upsert(space, "b", phone=phone)
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[ANN])
    dialer.answer(offers[BOB], "NA")
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    wait_for(lambda: leads(space)[BOB] == ("ready", "NA", 1))
    value = move(space, where=ALL, on_duplicate="update")
    assert (value["leads"], value["moved"], value["merged"], value["kept_offered"]) == (3, 0, 1, 2)
    late = dialer.start(offers[EVE])
    dialer.end(call, "SALE")
    dialer.end(late, "NI")
    wait_for(lambda: leads(space) == {ANN: ("finished", "SALE", 1), EVE: ("finished", "NI", 1)})
    assert dialer.events("offer.revoked") == []
    assert set(leads(space, "b").values()) == {("ready", "NEW", 0)}
    doctor(space)


def test_a_lead_that_changes_under_the_move_goes_along(space):
    """The statement that waited for it does not take it, nor see its new place in the queue."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    for phone in (ANN, BOB, EVE):
        upsert(space, phone=phone)
    job_id = behind_a_change(space, due(BOB, "2030-01-01"), lambda: begin(space, where=ALL))
    value = moved(space, job_id)
    assert (value["leads"], value["moved"]) == (3, 3)
    assert len(leads(space, "b")) == 3
    check_queue(space)


def test_leads_with_the_statuses_of_many_campaigns(space):
    """More in one chunk than one campaign can have."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    run_import(space, rows_of(space, "a.csv", 400, 0))
    space.db.execute("UPDATE leads SET status = 'S' || phone % 300")
    space.db.execute("DELETE FROM list_status")
    space.db.execute("INSERT INTO list_status SELECT list_no, status, count(*) FROM leads GROUP BY 1, 2")
    assert move(space, where=ALL)["moved"] == 400
    assert space.value("SELECT count(*) FROM list_status WHERE leads > 0") == 300
    assert deleted(space, delete(space, "b"))["deleted"] == 400


def test_a_move_to_a_list_that_is_deleted_is_cancelled(space):
    """Whichever it sees first, the end of the list or that it is asked to end."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    upsert(space, phone=ANN)

    def move_and_delete():
        job_id = begin(space, where=ALL)
        wait_for(lambda: space.value("SELECT state FROM jobs WHERE job_no = %s", int(job_id)) == "running")
        delete(space, "b")
        return job_id

    job_id = behind_a_change(space, due(ANN, "2030-01-01"), move_and_delete)
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["moved"]) == ("job.cancelled", 0), last.value
    wait_for(lambda: space.value("SELECT count(*) FROM list_stats") == 1, what="the target is gone")
    assert set(leads(space)) == {ANN}
    doctor(space)


def test_commands_and_command_line(space):
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    lead_id = upsert(space, phone=ANN)["lead_id"]
    upsert(space, phone=BOB)
    to = {"list_id": "a", "to_list_id": "b"}
    assert refused(space, "leads.move", to, bad=True) == "missing_field"
    assert refused(space, "leads.move", to | {"to_list_id": "a", "where": ALL}) == "same_list"
    assert refused(space, "leads.move", to | {"to_list_id": "z", "where": ALL}) == "unknown_list"
    assert refused(space, "leads.move", to | {"lead_ids": ["x"]}, bad=True) == "invalid_id"
    args = ("move", "--from", "a", "--to", "b")
    counts = space.cli_json(*args, "--where", "phone is not null", "--dry-run")
    assert (counts["leads"], counts["duplicate"], counts["other_campaign"]) == (2, 0, False)
    space.cli(*args, "--ids", lead_id, code=2)
    assert space.cli_json(*args, "--ids", lead_id, "--yes", "--wait")["moved"] == 1
    value = move(space, lead_ids=[lead_id, "999", "999"])
    assert (value["leads"], value["moved"], value["not_in_list"]) == (2, 0, 2)
    space.cli(*args, "--ids", lead_id, "--where", "dnc = true", code=2)
    space.cli(*args, "--ids", lead_id, "--on-duplicate", "ask", "--yes", code=2)
    assert space.cli_json(*args, "--where", "stage = ready", "--yes", "--wait")["moved"] == 1
    assert "leadspool move" in space.cli("move", "--help").stdout
    assert job_events(space, str(space.value("SELECT max(job_no) FROM jobs")))[0].value["to_list_id"] == "b"


def test_thousands_by_their_ids(space):
    """As an export lists them, and not one more than a command takes."""
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    run_import(space, rows_of(space, "a.csv", 1500, 0))
    named = [lead_id for [lead_id] in space.rows("SELECT lead_id FROM leads ORDER BY phone LIMIT 1200")]
    (space.dir / "ids.csv").write_text("lead_id\r\n" + "".join(f"{lead_id}\r\n" for lead_id in named))
    args = ("move", "--from", "a", "--to", "b")
    counts = space.cli_json(*args, "--ids-from", space.dir / "ids.csv", "--dry-run")
    assert counts["leads"] == len(named)
    piped = ",".join(map(str, named + named[:9]))
    assert space.cli_json(*args, "--ids-from", "-", "--yes", "--wait", input=piped)["moved"] == len(named)
    moved = space.rows("SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = 'b'")
    assert {lead_id for [lead_id] in moved} == set(named)
    cut = f"{named[0]}\n\0\n{named[1]}"
    for bad in ("", "lead_id\n", "12 x", "-5", "0", cut, " ".join(map(str, range(1, 10_002)))):
        space.cli(*args, "--ids-from", "-", "--yes", input=bad, code=2)
    space.cli(*args, "--ids-from", space.dir / "none", "--yes", code=2)
    space.cli(*args, "--ids", "1", "--ids-from", "-", "--yes", input="1", code=2)
