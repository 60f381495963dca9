"""lead.upsert: who is meant, what changes, and what is answered."""

import json

import pytest
from harness import read_topic
from scenario import answers, ask, check_counters, create_list, done, finish_import, scale, tell, upsert

ANN, BOB, CID = "+15046218927", "+18102929388", "+18566368749"


@pytest.fixture
def listed(space):
    space.importer()
    create_list(space)
    return space


def lead(space, phone=ANN, columns="*"):
    sql = f"SELECT {columns} FROM leads WHERE phone = %s"
    cursor = space.db.execute(sql, [int(phone[1:])])
    return dict(zip([column.name for column in cursor.description], cursor.fetchone(), strict=True))


def test_a_lead_is_made_found_and_changed(listed):
    made = upsert(listed, phone="(504) 621-8927", first_name="Ann", city="New Orleans", external_id="x1")
    assert made["result"] == "created" and made["external_id"] == "x1"
    by_phone = upsert(listed, phone="504.621.8927", city="Biloxi")
    by_id = upsert(listed, external_id="x1", state="MS")
    assert {by_phone["lead_id"], by_id["lead_id"]} == {made["lead_id"]}
    assert by_phone["result"] == by_id["result"] == "updated"
    found = lead(listed)
    assert (found["first_name"], found["city"], found["state"]) == ("Ann", "Biloxi", "MS")
    assert found["status"] == "NEW" and found["stage"] == 6
    assert str(found["lead_id"]) == made["lead_id"]
    check_counters(listed)


def test_what_is_absent_is_kept_and_null_erases(listed):
    upsert(
        listed, phone=ANN, first_name="Ann", last_name="Lee", city="Biloxi", email="a@example.com", priority=7
    )
    upsert(listed, phone=ANN, first_name=None, city="", priority=None)
    found = lead(listed)
    assert (found["first_name"], found["city"], found["priority"]) == (None, None, 50)
    assert (found["last_name"], found["email"]) == ("Lee", "a@example.com")


@pytest.mark.parametrize("field", ["phone", "external_id"])
@pytest.mark.parametrize("value", [None, ""])
def test_phone_and_external_id_cannot_be_erased(listed, field, value):
    upsert(listed, phone=ANN, external_id="x1", city="Biloxi")
    fields = {"phone": ANN, "external_id": "x1", "city": "Boston"} | {field: value}
    ask(listed, "lead.upsert", {"list_id": "a", "lead": fields})
    found = lead(listed)
    assert (found["phone"], found["external_id"]) == (int(ANN[1:]), "x1")


def test_custom_keys_merge(listed):
    upsert(listed, phone=ANN, custom={"plan": "gold", "age": 41, "vip": True})
    upsert(listed, phone=ANN, custom={"age": None, "plan": "silver", "score": 0.5})
    assert lead(listed)["custom"] == {"plan": "silver", "vip": True, "score": 0.5}
    assert upsert(listed, phone=ANN, custom={"plan": "silver"})["result"] == "unchanged"
    upsert(listed, phone=ANN, custom={"plan": None, "vip": None, "score": None})
    assert lead(listed)["custom"] in (None, {})


def test_phone_change_keeps_the_lead(listed):
    made = upsert(listed, phone=ANN, external_id="x1")
    moved = upsert(listed, phone=BOB, external_id="x1")
    assert (moved["result"], moved["lead_id"]) == ("updated", made["lead_id"])
    assert listed.value("SELECT count(*) FROM leads") == 1
    assert lead(listed, BOB)["external_id"] == "x1"
    assert upsert(listed, phone=ANN)["result"] == "created", "the old number is free again"
    check_counters(listed)


def test_two_leads_for_one_item_are_an_identity_conflict(listed):
    upsert(listed, phone=ANN, external_id="x1")
    upsert(listed, phone=BOB, external_id="x2")
    conflict = upsert(listed, phone=BOB, external_id="x1", city="Biloxi")
    assert (conflict["result"], conflict["code"]) == ("rejected", "identity_conflict")
    assert listed.rows("SELECT phone, external_id, city FROM leads ORDER BY phone") == [
        (int(ANN[1:]), "x1", None),
        (int(BOB[1:]), "x2", None),
    ]
    check_counters(listed)


def test_external_id_is_of_its_list(listed):
    create_list(listed, "b")
    one = upsert(listed, "a", phone=ANN, external_id="x1")
    two = upsert(listed, "b", phone=BOB, external_id="x1")
    assert one["lead_id"] != two["lead_id"]
    assert [one["result"], two["result"]] == ["created", "created"]


def test_a_new_lead_needs_a_phone(listed):
    [result] = done(listed, "lead.upsert", {"list_id": "a", "lead": {"external_id": "x9", "city": "Biloxi"}})
    assert (result["result"], result["field"]) == ("rejected", "phone")
    assert listed.value("SELECT count(*) FROM leads") == 0


REVISIONS = [  # what comes, what is answered, what the city then is
    ({"revision": 5, "city": "five"}, "created", "five"),
    ({"revision": 4, "city": "four"}, "stale", "five"),
    ({"revision": 6, "city": "six"}, "updated", "six"),
    ({"city": "none"}, "updated", "none"),
    ({"revision": 5, "city": "old"}, "stale", "none"),
    ({"revision": 7, "city": "none"}, None, "none"),
    ({"revision": 6, "city": "old"}, "stale", "none"),
]


def test_older_revisions_change_nothing(listed):
    for fields, result, city in REVISIONS:
        found = upsert(listed, phone=ANN, **fields)
        assert result in (None, found["result"]), fields
        assert lead(listed)["city"] == city


def test_a_batch_answers_item_by_item(listed):
    upsert(listed, phone=ANN, external_id="x1")
    items = [
        {"phone": BOB, "first_name": "Bob"},
        {"phone": "12"},
        {"phone": BOB, "external_id": "x1"},
        {"phone": BOB, "first_name": "Rob"},
        {"external_id": "x1", "city": "Biloxi"},
        {"phone": CID, "time_zone": "Mars/Olympus"},
        {"phone": BOB, "first_name": "Rob"},
    ]
    results = done(listed, "lead.upsert", {"list_id": "a", "leads": items})
    assert [result["index"] for result in results] == list(range(len(items)))
    assert [result["result"] for result in results] == [
        "created",
        "rejected",
        "rejected",
        "updated",
        "updated",
        "rejected",
        "unchanged",
    ]
    codes = [result["code"] for result in results if result["result"] == "rejected"]
    assert codes == ["phone_too_short", "identity_conflict", "time_zone_unknown"]
    assert listed.value("SELECT count(*) FROM leads") == 2
    check_counters(listed)


def test_a_batch_of_500(listed):
    items = [{"phone": f"+1504200{n:04d}", "external_id": f"x{n}", "city": "Biloxi"} for n in range(500)]
    first = done(listed, "lead.upsert", {"list_id": "a", "leads": items})
    again = done(listed, "lead.upsert", {"list_id": "a", "leads": items[::-1]})
    assert {result["result"] for result in first} == {"created"}
    assert {result["result"] for result in again} == {"unchanged"}
    assert [r["lead_id"] for r in again[::-1]] == [r["lead_id"] for r in first]
    assert len({r["lead_id"] for r in first}) == 500
    check_counters(listed)


def test_events_tell_what_changed_without_the_person(listed):
    made = upsert(listed, phone=ANN, first_name="Ann", external_id="x1")
    upsert(listed, phone=ANN, first_name="Anna", city="Biloxi")
    assert upsert(listed, phone=ANN, city="Biloxi")["result"] == "unchanged"
    upsert(listed, phone=ANN, city=None)

    def three(records):
        return len(records) == 3

    records = read_topic(listed, "lead.events", until=three)
    assert [record.type for record in records] == ["lead.created", "lead.updated", "lead.updated"]
    assert all(record.key == record.headers["ce_subject"] == made["lead_id"] for record in records)
    assert all(record.value["external_id"] == "x1" and record.value["stage"] == "ready" for record in records)
    assert [sorted(record.value["changed"]) for record in records[1:]] == [["city", "first_name"], ["city"]]
    text = json.dumps([record.value for record in records])
    assert "Ann" not in text and "5046218927" not in text and "Biloxi" not in text


def test_import_and_upsert_speak_of_the_same_lead(listed):
    (listed.inbox / "leads.csv").write_text("phone,city,vendor_lead_code\n504-621-8927,Boston,x1\n")
    made = upsert(listed, phone=ANN, first_name="Ann")
    reply = ask(listed, "list.import", {
        "list_id": "a", "file": "leads.csv", "on_duplicate": "update",
        "mapping": {"phone": "phone", "city": "city", "external_id": "vendor_lead_code"},
    })  # fmt: skip
    job_id = reply.value["job_id"]
    assert finish_import(listed, job_id)["updated"] == 1
    found = upsert(listed, external_id="x1", state="MA")
    assert found["lead_id"] == made["lead_id"]
    assert (lead(listed)["first_name"], lead(listed)["city"], lead(listed)["state"]) == (
        "Ann",
        "Boston",
        "MA",
    )


def test_national_numbers_follow_the_country(listed):
    assert upsert(listed, phone="020 7946 0018", country="GB")["result"] == "created"
    assert listed.value("SELECT phone FROM leads") == 442079460018


def test_many_upserts_of_few_leads(listed):
    """N batches over the same 50 numbers in any order: no lead twice, no deadlock, exact counters."""
    listed.importer()
    create_list(listed, "b")
    ids = []
    for n in range(scale(200)):
        items = [{"phone": f"+1504200{(n * 7 + i * 13) % 50:04d}", "city": f"{n}"} for i in range(20)]
        ids.append(tell(listed, "lead.upsert", {"list_id": "ab"[n % 2], "leads": items}, flush=False))
    assert len(answers(listed, ids, timeout=120)) == len(ids)
    assert listed.value("SELECT count(*) FROM leads") == listed.value(
        "SELECT count(*) FROM (SELECT DISTINCT list_no, phone FROM leads) AS distinct_leads"
    )
    check_counters(listed, "a")
    check_counters(listed, "b")
