"""list.update gives a list to another campaign: its gate at once, its leads by a job, offers of the one before back."""

from datetime import UTC, datetime, timedelta

from harness import read_topic, wait_for
from harness.dialer import Clock, rfc3339
from scenario import all_published, ask, check_counters, create_list, done, job_events
from test_rules import called, check_ready, leads, stages

NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)  # a Wednesday, noon in New Orleans


def move(space, campaign_id, list_id="a", **fields):
    data = {"list_id": list_id, "campaign_id": campaign_id} | fields
    [result] = done(space, "list.update", data)
    return result


def moved(space, result):
    events = job_events(space, result["job_id"])
    assert events[-1].type == "job.completed", events[-1].value
    assert {event.value["kind"] for event in events} == {"list.move"}
    assert {event.value["list_id"] for event in events} == {"a"}
    return events[-1].value


# A time at which the law never lets anybody be called.
NEVER = [{"days": ["mon"], "from": "03:00", "to": "03:01"}]


def campaigns(space, *ids, **fields):
    for campaign_id in ids:
        done(space, "campaign.put", {"campaign_id": campaign_id} | fields)


def check(space):
    all_published(space)
    check_ready(space)
    check_counters(space)


def test_rules_and_gate(space):
    space.importer()
    space.recycler()
    campaigns(space, "c", "d")
    rule = {"campaign_id": "d", "disposition": "NA", "max_attempts": 9, "intervals_s": [60]}
    done(space, "recycle_rule.put", rule)
    ids = leads(space, 2)
    called(space, ids[:1], "NA", 3, stage="exhausted")
    result = move(space, "d")
    assert result["result"] == "updated"
    assert (moved(space, result)["leads"], stages(space, ids)) == (2, ["ready", "ready"])
    gate = "SELECT campaign_id, s.rules_version = c.rules_version FROM list_stats s JOIN campaign c USING (campaign_no)"
    assert space.row(gate) == ("d", True)
    assert space.value("SELECT campaign_id FROM list JOIN campaign USING (campaign_no)") == "d"
    all_published(space)
    last = [r.value for r in read_topic(space, "list.stats") if r.key == "a"][-1]
    assert last["campaign_id"] == "d"
    assert move(space, "d") == {"list_id": "a", "result": "unchanged"}
    check(space)
    assert moved(space, move(space, "c"))["changed"] == 1
    assert stages(space, ids) == ["exhausted", "ready"]
    check(space)


def test_do_not_call_entries_of_a_campaign(space):
    space.importer()
    space.recycler()
    campaigns(space, "c", "d")
    ids = leads(space, 3)
    for phone, campaign in (("+15042000000", "c"), ("+15042000001", "d"), ("+15042000002", None)):
        done(space, "dnc.add", {"phone": phone} | ({"campaign_id": campaign} if campaign else {}))
    wait_for(lambda: stages(space, ids) == ["dnc", "ready", "dnc"])
    moved(space, move(space, "d"))
    assert stages(space, ids) == ["ready", "dnc", "dnc"]
    check(space)


def test_offers_of_the_campaign_before_are_revoked(space):
    """Both are active, so that nothing else is a reason, and closed, so that none is made."""
    space.importer()
    space.recycler()
    campaigns(space, "c", "d", active=True, windows=NEVER)
    [offered, started, _] = ids = leads(space, 3)
    for lead_id, state in ((offered, 1), (started, 2)):
        number = space.value("INSERT INTO number (phone, digest) SELECT phone, %s FROM leads WHERE lead_id = %s"
                             " RETURNING number_id", str(lead_id).encode(), lead_id)  # fmt: skip
        offer = space.value(
            "INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until)"
            " SELECT lead_id, %s, list_no, campaign_no, %s, 2, now(), now() + interval '1 h', now() + interval '2 h'"
            " FROM leads JOIN list USING (list_no) WHERE lead_id = %s RETURNING offer_id",
            *(number, state, lead_id),
        )
        space.db.execute("UPDATE leads SET offer_id = %s, stage = 4 WHERE lead_id = %s", (offer, lead_id))
        space.db.execute("DELETE FROM ready_lead WHERE lead_id = %s", (lead_id,))
    space.db.execute("UPDATE list_stats SET offered = 2, ready = 1")
    moved(space, move(space, "d"))
    wait_for(lambda: space.rows("SELECT state FROM offer ORDER BY offer_id") == [(3,), (2,)], what="a revoked offer")
    check(space)
    [revoked] = [r for r in read_topic(space, "leads.dialable") if r.type == "offer.revoked"]
    assert (revoked.value["lead_id"], revoked.value["reason"]) == (str(offered), "list_moved")
    assert (revoked.value["campaign_id"], revoked.headers["campaign"]) == ("c", "c"), "its dialer has to hear it"
    assert stages(space, ids) == ["offered", "offered", "ready"], "until the dialer answers"


def due(space, lead_id):
    return space.value("SELECT due_at FROM leads WHERE lead_id = %s", lead_id)


def test_windows_move_the_due_times(space):
    """The next call that an outcome leads to lies in the windows of the list, and follows when they change."""
    space.clock = Clock(space, NOON)
    space.importer()
    space.recycler()
    campaigns(space, "c", windows=[], law_pack="")
    [lead] = leads(space, 1)
    first = ask(space, "list.update", {"list_id": "a", "windows": [{"days": ["fri"], "from": "09:00", "to": "10:00"}]})
    assert job_events(space, first.value["results"][0]["job_id"])[-1].value["kind"] == "list.reapply"
    call = {"lead_id": str(lead), "call_id": "1", "disposition": "NA", "started_at": rfc3339(NOON), "duration_s": 0}
    space.dialer(clock=space.clock).send("call.ended", call)
    friday = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
    wait_for(lambda: due(space, lead) == friday, what="due on friday, nine in New Orleans")
    [result] = done(space, "list.update", {"list_id": "a", "windows": []})
    last = job_events(space, result["job_id"])[-1]
    assert (last.type, last.value["changed"]) == ("job.completed", 1)
    assert due(space, lead) < NOON + timedelta(hours=1)
    check(space)


def test_refused(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    window = {"days": ["mon"], "from": "09:00", "to": "09:00"}
    for fields, code, field in [
        ({"campaign_id": "none"}, "unknown_campaign", "campaign_id"),
        ({"campaign_id": "no id"}, "invalid_id", "campaign_id"),
        ({"windows": [window]}, "empty_window", "windows[0].to"),
        ({"windows": "always"}, "wrong_type", "windows"),
    ]:
        reply = ask(space, "list.update", {"list_id": "a"} | fields, bad=True)
        assert (reply.value["code"], reply.value["field"]) == (code, field)


def test_windows_and_priority_are_rules_of_the_campaign(space):
    """They are stamped on all of its gates, so that whoever decided by those before plans again."""

    def versions():
        rows = space.rows("SELECT c.rules_version, s.rules_version FROM list_stats s JOIN campaign c USING (campaign_no)")
        assert len(rows) == 2 and len({version for row in rows for version in row}) == 1, rows
        return rows[0][0]

    space.importer()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="c")
    before = versions()
    for fields, moves in [
        ({"name": "another"}, 0),
        ({"priority": 60}, 1),
        ({"priority": 60}, 0),
        ({"windows": NEVER}, 1),
        ({"windows": NEVER, "name": "one more"}, 0),
        ({"windows": [], "priority": 61, "campaign_id": "c"}, 1),
        ({"active": False}, 0),
    ]:
        done(space, "list.update", {"list_id": "b"} | fields)
        assert versions() == before + moves, fields
        before += moves
    reply = ask(space, "list.update", {"list_id": "none", "priority": 1}, bad=True)
    assert reply.value["code"] == "unknown_list"
    assert versions() == before


def test_windows_and_command_line(space):
    space.importer()
    space.recycler()
    campaigns(space, "c", "d")
    create_list(space, "a", campaign_id="c")
    args = ("list", "update", "a", "--window", "sat,sun=10:00-16:00")
    assert space.cli_json(*args)["result"] == "updated"
    assert space.cli_json(*args)["result"] == "unchanged"
    assert space.value("SELECT windows FROM list") == [{"days": ["sat", "sun"], "from": "10:00", "to": "16:00"}]
    assert space.cli_json("list", "update", "a", "--campaign", "d")["result"] == "updated"
    assert space.cli_json("list", "show", "a")["campaign_id"] == "d"
    assert space.cli_json("list", "update", "a", "--window", "none")["result"] == "updated"
    assert space.value("SELECT windows FROM list") == []
