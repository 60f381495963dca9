"""What a campaign, its lists and a job show while they are at work, worked out from what was done to them; and that
schemas/redis.md names each field."""

import re
from datetime import datetime, timedelta

import pytest
from generator.dirty_csv import make
from harness import wait_for
from harness.settings import ROOT
from live import client
from scenario import create_list, done, finish_import, run_import, start_import

PHONES = ("504-621-8927", "810-292-9388", "856-636-8749", "212-555-1234", "310-555-0199", "305-555-0147")
ANSWERS = ("SALE", "NA", "NI")
SPAN = timedelta(minutes=30)  # after the first No Answer


def documented(key):
    """Names of the fields in redis.md: those with a place for a code end with a colon."""
    text = (ROOT / "schemas/redis.md").read_text()
    section = re.search(rf"^## {re.escape(key)}\n(.*?)(?=^## |\Z)", text, re.M | re.S)[1]
    names = [
        name
        for cell in re.findall(r"^\| ([^|]+) \|", section, re.M)
        for name in re.split(r",? or |, | … ", cell)
    ]
    return {re.sub(r"[A-Z]+$", "", name.strip()) for name in names} - {"field", "---", ""}


def kinds(hash):
    return {name.split(":")[0] + ":" if ":" in name else name for name in hash}


def stamp(text):
    return datetime.fromisoformat(text)


@pytest.fixture
def dialed(space):
    """Six leads in one of two lists; three were called, three are with the dialer."""
    (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"{phone}\n" for phone in PHONES))
    space.importer()
    recycler = space.recycler()
    space.stats({"LEADSPOOL_STATS_PACE_S": "1"})
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="c")
    done(space, "list.update", {"list_id": "b", "active": False})
    done(
        space,
        "campaign.put",
        {"campaign_id": "c", "active": True, "windows": [], "law_pack": "", "cap_gap_s": 0},
    )
    run_import(space, "leads.csv")
    dialer = space.dialer()
    for offer, answer in zip(dialer.offers(len(PHONES)), ANSWERS, strict=False):
        dialer.answer(offer, answer)
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == len(ANSWERS))
    return space, recycler


def test_a_campaign_at_work(dialed):
    space, recycler = dialed
    live, key = client(), f"{space.ns}:campaign:c:stats"
    wanted = {
        "campaign_id": "c",
        "active": "1",
        "held": "",
        "lists": "2",
        "lists_active": "1",
        "offers_out": "3",
        "total": "6",
        "offered": "3",
        "finished": "2",
        "dialable": "1",
        "attempted": "3",
        "contacted": "2",
        "outcomes_per_minute": "3",
        "contacts_per_minute": "2",
        "contact_rate": "0.6667",
        **{f"answer:{code}": "1" for code in ANSWERS},
        **{f"status:{code}": "1" for code in ANSWERS},
        "status:NEW": "3",
    }
    wait_for(lambda: wanted.items() <= live.hgetall(key).items(), 20, what=wanted)
    told = documented("NS:campaign:ID:stats")
    counters = {
        "total",
        "dialable",
        "offered",
        "finished",
        "exhausted",
        "dnc",
        "invalid",
        "attempted",
        "contacted",
    }
    assert kinds(live.hgetall(key)) == told | counters
    assert space.cli_json("stats", "reconcile")["wrong"] == 0
    recycler.terminate()
    space.db.execute("UPDATE campaign_hopper SET held = 'dialer_silent'")
    wait_for(lambda: live.hget(key, "held") == "dialer_silent", 10)


def test_a_list_at_work(dialed):
    space, _ = dialed
    live, key = client(), f"{space.ns}:list:a:now"
    wait_for(lambda: (live.hget(key, "why:finished"), live.hget(key, "why:not_due")) == ("2", "1"), 20)
    hash = live.hgetall(key)
    assert kinds(hash) == documented("NS:list:ID:now")
    recorded = space.value("SELECT max(recorded_at) FROM attempt WHERE status = 'NA'")
    due = space.value("SELECT due_at FROM leads WHERE status = 'NA'")
    assert stamp(hash["next_due_at"]) == due
    assert abs(due - recorded - SPAN) < timedelta(seconds=60)
    attempts, contacts = (
        [int(n) for n in hash[f"{what}_by_hour"].split(",")] for what in ("attempts", "contacts")
    )
    assert (len(attempts), len(contacts)) == (48, 48)
    first = stamp(hash["hours_from"])
    for counts, counted in ((attempts, "true"), (contacts, "contact")):
        rows = space.rows(
            f"SELECT date_trunc('hour', recorded_at, 'UTC'), count(*) FROM attempt WHERE {counted} GROUP BY 1"
        )
        expected = [0] * 48
        for hour, calls in rows:
            expected[round((hour - first) / timedelta(hours=1))] = calls
        assert counts == expected
    assert (sum(attempts), sum(contacts)) == (3, 2)


def test_a_job_at_work(space):
    rows = 40_000
    make(space.inbox / "leads.csv", rows)
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100", "LEADSPOOL_IMPORT_LANES": "1"})
    space.stats()
    create_list(space)
    job = start_import(space, "leads.csv")
    live, key, seen = client(), f"{space.ns}:job:{job}", {}

    def ended():
        hash = live.hgetall(key)
        seen[hash.get("version")] = hash
        return hash.get("state") == "completed"

    wait_for(ended, 60, every=0.02)
    finish_import(space, job)
    running = [
        hash
        for hash in seen.values()
        if hash.get("state") == "running" and 0 < float(hash.get("percent", 0)) < 100
    ]
    assert running, seen
    for hash in running:
        took = (stamp(hash["at"]) - stamp(hash["started_at"])).total_seconds()
        assert abs(float(hash["rate"]) - int(hash["rows"]) / took) < 0.02 * float(hash["rate"]) + 1
        left = took * (100 - float(hash["percent"])) / float(hash["percent"])
        assert abs(int(hash["time_left_s"]) - left) <= 1 + 0.02 * left
        assert abs(float(hash["percent"]) - 100 * int(hash["bytes_done"]) / int(hash["bytes_total"])) < 0.02
    last = live.hgetall(key)
    assert "time_left_s" not in last and last["errors"] == last["rejected"]
    counted = documented("NS:job:ID") - {"campaign_id", "error_code", "error", "time_left_s", "…"}
    assert counted <= kinds(last), counted - kinds(last)
