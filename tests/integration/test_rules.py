"""disposition.put, recycle_rule.put and .delete, and campaign.reapply: the stages that the present rules make."""

import json
import signal

import pytest
from harness import db, read_topic, wait_for
from scenario import (
    STAGES,
    all_published,
    ask,
    check_counters,
    create_list,
    done,
    follow,
    job_events,
    recount,
    run_import,
    scale,
    tell,
)

HALF_HOUR, HOUR = 1800, 3600


def put_rule(space, disposition="NA", max_attempts=3, intervals_s=(HALF_HOUR,), **fields):
    data = {"campaign_id": "c", "disposition": disposition, "max_attempts": max_attempts}
    [result] = done(space, "recycle_rule.put", data | {"intervals_s": list(intervals_s)} | fields)
    return result


def put_disposition(space, code, **fields):
    [result] = done(space, "disposition.put", {"campaign_id": "c", "code": code} | fields)
    return result


def delete_rule(space, disposition):
    [result] = done(space, "recycle_rule.delete", {"campaign_id": "c", "disposition": disposition})
    return result


def campaign(space, **fields):
    [result] = done(space, "campaign.put", {"campaign_id": "c"} | fields)
    return result


def reapplied(space, result):
    """The last event of the job that the change left behind."""
    last = job_events(space, result["job_id"])[-1]
    assert last.type == "job.completed", last.value
    assert last.value["campaign_id"] == "c"
    return last.value


def leads(space, count, list_id="a"):
    """A list of the campaign with that many leads that nobody called; their ids."""
    create_list(space, list_id, campaign_id="c")
    first = 5042000000 + 10000 * (ord(list_id) - ord("a"))
    (space.inbox / f"{list_id}.csv").write_text("phone\n" + "".join(f"{first + n}\n" for n in range(count)))
    run_import(space, f"{list_id}.csv", list_id)
    queued(space)
    sql = "SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1"
    return [lead_id for [lead_id] in space.rows(sql, list_id)]


CALLED = """
    UPDATE leads SET attempts = %(n)s, attempts_total = %(n)s, status = %(status)s, tries = %(tries)s,
        stage = %(stage)s, hold = %(hold)s, called_at = %(last)s, decided_at = %(last)s, due_at = NULL,
        contacted = false
    WHERE lead_id = ANY (%(ids)s)"""
ATTEMPT = """
    INSERT INTO attempt (recorded_at, lead_id, list_no, source, call_id, disposition, status, contact, started_at,
                         duration_s)
    SELECT %(at)s, lead_id, list_no, 'urn:test', lead_id || '-' || %(n)s, %(code)s, %(status)s, false, %(at)s, 60
    FROM leads WHERE lead_id = ANY (%(ids)s)"""
START = "2026-06-01T15:00:00Z"


def called(space, ids, code, times, status=None, stage="ready"):
    """As if each was called so often with this end, an hour apart."""
    status = status or code
    last = space.value("SELECT %s::timestamptz + (%s - 1) * interval '1 h'", START, times)
    facts = {"ids": ids, "n": times, "status": status, "stage": STAGES[stage], "last": last}
    facts |= {"tries": f"{status}={times}", "hold": {"exhausted": 4, "finished": 1}.get(stage, 0)}
    with space.db.transaction():
        space.db.execute(CALLED, facts)
        for n in range(times):
            at = space.value("SELECT %s::timestamptz + %s * interval '1 h'", START, n)
            space.db.execute(ATTEMPT, {"at": at, "n": n, "code": code, "status": status, "ids": ids})
        space.db.execute("DELETE FROM ready_lead WHERE lead_id = ANY (%s)", (ids,))
        queued(space)
        for [list_id] in space.rows("SELECT list_id FROM list"):
            counted(space, list_id)


def queued(space):
    """Every ready lead has its row in the queue."""
    space.db.execute(
        "INSERT INTO ready_lead (lead_id, due_at, list_no, gate_no, class, lead_rank)"
        " SELECT lead_id, 'epoch', list_no, coalesce(z.gate_no, 1), CASE WHEN attempts = 0 THEN 2 ELSE 3 END,"
        " 99 - priority FROM leads LEFT JOIN zone_set z USING (zone_set_no)"
        " WHERE stage = 6 AND lead_id NOT IN (SELECT lead_id FROM ready_lead)"
    )


def counted(space, list_id):
    """The counters of the list set to what its leads say."""
    counters, statuses = recount(space, list_id)
    where = "WHERE list_no = (SELECT list_no FROM list WHERE list_id = %(list)s)"
    names = ", ".join(f"{name} = %({name})s" for name in counters)
    space.db.execute(f"UPDATE list_stats SET {names} {where}", counters | {"list": list_id})
    space.db.execute(f"DELETE FROM list_status {where}", {"list": list_id})
    for status, count in statuses.items():
        sql = "INSERT INTO list_status SELECT list_no, %s, %s FROM list WHERE list_id = %s"
        space.db.execute(sql, (status, count, list_id))


def stages(space, ids):
    names = {number: name for name, number in STAGES.items()}
    return [names[stage] for [stage] in space.rows(
        "SELECT stage FROM leads WHERE lead_id = ANY (%s) ORDER BY lead_id", ids)]  # fmt: skip


def check_ready(space):
    """Exactly the leads whose stage is ready are in the queue, each under the key that its row makes."""
    wrong = space.rows(
        "SELECT lead_id FROM (SELECT l.lead_id, coalesce(l.due_at, 'epoch') AS due_at, l.list_no,"
        " coalesce(z.gate_no, 1) AS gate_no, (99 - l.priority)::smallint AS lead_rank"
        " FROM leads l LEFT JOIN zone_set z USING (zone_set_no) WHERE stage = 6) l"
        " FULL JOIN ready_lead r USING (lead_id, due_at, list_no, gate_no, lead_rank)"
        " WHERE l.list_no IS NULL OR r.class IS NULL"
    )
    assert not wrong, wrong[:5]


def check(space, *list_ids):
    check_ready(space)
    all_published(space)
    for list_id in list_ids:
        check_counters(space, list_id)


# ---- the commands


def test_a_disposition_is_made_changed_and_left_as_it_is(space):
    space.recycler()
    campaign(space)
    flags = {"contact": True, "final": True}
    assert put_disposition(space, "QUOTE", name="Asked for a quote", **flags, aliases=["QT"])["result"] == "created"
    assert put_disposition(space, "QUOTE", **flags)["result"] == "unchanged"
    assert put_disposition(space, "QUOTE", final=False, aliases=[])["result"] == "updated"
    assert space.row("SELECT name, contact, final, aliases FROM disposition") == ("Asked for a quote", True, False, [])
    assert put_disposition(space, "NA", contact=False)["result"] == "unchanged", "it is one of the default set"
    assert put_disposition(space, "NA", name="Rang out")["result"] == "updated"
    assert space.value("SELECT aliases FROM disposition WHERE code = 'NA'") == ["N"], "what is absent stays"


def test_a_rule_is_made_changed_and_deleted(space):
    space.recycler()
    campaign(space)
    assert put_rule(space, "NA", 5, [60, 120])["result"] == "updated", "each campaign comes with one"
    assert put_rule(space, "N", 5, [60, 120]) == {"result": "unchanged", "campaign_id": "c", "disposition": "NA"}
    assert put_rule(space, "CB", 2, [60])["result"] == "created"
    assert delete_rule(space, "NA")["result"] == "deleted"
    assert delete_rule(space, "NA")["result"] == "absent"
    assert "NA" not in [rule["disposition"] for rule in space.cli_json("rules", "ls", "--campaign", "c")]
    assert put_rule(space, "NA", 3, [60])["result"] == "created"
    windows = [{"days": ["sat"], "from": "22:00", "to": "02:00"}]
    assert put_rule(space, "NA", 3, [60], windows=windows, min_distance_s=HOUR)["result"] == "updated"
    assert put_rule(space, "NA", 3, [60])["result"] == "updated", "a rule takes the place of the one before"
    assert space.row("SELECT windows, min_distance_s FROM recycle_rule WHERE disposition = 'NA'") == ([], 0)


RULE = {"campaign_id": "c", "disposition": "NA", "max_attempts": 3, "intervals_s": [60]}
BAD = [
    ("disposition.put", {"campaign_id": "none", "code": "X"}, "unknown_campaign", "campaign_id"),
    ("disposition.put", {"campaign_id": "c"}, "missing_field", "code"),
    ("disposition.put", {"campaign_id": "c", "code": "lower"}, "invalid_value", "code"),
    ("disposition.put", {"campaign_id": "c", "code": "A" * 17}, "invalid_value", "code"),
    ("disposition.put", {"campaign_id": "c", "code": ""}, "invalid_value", "code"),
    ("disposition.put", {"campaign_id": "c", "code": "NEW"}, "invalid_value", "code"),
    ("disposition.put", {"campaign_id": "c", "code": "UNMAPPED"}, "invalid_value", "code"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "name": "x" * 65}, "out_of_range", "name"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "final": "yes"}, "wrong_type", "final"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["Y", 7]}, "wrong_type", "aliases[1]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["y"]}, "invalid_value", "aliases[0]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["X"]}, "invalid_value", "aliases[0]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["Y", "Y"]}, "invalid_value", "aliases[1]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["Y", "N"]}, "alias_taken", "aliases[1]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": ["NA"]}, "alias_taken", "aliases[0]"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "aliases": [f"Y{n}" for n in range(9)]}, "out_of_range",
     "aliases"),
    ("disposition.put", {"campaign_id": "c", "code": "X", "callback": True, "final": True}, "invalid_value",
     "callback"),
    ("recycle_rule.put", RULE | {"campaign_id": "none"}, "unknown_campaign", "campaign_id"),
    ("recycle_rule.put", RULE | {"disposition": "NOSUCH"}, "unknown_disposition", "disposition"),
    ("recycle_rule.put", RULE | {"disposition": "na"}, "invalid_value", "disposition"),
    ("recycle_rule.put", {"campaign_id": "c", "disposition": "NA", "max_attempts": 1}, "missing_field", "intervals_s"),
    ("recycle_rule.put", RULE | {"max_attempts": 0}, "out_of_range", "max_attempts"),
    ("recycle_rule.put", RULE | {"max_attempts": 101}, "out_of_range", "max_attempts"),
    ("recycle_rule.put", RULE | {"intervals_s": []}, "out_of_range", "intervals_s"),
    ("recycle_rule.put", RULE | {"intervals_s": [1] * 21}, "out_of_range", "intervals_s"),
    ("recycle_rule.put", RULE | {"intervals_s": [60, -1]}, "out_of_range", "intervals_s[1]"),
    ("recycle_rule.put", RULE | {"intervals_s": [31536001]}, "out_of_range", "intervals_s[0]"),
    ("recycle_rule.put", RULE | {"intervals_s": ["60"]}, "wrong_type", "intervals_s[0]"),
    ("recycle_rule.put", RULE | {"intervals_s": [1.5]}, "wrong_type", "intervals_s[0]"),
    ("recycle_rule.put", RULE | {"min_distance_s": 43201}, "out_of_range", "min_distance_s"),
    ("recycle_rule.put", RULE | {"windows": [{"days": [], "from": "09:00", "to": "10:00"}]}, "out_of_range",
     "windows[0].days"),
    ("recycle_rule.put", RULE | {"interval_s": 60}, "unknown_field", "interval_s"),
    ("recycle_rule.delete", {"campaign_id": "c", "disposition": "NOSUCH"}, "unknown_disposition", "disposition"),
    ("recycle_rule.delete", {"campaign_id": "none", "disposition": "NA"}, "unknown_campaign", "campaign_id"),
    ("recycle_rule.delete", RULE, "unknown_field", "max_attempts"),
]  # fmt: skip


def test_bad_commands_are_rejected_by_field_and_change_nothing(space, subtests):
    space.recycler()
    campaign(space)
    for type, data, code, field in BAD:
        with subtests.test(f"{type} {json.dumps(data)[:80]}"):
            reply = ask(space, type, data, bad=True)
            assert (reply.type, reply.value.get("code"), reply.value.get("field")) == (
                *("command.rejected", code, field),
            ), reply.value
    assert space.value("SELECT rules_version FROM campaign") == 1
    assert space.value("SELECT count(*) FROM disposition") == space.value("SELECT count(*) FROM recycle_rule") == 0


def test_command_line(space):
    space.recycler()
    campaign(space)
    defaults = {rule["disposition"]: rule for rule in space.cli_json("rules", "ls")}
    assert (defaults["NA"]["max_attempts"], defaults["NA"]["intervals_s"]) == (3, [HALF_HOUR, 2 * HOUR])
    done_ = space.cli_json(
        *("rules", "set", "NA", "--campaign", "c", "--max-attempts", "4", "--interval", "30m,2h", "--interval", "1d"),
        *("--window", "mon-fri=17:00-20:00", "--min-distance", "1h30m"),
    )
    assert (done_["disposition"], done_["result"]) == ("NA", "updated")
    rules = {rule["disposition"]: rule for rule in space.cli_json("rules", "ls", "--campaign", "c")}
    assert rules["NA"] == {
        "disposition": "NA",
        "max_attempts": 4,
        "intervals_s": [1800, 7200, 86400],
        "windows": [{"days": ["mon", "tue", "wed", "thu", "fri"], "from": "17:00", "to": "20:00"}],
        "min_distance_s": 5400,
    }
    line = "NA\t4\t30m,2h,1d\tmon-fri=17:00-20:00\t1h30m"
    assert line in space.cli("rules", "ls", "--campaign", "c").stdout
    assert space.cli_json("rules", "rm", "NA", "--campaign", "c")["result"] == "deleted"
    args = ("disposition", "set", "QUOTE", "--campaign", "c", "--contact", "yes", "--alias", "QT,QU")
    assert space.cli_json(*args)["result"] == "created"
    known = {row["code"]: row for row in space.cli_json("disposition", "ls", "--campaign", "c")}
    assert known["QUOTE"] == dict.fromkeys(("final", "dnc", "invalid", "callback"), False) | {
        "code": "QUOTE", "name": "QUOTE", "contact": True, "aliases": ["QT", "QU"]}  # fmt: skip
    assert "QUOTE" not in [row["code"] for row in space.cli_json("disposition", "ls")]
    for args, words in [
        (("rules", "set", "NA", "--campaign", "c", "--max-attempts", "4", "--interval", "30"), "no length of time"),
        (("rules", "set", "NA", "--campaign", "c", "--interval", "30m"), "--max-attempts is missing"),
        (("rules", "set", "NA", "--max-attempts", "4", "--interval", "30m"), "--campaign is missing"),
        (("disposition", "set", "X", "--campaign", "c", "--final", "maybe"), "yes or no"),
    ]:
        assert words in space.cli(*args, code=2).stderr
    assert "unknown_campaign" in space.cli("rules", "ls", "--campaign", "none", "--json", code=1).stdout


# ---- campaign.reapply


def test_raised_and_lowered(space):
    space.importer()
    space.recycler()
    campaign(space)
    ids = leads(space, 6)
    called(space, ids[:3], "NA", 3, stage="exhausted")
    called(space, ids[3:5], "NA", 2)
    ended = reapplied(space, put_rule(space, "NA", 5, [HALF_HOUR]))
    assert (ended["leads"], ended["changed"]) == (6, 5)
    assert stages(space, ids) == ["ready"] * 6
    due = space.value("SELECT due_at = called_at + interval '31 min' FROM leads WHERE lead_id = %s", ids[0])
    assert due, "an interval behind the end of the call"
    check(space, "a")
    ended = reapplied(space, put_rule(space, "NA", 2, [HALF_HOUR]))
    assert stages(space, ids) == ["exhausted"] * 5 + ["ready"]
    check(space, "a")
    events = [r for r in read_topic(space, "lead.events") if r.type in ("lead.updated", "lead.finished")]
    assert {json.dumps(r.value["changed"]) for r in events if r.type == "lead.updated"} == {'["stage"]'}
    finished = [(r.value["lead_id"], r.value["reason"]) for r in events if r.type == "lead.finished"]
    assert sorted(finished) == [(str(id), "max_tries") for id in ids[:5]]


def test_calls_in_all(space):
    space.importer()
    space.recycler()
    campaign(space)
    ids = leads(space, 2)
    called(space, ids[:1], "NA", 2)
    reapplied(space, campaign(space, max_attempts=2))
    assert stages(space, ids) == ["exhausted", "ready"]
    reapplied(space, campaign(space, max_attempts=3))
    assert stages(space, ids) == ["ready", "ready"]
    assert "job_id" not in campaign(space, cap_calls=9), "stages do not depend on it"
    check(space, "a")


def test_no_rule_no_call(space):
    space.importer()
    space.recycler()
    campaign(space)
    ids = leads(space, 2)
    called(space, ids, "NA", 1)
    reapplied(space, delete_rule(space, "NA"))
    assert stages(space, ids) == ["exhausted", "exhausted"]
    check(space, "a")


def test_windows_of_a_rule_move_the_due_time(space):
    space.importer()
    space.recycler()
    campaign(space, law_pack="", windows=[])
    [first, _] = ids = leads(space, 2)
    called(space, [first], "NA", 1)  # a Monday at 10:00 in New Orleans
    windows = [{"days": ["sat"], "from": "10:00", "to": "12:00"}]
    due = "SELECT due_at - called_at FROM leads WHERE lead_id = %s"
    reapplied(space, put_rule(space, "NA", 3, [HALF_HOUR], windows=windows))
    assert space.value(due, first).total_seconds() == 5 * 24 * HOUR
    check(space, "a")
    reapplied(space, put_rule(space, "NA", 3, [HALF_HOUR]))
    assert space.value(due, first).total_seconds() == HALF_HOUR + 60
    assert stages(space, ids) == ["ready", "ready"]
    check(space, "a")


def test_a_code_that_is_defined_late_is_applied(space):
    space.importer()
    space.recycler()
    campaign(space)
    ids = leads(space, 4)
    called(space, ids[:1], "SOLD", 1, status="UNMAPPED", stage="exhausted")
    called(space, ids[1:2], "NOANSW", 1, status="UNMAPPED", stage="exhausted")
    called(space, ids[2:3], "OTHER", 1, status="UNMAPPED", stage="exhausted")
    reapplied(space, put_disposition(space, "SOLD", contact=True, final=True))
    reapplied(space, put_disposition(space, "NA", aliases=["N", "NOANSW"]))
    assert stages(space, ids) == ["finished", "ready", "exhausted", "ready"]
    rows = space.rows("SELECT status, contacted FROM leads ORDER BY lead_id")
    assert rows == [("SOLD", True), ("NA", False), ("UNMAPPED", False), ("NEW", False)]
    check(space, "a")


def entries(space):
    """Phones of open do-not-call entries."""
    sql = "SELECT phone FROM dnc_entry JOIN number USING (number_id) WHERE removed_at IS NULL ORDER BY 1"
    return [phone for [phone] in space.rows(sql)]


def test_a_code_that_asks_for_an_entry_late(space):
    """The numbers of old calls go on the do-not-call list: of a code that is defined late, under its code or a new
    alias, and of one whose flag is set later. Who was taken off the list since is not put on it again."""
    space.importer()
    space.recycler()
    campaign(space)
    ids = leads(space, 5)
    dialer = space.dialer()
    for n, (lead_id, code) in enumerate(zip(ids, ["STOP", "NEVER", "HU", "NA", "STOP"], strict=True)):
        call = {"lead_id": str(lead_id), "call_id": str(n), "disposition": code, "duration_s": 1}
        dialer.send("call.ended", call | {"started_at": "2026-06-01T15:00:00Z"})
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 5)
    phones = [5042000000 + n + 10**10 for n in range(5)]
    reapplied(space, put_disposition(space, "STOP", final=True, dnc=True))
    assert entries(space) == [phones[0], phones[4]]
    assert stages(space, ids) == ["dnc", "exhausted", "exhausted", "ready", "dnc"]
    done(space, "dnc.remove", {"phone": f"+{phones[4]}"})
    reapplied(space, put_disposition(space, "STOP", aliases=["NEVER"]))
    assert entries(space) == phones[:2]
    assert stages(space, ids) == ["dnc", "dnc", "exhausted", "ready", "finished"]
    reapplied(space, put_disposition(space, "HU", dnc=True))
    assert entries(space) == phones[:3]
    assert stages(space, ids) == ["dnc", "dnc", "dnc", "ready", "finished"]
    reapplied(space, put_disposition(space, "NA", invalid=True))
    assert stages(space, ids)[3] == "invalid"
    check(space, "a")


def test_two_lists_and_none_of_another_campaign(space):
    space.importer()
    space.recycler()
    campaign(space)
    both = leads(space, 2, "a") + leads(space, 2, "b")
    create_list(space, "z", campaign_id="other")
    called(space, both, "NA", 3, stage="exhausted")
    assert reapplied(space, put_rule(space, "NA", 9))["changed"] == 4
    assert stages(space, both) == ["ready"] * 4
    check(space, "a", "b")


CHUNK = 2000  # leads of a transaction of the job


@pytest.mark.timeout(600)
def test_killed_it_goes_on_where_it_was(space):
    """Held up in two places, killed at each."""
    count = scale(20_000, long=100_000)
    space.check_every = max(1, count // 20_000)
    space.importer()
    recycler = space.recycler(env={"LEADSPOOL_JOB_LEASE_MS": "1000"})
    campaign(space)
    ids = leads(space, count)
    called(space, ids, "NA", 3, stage="exhausted")
    places = (count // 4, count * 3 // 4)
    holders = [db(space) for _ in places]
    for holder, place in zip(holders, places, strict=True):
        holder.autocommit = False
        holder.execute("SELECT FROM leads WHERE lead_id = %s FOR UPDATE", (ids[place],))
    job_id = put_rule(space, "NA", 9)["job_id"]
    for holder, place in zip(holders, places, strict=True):
        wait_for(lambda at=place - place % CHUNK: reapplied_up_to(space, job_id) == at, 30, every=0.01)
        recycler.kill9()
        holder.close()
        recycler.start()
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["leads"], last.value["changed"]) == ("job.completed", count, count)
    assert space.value("SELECT count(*) FROM leads WHERE stage = 6") == count
    assert space.value("SELECT count(*) FROM leads WHERE lead_version <> 2") == 0, "each was changed once"
    check(space, "a")


def reapplied_up_to(space, job_id):
    return space.value("SELECT coalesce((mark ->> 'leads')::int, 0) FROM jobs WHERE job_no = %s", int(job_id))


def test_a_newer_one_supersedes_and_one_is_cancelled(space):
    space.importer()
    recycler = space.recycler()
    campaign(space)
    ids = leads(space, 3)
    called(space, ids, "NA", 3, stage="exhausted")
    recycler.kill9()
    with space.db.transaction():
        # Nobody can claim the first before the second is there.
        space.db.execute("LOCK TABLE job_slot IN EXCLUSIVE MODE")
        recycler.start()
        first = put_rule(space, "NA", 9)["job_id"]
        second = put_rule(space, "NA", 2)["job_id"]
    assert job_events(space, first)[-1].value["superseded_by"] == second
    assert job_events(space, second)[-1].value["leads"] == 3
    assert stages(space, ids) == ["exhausted"] * 3
    recycler.signal(signal.SIGSTOP)
    third = tell(space, "recycle_rule.put", RULE | {"max_attempts": 7})
    recycler.signal(signal.SIGCONT)
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE command_id = %s", third) == 1, 30)
    job_id = str(space.value("SELECT job_no FROM jobs WHERE command_id = %s", third))
    [result] = done(space, "job.cancel", {"job_id": job_id}, topic="recycler.commands", key="c")
    assert result["result"] in ("cancelling", "already_ended")
    assert job_events(space, job_id)[-1].type in ("job.cancelled", "job.completed")
    check(space, "a")


def test_job_verbs_show_it(space):
    space.importer()
    space.recycler()
    campaign(space)
    leads(space, 2)
    job_id = put_rule(space, "NA", 9)["job_id"]
    job_events(space, job_id)
    [row] = [job for job in space.cli_json("job", "ls") if job["job_id"] == job_id]
    assert (row["kind"], row["state"], row["list_id"]) == ("campaign.reapply", "completed", None)
    assert space.cli_json("job", "show", job_id)["state"] == "completed"
    assert space.cli("job", "watch", job_id).returncode == 0
    assert follow(space, "list.events", lambda seen: True, 1)
