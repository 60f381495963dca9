"""campaign.put and campaign.refill: settings are validated, answered once, and stamped on the gates of lists."""

import json
import uuid

from harness import read_topic
from harness.check import value_problems
from scenario import answer, answers, ask, create_list, done, tell

ALL = {
    "name": "Solar, spring",
    "active": True,
    "order": "newest",
    "default_country": "ca",
    "assume_zones": ["America/Toronto", "US/Eastern"],
    "windows": [{"days": ["mon", "tue"], "from": "09:00", "to": "17:30"}],
    "law_pack": "",
    "hopper_target": 250,
    "offer_lifetime_s": 120,
    "reserve_s": 600,
    "max_attempts": 7,
    "cap_calls": 5,
    "cap_window_s": 3600,
    "cap_gap_s": 0,
}
STORED = ALL | {"default_country": "CA", "assume_zones": "America/New_York,America/Toronto"}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
# 255 bytes with the commas, the most; and 256.
TOWNS = ["Argentina/Buenos_Aires", "Indiana/Indianapolis", "Indiana/Petersburg", "Kentucky/Louisville"]
TOWNS += ["Kentucky/Monticello", "North_Dakota/Beulah", "North_Dakota/Center", "North_Dakota/New_Salem"]
ZONES = [f"America/{town}" for town in ["Argentina/Cordoba", *TOWNS]]
TOO_MANY_ZONES = [f"America/{town}" for town in ["Argentina/San_Juan", *TOWNS]]


def put(space, campaign_id="c", **fields):
    [result] = done(space, "campaign.put", {"campaign_id": campaign_id, **fields})
    assert result["campaign_id"] == campaign_id
    return result["result"]


def stored(space, campaign_id="c"):
    names = ", ".join("lead_order" if name == "order" else name for name in ALL)
    row = space.row(f"SELECT {names} FROM campaign WHERE campaign_id = %s", campaign_id)
    return dict(zip(ALL, row, strict=True))


def version(space, campaign_id="c"):
    return space.value("SELECT rules_version FROM campaign WHERE campaign_id = %s", campaign_id)


def gates(space, campaign_id="c"):
    return space.rows(
        "SELECT l.list_id, s.campaign_active, s.rules_version FROM list_stats s JOIN list l USING (list_no)"
        " JOIN campaign c ON c.campaign_no = s.campaign_no WHERE campaign_id = %s ORDER BY 1",
        campaign_id,
    )


def test_all_settings(space):
    space.recycler()
    assert put(space, **ALL) == "created"
    assert stored(space) == STORED
    assert put(space, **ALL) == "unchanged"
    assert put(space, cap_gap_s=60) == "updated"
    assert stored(space) == STORED | {"cap_gap_s": 60}, "what is absent stays"
    assert put(space, assume_zones=ZONES) == "updated"
    assert stored(space)["assume_zones"] == ",".join(sorted(ZONES))
    assert put(space, windows=[], assume_zones=[]) == "updated"
    assert stored(space) == STORED | {"cap_gap_s": 60, "windows": [], "assume_zones": ""}


def test_a_new_one_has_defaults_and_is_paused(space):
    space.recycler()
    assert put(space) == "created"
    assert put(space) == "unchanged"
    row = stored(space)
    assert (row["name"], row["active"], row["order"], row["law_pack"]) == ("c", False, "fresh_first", "us")
    assert row["windows"] == [{"days": DAYS, "from": "09:00", "to": "20:00"}]


def test_a_change_is_stamped_on_the_gates_of_its_lists(space):
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="c")
    create_list(space, "z", campaign_id="other")
    assert put(space, active=True) == "updated"
    assert gates(space) == [("a", True, 2), ("b", True, 2)]
    create_list(space, "late", campaign_id="c")
    assert put(space, active=True) == "unchanged"
    assert gates(space) == [("a", True, 2), ("b", True, 2), ("late", True, 2)]
    assert put(space, active=False, cap_calls=9) == "updated"
    assert gates(space) == [("a", False, 3), ("b", False, 3), ("late", False, 3)]
    assert gates(space, "other") == [("z", False, 1)]


def test_lists_made_beside_changes_have_the_last_stamp(space):
    space.importer()
    space.recycler()
    ids = []
    for number in range(30):
        ids.append(tell(space, "campaign.put", {"campaign_id": "c", "cap_gap_s": number}, flush=False))
        ids.append(tell(space, "list.create", {"list_id": f"l{number}", "campaign_id": "c"}))
    assert all(reply.type == "command.completed" for [reply] in answers(space, ids).values())
    assert {stamp for _, _, stamp in gates(space)} == {version(space)}
    assert len(gates(space)) == 30


def windows(**fields):
    return {"windows": [{"days": ["mon"], "from": "09:00", "to": "20:00"} | fields]}


BAD = [
    ({"campaign_id": "no such id"}, "invalid_id", "campaign_id"),
    ({"campaign_id": None}, "wrong_type", "campaign_id"),
    ({"campagn_id": "c"}, "unknown_field", "campagn_id"),
    ({"colour": "red"}, "unknown_field", "colour"),
    ({"name": ""}, "out_of_range", "name"),
    ({"name": "x" * 201}, "out_of_range", "name"),
    ({"active": 1}, "wrong_type", "active"),
    ({"order": "oldest"}, "invalid_value", "order"),
    ({"default_country": "USA"}, "country_unknown", "default_country"),
    ({"default_country": ""}, "country_unknown", "default_country"),
    ({"assume_zones": "America/Chicago"}, "wrong_type", "assume_zones"),
    ({"assume_zones": [7]}, "wrong_type", "assume_zones[0]"),
    ({"assume_zones": ["UTC"] * 21}, "out_of_range", "assume_zones"),
    ({"windows": {}}, "wrong_type", "windows"),
    ({"windows": [7]}, "wrong_type", "windows[0]"),
    (windows(days=["monday"]), "invalid_value", "windows[0].days"),
    (windows(**{"from": "9am"}), "invalid_value", "windows[0].from"),
    (windows(to="24:01"), "invalid_value", "windows[0].to"),
    (windows(zone="UTC"), "unknown_field", "windows[0].zone"),
    ({"windows": windows()["windows"] * 29}, "out_of_range", "windows"),
    ({"hopper_target": 0}, "out_of_range", "hopper_target"),
    ({"hopper_target": 10001}, "out_of_range", "hopper_target"),
    ({"hopper_target": 1.5}, "wrong_type", "hopper_target"),
    ({"offer_lifetime_s": 9}, "out_of_range", "offer_lifetime_s"),
    ({"offer_lifetime_s": 3601}, "out_of_range", "offer_lifetime_s"),
    ({"reserve_s": 59}, "out_of_range", "reserve_s"),
    ({"reserve_s": 14401}, "out_of_range", "reserve_s"),
    ({"max_attempts": 0}, "out_of_range", "max_attempts"),
    ({"max_attempts": 101}, "out_of_range", "max_attempts"),
    ({"cap_calls": -1}, "out_of_range", "cap_calls"),
    ({"cap_calls": 101}, "out_of_range", "cap_calls"),
    ({"cap_window_s": 59}, "out_of_range", "cap_window_s"),
    ({"cap_window_s": 2678401}, "out_of_range", "cap_window_s"),
    ({"cap_gap_s": -1}, "out_of_range", "cap_gap_s"),
    ({"cap_gap_s": 604801}, "out_of_range", "cap_gap_s"),
    ({"cap_gap_s": "60"}, "wrong_type", "cap_gap_s"),
]


# What a schema cannot say.
BAD_AND_FITTING = [
    ({"default_country": "XX"}, "country_unknown", "default_country"),
    ({"assume_zones": ["America/Chicago", "America/Springfield"]}, "time_zone_unknown", "assume_zones[1]"),
    ({"assume_zones": ["Pacific"]}, "time_zone_unknown", "assume_zones[0]"),
    ({"assume_zones": TOO_MANY_ZONES}, "out_of_range", "assume_zones"),
    (windows(to="09:00"), "empty_window", "windows[0].to"),
    ({"law_pack": "mars"}, "unknown_law_pack", "law_pack"),
]


def test_the_schema_refuses_bad_settings_too():
    fitting = [case for case in BAD + BAD_AND_FITTING if not value_problems({"campaign_id": "c"} | case[0], "campaign.put")]
    assert fitting == BAD_AND_FITTING


def test_bad_settings_are_rejected_by_field_and_change_nothing(space, subtests):
    space.recycler()
    for fields, code, field in BAD + BAD_AND_FITTING:
        with subtests.test(json.dumps(fields)[:80]):
            reply = ask(space, "campaign.put", {"campaign_id": "c"} | fields, bad=True)
            assert (reply.type, reply.value.get("code")) == ("command.rejected", code), reply.value
            assert reply.value["field"] == field
    assert space.value("SELECT count(*) FROM campaign") == 0


REPEATED = [
    ("campaign.put", {"campaign_id": "c", "max_attempts": 5}),
    ("campaign.put", {"campaign_id": "c", "max_attempts": 0}),
    ("campaign.refill", {"campaign_id": "there", "want": 5}),
    ("disposition.put", {"campaign_id": "there", "code": "QUOTE", "final": True}),
    ("disposition.put", {"campaign_id": "absent", "code": "QUOTE"}),
    ("recycle_rule.put", {"campaign_id": "there", "disposition": "NA", "max_attempts": 9, "intervals_s": [60]}),
    ("recycle_rule.delete", {"campaign_id": "there", "disposition": "NA"}),
]


def test_same_command_twice_has_one_effect_and_the_same_answer(space, subtests):
    space.recycler()
    put(space, "there")
    for type, data in REPEATED:
        with subtests.test(type=type, data=data):
            check_repeated(space, type, data)


def check_repeated(space, type, data):
    id = str(uuid.uuid4())
    before = version(space, "there")
    for _ in range(3):
        tell(space, type, data, id=id, bad=data.get("max_attempts") == 0)
    replies = told(space, id, 3)
    assert len({json.dumps([reply.type, reply.value], sort_keys=True) for reply in replies}) == 1
    assert version(space, "there") in (before, before + 1)
    tell(space, type, data | {"campaign_id": "else"}, id=id, key=data["campaign_id"], bad=True)
    assert told(space, id, 4)[-1].value["code"] == "id_conflict"
    assert space.value("SELECT count(*) FROM campaign WHERE campaign_id = 'else'") == 0


def told(space, id, count):
    def replies(seen):
        return [record for record in seen if record.headers.get("ce_correlationid") == id]

    return replies(read_topic(space, "command.events", until=lambda seen: len(replies(seen)) == count))


def test_refill_is_noted_and_bounded_by_the_target(space):
    space.recycler()
    put(space, hopper_target=50)
    [result] = done(space, "campaign.refill", {"campaign_id": "c", "want": 20})
    assert result == {"result": "noted", "campaign_id": "c", "want": 20}
    [result] = done(space, "campaign.refill", {"campaign_id": "c", "want": 9999})
    assert result["want"] == 50
    assert space.value("SELECT wanted FROM campaign_hopper") == 50
    for data, code, field in [
        ({"campaign_id": "none", "want": 1}, "unknown_campaign", "campaign_id"),
        ({"campaign_id": "c", "want": 0}, "out_of_range", "want"),
        ({"campaign_id": "c"}, "missing_field", "want"),
    ]:
        reply = ask(space, "campaign.refill", data, bad=True)
        assert (reply.value["code"], reply.value["field"]) == (code, field)


def test_command_line(space):
    space.importer()
    space.recycler()
    made = space.cli_json(
        *("campaign", "put", "solar", "--active", "--window", "mon-fri=09:00-20:00", "--window", "sat=10:00-16:00"),
        *("--cap-window", "1d", "--cap-gap", "1h30m", "--law-pack", "none", "--assume-zone", "America/Chicago"),
    )
    assert (made["campaign_id"], made["result"]) == ("solar", "created")
    create_list(space, "a", campaign_id="solar")
    shown = space.cli_json("campaign", "show", "solar")
    assert shown["active"] is True
    assert shown["assume_zones"] == ["America/Chicago"]
    assert [w["days"] for w in shown["windows"]] == [["mon", "tue", "wed", "thu", "fri"], ["sat"]]
    assert (shown["cap_window_s"], shown["cap_gap_s"], shown["law_pack"]) == (86400, 5400, "")
    assert (shown["lists"], shown["total"], shown["rules_version"]) == (1, 0, version(space, "solar"))
    assert "windows\tmon-fri=09:00-20:00 sat=10:00-16:00" in space.cli("campaign", "show", "solar").stdout
    [listed] = space.cli_json("campaign", "ls")
    assert (listed["campaign_id"], listed["max_attempts"], listed["lists"]) == ("solar", 10, 1)
    assert "solar" in space.cli("campaign", "ls").stdout


def test_command_line_refuses(space):
    for args, words in [
        (("put", "c", "--window", "mon=9"), "is not like"),
        (("put", "c", "--cap-gap", "8d"), "from 0 to 7d"),
        (("put", "c", "--cap-gap", "90"), "no length of time"),
        (("put", "c", "--max-attempts", "101"), "from 1 to 100"),
        (("put", "c", "--active", "--inactive"), "exclude"),
        (("put", "c", "--assume-zone", "none", "--assume-zone", "UTC"), "none"),
        (("put",), "ID is missing"),
    ]:
        said = space.cli("campaign", *args, code=2)
        assert words in said.stderr, said.stderr
    assert "there is no campaign" in space.cli("campaign", "show", "c", code=1).stderr
    said = space.cli("campaign", "put", "c", "--timeout", "1", code=1)
    assert "recycler running" in said.stderr


def test_a_rejection_is_told(space):
    space.recycler()
    said = space.cli("campaign", "put", "c", "--law-pack", "mars", "--json", code=1)
    error = json.loads(said.stdout)["error"]
    assert (error["code"], error["field"]) == ("unknown_law_pack", "law_pack")
    id = space.cli_json("campaign", "put", "c", "--command-id", "mine-1")["command_id"]
    assert answer(space, id).value["results"][0]["result"] == "created"
