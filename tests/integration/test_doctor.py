"""leadspool doctor on dialing: each damage to the record is seen, and named."""

import json
import time

import pytest
from harness import wait_for
from scenario import LONG, all_published, create_list, done, run_import
from test_stats_jobs import MANY

ANN, BOB, EVE, KIM = "+15046218927", "+18102929388", "+18566368749", "+12125551234"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n212-555-1234\n"
TABLES = ("leads", "ready_lead", "offer", "attempt")
LEAD = "(SELECT lead_id FROM leads WHERE phone = {})"
ANN_ID, BOB_ID, EVE_ID, KIM_ID = (LEAD.format(phone[1:]) for phone in (ANN, BOB, EVE, KIM))

# name: (check, what its problem says, how)
DAMAGES = {
    "stage": ("I2", "stage of 1 leads", f"UPDATE leads SET hold = 1 WHERE lead_id = {EVE_ID}"),
    "dnc": ("I2", "the lead is not dnc", f"UPDATE leads SET dnc = false, stage = 6 WHERE lead_id = {KIM_ID}"),
    "offer of the lead": ("I2", "no such offer is open", "UPDATE offer SET state = 9"),
    "offer of nobody": ("I2", "knows of another", f"UPDATE leads SET offer_id = NULL WHERE lead_id = {EVE_ID}"),
    "two offers of a lead": (
        "I2",
        "has 2 open offers",
        "DROP INDEX offer_open_lead;"
        "INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until)"
        " SELECT lead_id, number_id + 100, list_no, campaign_no, state, class, made_at, not_after, held_until"
        " FROM offer WHERE state < 9",
    ),
    "two offers of a number": (
        "I2",
        "number ",
        "DROP INDEX offer_open_number;"
        "INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until)"
        " SELECT -lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until"
        " FROM offer WHERE state < 9",
    ),
    "queue, missing": ("I2", "queue, 1 leads", "DELETE FROM ready_lead"),
    "queue, another key": ("I2", "under another key", "UPDATE ready_lead SET class = 1"),
    "queue, too many": (
        "I2",
        "rows too many",
        "INSERT INTO ready_lead SELECT lead_id + 77, due_at, list_no, gate_no, class, lead_rank FROM ready_lead",
    ),
    "queue of no list": (
        "I2",
        "which there is not",
        "INSERT INTO ready_lead SELECT lead_id, due_at, 99, gate_no, class, lead_rank FROM ready_lead",
    ),
    "exhausted": (
        "I2",
        "not exhausted, but by the rules max_tries",
        f"UPDATE leads SET tries = 'NA=3' WHERE lead_id = {BOB_ID}",
    ),
    "not exhausted": (
        "I2",
        "exhausted, but by the rules interval",
        f"UPDATE leads SET hold = 4, stage = 5 WHERE lead_id = {BOB_ID}; DELETE FROM ready_lead",
    ),
    "calls that were not": (
        "I7",
        "attempts_total of 1 leads",
        f"UPDATE leads SET attempts_total = 2 WHERE lead_id = {BOB_ID}",
    ),
    "a call that is gone": ("I7", "the ledger has 0", f"DELETE FROM attempt WHERE lead_id = {BOB_ID}"),
    "a call that was moved": (
        "I7",
        "the ledger has",
        f"UPDATE attempt SET lead_id = {EVE_ID} WHERE lead_id = {BOB_ID}",
    ),
    "more than all": ("I7", "attempts of 1 leads", f"UPDATE leads SET attempts = 2 WHERE lead_id = {BOB_ID}"),
}


@pytest.fixture
def dialed(space):
    """ANN was sold something, BOB is to be called again, EVE is with a dialer, KIM may not be called."""
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    done(space, "dnc.add", {"phone": KIM})
    wait_for(lambda: space.value("SELECT count(*) FROM dnc_recheck") == 0, 60, what="the second look at the number")
    free = {"windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": "c", "active": True} | free)
    dialer = space.dialer()
    offers = {offer["phone"]: offer for offer in dialer.offers(3)}
    dialer.answer(offers[ANN], "SALE")
    dialer.answer(offers[BOB], "NA")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 2)
    all_published(space)
    for worker in space.workers:
        worker.terminate()
    return space


def problems(space):
    report = json.loads(space.cli("doctor", "--json", code=None).stdout)
    return {check["name"]: " ".join(check["problems"]) for check in report["checks"] if not check["ok"]}


def keep(space):
    for table in TABLES:
        space.db.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")


def restore(space):
    for table in TABLES:
        space.db.execute(f"DELETE FROM {table}")
        identity = " OVERRIDING SYSTEM VALUE" if table == "attempt" else ""
        space.db.execute(f"INSERT INTO {table}{identity} SELECT * FROM kept_{table}")


def test_doctor_sees_what_dialing_may_never_do(dialed):
    keep(dialed)
    assert problems(dialed) == {}
    for name, (check, said, sql) in DAMAGES.items():
        dialed.db.execute(sql)
        found = problems(dialed)
        assert said in found.get(check, ""), (name, found)
        restore(dialed)
    assert problems(dialed) == {}


def test_while_rules_are_reapplied_leads_may_be_behind(dialed):
    dialed.db.execute(
        "INSERT INTO jobs (job_no, kind, campaign_no, source, command_id, slots, params, state, created_at)"
        " SELECT 999, 'campaign.reapply', campaign_no, 's', 'c', '{}', '{}', 'queued', now() FROM campaign"
    )
    dialed.db.execute(f"UPDATE leads SET tries = 'NA=3' WHERE lead_id = {BOB_ID}")
    report = dialed.cli_json("doctor")
    [dialing] = [check for check in report["checks"] if check["name"] == "I2"]
    assert dialing["ok"] and "rules were not looked at" in dialing["notes"][0]


def test_what_is_behind_or_away_is_waited_for_once(space):
    """However many lists Redis has not caught up with, and however many partitions no broker answers for."""
    space.check_messages = False  # lists from nowhere
    space.db.execute(MANY, [40])
    stats = space.stats()
    wait_for(lambda: "event=redis.swept" in stats.log(), what="all lists in Redis")

    def problems(name, within_s, **env):
        began = time.monotonic()
        [check] = [check for check in space.cli_json("doctor", code=1, env=env)["checks"] if check["name"] == name]
        assert time.monotonic() - began < within_s
        return check["problem_count"], check["problems"]

    stats.sigstop()
    space.db.execute("UPDATE list_stats SET version = version + 1")
    count, told = problems("I3", 60)
    assert count == 40 and "the record has 2" in told[0], told
    if LONG:
        count, told = problems("I1", 60, KAFKA_BOOTSTRAP_SERVERS="127.0.0.1:1")
        assert count == 2 and "other partitions: not checked" in told[1], told
