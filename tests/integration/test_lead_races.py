"""Leads that change beside each other: in one batch, beside an import, beside a do-not-call entry."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from harness import db, read_topic, wait_for
from harness.settings import ROOT
from scenario import (
    answers,
    ask,
    check_counters,
    create_list,
    done,
    finish_import,
    scale,
    start_import,
    tell,
    upsert,
)

ANN, BOB, CID = "+15046218927", "+18102929388", "+18566368749"
STAGES = {1: "dnc", 6: "ready"}


@pytest.fixture
def listed(space):
    space.importer()
    create_list(space)
    return space


def results_of(space, items):
    return [result["result"] for result in done(space, "lead.upsert", {"list_id": "a", "leads": items})]


def phones(space):
    return dict(space.rows("SELECT external_id, '+' || phone FROM leads"))


def stage(space, phone=ANN):
    return STAGES[space.value("SELECT stage FROM leads WHERE phone = %s", int(phone[1:]))]


def letters(space):
    return read_topic(space, "importer.commands.dlq") + read_topic(space, "dnc.commands.dlq")


# ---- within one batch


def test_phones_and_ids_change_hands_within_a_message(listed):
    upsert(listed, phone=ANN, external_id="x1")
    upsert(listed, phone=BOB, external_id="x2")
    swap = [
        {"phone": CID, "external_id": "x1"},
        {"phone": ANN, "external_id": "x2"},
        {"phone": BOB, "external_id": "x1"},
    ]
    assert results_of(listed, swap) == ["updated"] * 3
    assert phones(listed) == {"x1": BOB, "x2": ANN}
    assert results_of(listed, [{"phone": CID, "external_id": "x2"}, {"phone": ANN, "external_id": "x3"}]) == [
        "updated",
        "created",
    ]
    assert phones(listed) == {"x1": BOB, "x2": CID, "x3": ANN}
    assert results_of(listed, [{"phone": BOB, "external_id": "y1"}, {"phone": ANN, "external_id": "x1"}]) == [
        "updated",
        "updated",
    ]
    assert phones(listed) == {"y1": BOB, "x2": CID, "x1": ANN}
    check_counters(listed)
    assert letters(listed) == []


def test_state_alone_moves_the_zones_of_a_lead(listed):
    """The zone set of a change comes from the stored lead: it may be one that no item named."""
    upsert(listed, phone=ANN, external_id="x1")
    before = listed.value("SELECT zone_set_no FROM leads")
    assert upsert(listed, external_id="x1", state="NY")["result"] == "updated"
    after = listed.value("SELECT zone_set_no FROM leads")
    keys = dict(listed.rows("SELECT zone_set_no, key FROM zone_set"))
    assert keys[before] == "area=America/Chicago;regions=LA"
    assert keys[after] == "area=America/Chicago;state=America/New_York;regions=LA,NY"


# ---- beside an import


def test_upserts_beside_an_import_of_the_same_numbers(listed):
    count = scale(4_000)
    numbers = [f"+1504{200 + n // 10_000}{n % 10_000:04d}" for n in range(count)]
    (listed.inbox / "many.csv").write_text("phone,city\n" + "".join(f"{n},Boston\n" for n in numbers))
    job_id = start_import(listed, "many.csv", on_duplicate="update")
    ids = [
        tell(
            listed,
            "lead.upsert",
            {"list_id": "a", "leads": [{"phone": n, "zip": "70116"} for n in numbers[at : at + 50]]},
            flush=False,
        )
        for at in range(0, count, 50)
    ]
    replies = answers(listed, ids)
    assert {reply.type for given in replies.values() for reply in given} == {"command.completed"}
    assert finish_import(listed, job_id)["rows"] == count
    assert listed.row("SELECT count(*), count(city), count(zip) FROM leads") == (count, count, count)
    check_counters(listed)
    assert letters(listed) == []


def test_an_import_does_not_write_over_what_changed_since_it_looked(listed):
    """The lead changes between the import's look and its write, which waits for that change."""
    upsert(listed, phone=ANN, city="Rome", last_name="Lee")
    (listed.inbox / "city.csv").write_text(f"phone,city\n{ANN},Paris\n")
    with db(listed) as other:
        other.execute("BEGIN")
        other.execute("UPDATE leads SET city = 'Bonn', zip = '70116', lead_version = lead_version + 1")
        job_id = start_import(listed, "city.csv", on_duplicate="update")
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid::text = %s"
        xid = other.execute("SELECT pg_current_xact_id()::text").fetchone()[0]
        wait_for(lambda: listed.value(waits, xid), what="the import waits for the change")
        other.execute("COMMIT")
    assert finish_import(listed, job_id)["updated"] == 1
    assert listed.row("SELECT city, zip, last_name, lead_version FROM leads") == ("Paris", "70116", "Lee", 3)
    check_counters(listed)


# ---- beside a do-not-call entry


def test_a_lead_of_a_transaction_that_did_not_see_the_entry_follows(listed):
    """Its transaction began before the entry was committed, and ends long after."""
    with db(listed) as other:
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        assert done(listed, "dnc.add", {"phone": ANN}) == [{"result": "added", "leads": 0}]
        other.execute(
            "INSERT INTO leads (lead_id, phone, list_no, stage) SELECT 77, %s, list_no, 6 FROM list",
            [int(ANN[1:])],
        )
        other.execute("UPDATE list_stats SET version = version + 1, total = total + 1, ready = ready + 1")
        other.execute("INSERT INTO list_status SELECT list_no, 'NEW', 1 FROM list")
        time.sleep(2.5)
        assert listed.value("SELECT count(*) FROM dnc_recheck") == 1, "it waits for the transaction"
        other.execute("COMMIT")
    wait_for(lambda: stage(listed) == "dnc", what="the lead follows the entry")
    wait_for(lambda: listed.value("SELECT count(*) FROM dnc_recheck") == 0, what="nothing left to look at")
    check_counters(listed)
    [event] = read_topic(listed, "lead.events", until=lambda seen: len(seen) == 1)
    assert (event.type, event.key, event.value["stage"]) == ("lead.updated", "77", "dnc")
    assert event.value["changed"] == ["dnc"]
    assert ANN[1:] not in event.raw.decode()


def test_an_entry_waits_for_all_that_began_before_its_commit(space):
    """Also for those whose number is higher than its own, when nothing else has drawn one since."""
    queries = ROOT / "schemas" / "sql" / "queries"
    mark, due = ((queries / f"dnc_recheck_{name}.sql").read_text() for name in ("mark", "due"))
    due = due.replace("$1::int", "10")
    with db(space) as entry, db(space) as other:
        entry.execute("BEGIN")
        entry.execute("INSERT INTO dnc_recheck (number_id) VALUES (1)")
        other.execute("BEGIN")
        other.execute("SELECT pg_current_xact_id()")
        entry.execute("COMMIT")
        entry.execute(mark)
        assert entry.execute(due).fetchall() == [], "the other one may not have seen it"
        other.execute("COMMIT")
        # Transactions of other namespaces count too.
        wait_for(lambda: len(entry.execute(due).fetchall()) == 1, what="it is due when all have ended")


def test_an_entry_ends_by_itself(listed):
    upsert(listed, phone=ANN)
    until = (datetime.now(UTC) + timedelta(seconds=4)).isoformat()
    assert done(listed, "dnc.add", {"phone": ANN, "expires_at": until}) == [{"result": "added", "leads": 1}]
    assert stage(listed) == "dnc"
    wait_for(lambda: stage(listed) == "ready", what="the entry's end")
    assert datetime.now(UTC).isoformat() > until
    assert listed.row("SELECT removed_by, removed_at >= expires_at FROM dnc_entry") == ("expired", True)
    assert done(listed, "dnc.remove", {"phone": ANN}) == [{"result": "absent", "leads": 0}]
    check_counters(listed)


def test_an_add_never_shortens(listed):
    """(expires_at in hours or None for ever, the result) one after the other."""
    steps = [(1, "added"), (1 / 2, "exists"), (2, "added"), (None, "added"), (3, "exists"), (None, "exists")]
    for hours, wanted in steps:
        fields = {"phone": ANN}
        if hours:
            fields["expires_at"] = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()
        [result] = done(listed, "dnc.add", fields)
        assert result["result"] == wanted, hours
    assert listed.row("SELECT count(*), count(*) FILTER (WHERE removed_by = 'replaced') FROM dnc_entry") == (
        3,
        2,
    )
    assert listed.value("SELECT expires_at FROM dnc_entry WHERE removed_at IS NULL") is None


def test_the_same_command_again_changes_nothing(listed):
    upsert(listed, phone=ANN)
    first = ask(listed, "dnc.add", {"phone": ANN}, id="once")
    done(listed, "dnc.remove", {"phone": ANN})
    again = tell(listed, "dnc.add", {"phone": ANN}, id="once")
    assert len(wait_answers(listed, again, 2)) == 2
    assert [reply.value for reply in wait_answers(listed, again, 2)] == [first.value] * 2
    assert stage(listed) == "ready"
    assert listed.value("SELECT count(*) FROM dnc_entry") == 1


def wait_answers(space, id, count):
    def there(records):
        return len(of_command(records, id)) >= count

    return of_command(read_topic(space, "command.events", until=there), id)


def of_command(records, id):
    return [record for record in records if record.headers.get("ce_correlationid") == id]


BAD = [
    ({"phone": "12"}, "phone_too_short", "phone"),
    ({}, "missing_field", "phone"),
    ({"phone": "020 7946 0018", "default_country": "XX"}, "country_unknown", "default_country"),
    ({"phone": ANN, "expires_at": "tomorrow"}, "invalid_time", "expires_at"),
    ({"phone": ANN, "reason": "x"}, "unknown_field", "reason"),
]


def test_bad_commands_are_refused(listed):
    for fields, code, field in BAD:
        reply = ask(listed, "dnc.add", fields, bad=True)
        assert (reply.type, reply.value["code"], reply.value["field"]) == ("command.rejected", code, field)
    assert listed.value("SELECT count(*) FROM number") == 0
    assert letters(listed) == []


def test_national_numbers_are_read_with_their_country(listed):
    done(listed, "dnc.add", {"phone": "020 7946 0018", "default_country": "gb"})
    assert listed.value("SELECT phone FROM number") == 442079460018
    assert upsert(listed, phone="+44 20 7946 0018")["result"] == "created"
    assert listed.value("SELECT dnc FROM leads")


# ---- beside what takes leads away


def behind_a_change(space, change, type, data):
    """The command looks for its lead, and waits for it while `change` is not committed; its results."""
    with db(space) as other:
        other.execute("BEGIN")
        other.execute(change)
        [xid] = other.execute("SELECT pg_current_xact_id()::text").fetchone()
        id = tell(space, type, data)
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid::text = %s"
        wait_for(lambda: space.value(waits, xid) == 1, what=f"{type} waits for the lead")
        other.execute("COMMIT")
    return answers(space, [id])[id][0].value["results"]


def test_what_is_taken_away_is_looked_for_again_when_it_changed(listed):
    """A lead that has another number once it is locked is not the one that was meant."""
    upsert(listed, phone=ANN, external_id="x1")
    moves = f"UPDATE leads SET phone = {BOB[1:]} WHERE phone = {ANN[1:]}"
    by_phone = {"list_id": "a", "phone": ANN}
    assert behind_a_change(listed, moves, "lead.delete", by_phone) == [{"result": "absent"}]
    back = f"UPDATE leads SET phone = {ANN[1:]} WHERE phone = {BOB[1:]}"
    assert behind_a_change(listed, back, "lead.erase", {"phone": BOB}) == [{"result": "erased", "leads": 0}]
    assert phones(listed) == {"x1": ANN}
    check_counters(listed)


def test_an_erased_number_stays_erased(listed):
    """Neither the command again, nor the same one under another id, brings the digits back."""
    upsert(listed, phone=ANN)
    blank = "SELECT count(*) = 1 AND every(phone IS NULL) FROM number"
    for id in ("e1", "e2"):
        done(listed, "lead.erase", {"phone": ANN}, id=id, key="a")
        assert listed.value(blank)
    tell(listed, "lead.erase", {"phone": ANN}, id="e1", key="a")
    upsert(listed, phone=BOB, list_id="a")
    assert listed.value(blank)
    assert listed.value("SELECT count(*) FROM dnc_entry WHERE source = 'erased'") == 1
