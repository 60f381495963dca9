"""dnc.import: a file of numbers goes on the do-not-call list, and everything follows."""

import pytest
from dirty_phones import EXCHANGES
from harness import wait_for
from harness.dialer import rfc3339
from scenario import (
    all_published,
    answer,
    ask,
    check_checkpoints,
    check_counters,
    create_list,
    done,
    finish_import,
    job_events,
    rejects_of,
    run_import,
    scale,
    tell,
    wait_rows,
)

ANN, BOB, EVE = "+15046218927", "+18102929388", "+18566368749"
LEADS = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"
OPEN = """
    SELECT '+' || phone, campaign_no <> 0, source, expires_at FROM dnc_entry JOIN number USING (number_id)
    WHERE removed_at IS NULL ORDER BY 1, 2
"""
STAGE = "SELECT stage FROM leads JOIN list USING (list_no) WHERE list_id = %s AND phone = %s"


def start(space, file, id=None, **fields):
    reply = ask(space, "dnc.import", {"file": file, **fields}, id=id)
    assert reply.type == "command.accepted" and reply.value["kind"] == "dnc.import", reply
    return reply.value["job_id"]


def run(space, file, **fields):
    return finish_import(space, start(space, file, **fields))


def stage(space, phone, list_id="a"):
    return space.value(STAGE, list_id, int(phone))


def parts(ended):
    return [ended[name] for name in ("rows", "inserted", "updated", "duplicate", "rejected", "dnc")]


def numbers(count):
    """Valid ones, all different."""
    return [f"+1504{EXCHANGES[n // 10_000]}{n % 10_000:04d}" for n in range(count)]


def phones_file(phones):
    return "phone\n" + "".join(f"{phone}\n" for phone in phones)


def test_a_file_of_numbers(space):
    """Entries with source and expiry, leads, offers; what cannot be read, what is there already, and the
    same command twice."""
    (space.inbox / "leads.csv").write_text(LEADS)
    (space.inbox / "dnc.csv").write_text(
        "Name,Telephone,Expires\nAnn,504-621-8927,\nBob,810-292-9388,2031-05-06\n,12,\n"
        "Bob,810 292 9388,2030-01-01T00:00:00Z\nEve,856-636-8749,soon\nBob,(810)292-9388,2032-05-06\n"
    )
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="d")
    run_import(space, "leads.csv")
    run_import(space, "leads.csv", "b")
    free = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": "c"} | free)
    dialer = space.dialer()
    offers = {offer["phone"]: offer for offer in dialer.offers(3)}
    job_id = start(space, "dnc.csv", id="once", campaign_id="c", source="letter")
    ended = finish_import(space, job_id)
    assert parts(ended) == [6, 2, 1, 1, 2, 2]
    assert ended["campaign_id"] == "c" and "list_id" not in ended
    assert [(row, code, column) for _, row, code, column, _ in rejects_of(space, ended)[1:]] == [
        ("3", "phone_too_short", "Telephone"),
        ("5", "invalid_time", "Expires"),
    ]
    check_checkpoints(space, job_id, ended)
    entries = [(phone, own, source, expires and rfc3339(expires)) for phone, own, source, expires in space.rows(OPEN)]
    assert entries == [
        (ANN, True, "letter", None),
        (BOB, True, "letter", "2032-05-07T00:00:00.000000Z"),
    ]
    revoked = [dialer.revoked(offers[phone]) for phone in (ANN, BOB)]
    assert {event["reason"] for event in revoked} == {"dnc"}
    assert [stage(space, phone) for phone in (ANN, BOB, EVE)] == [1, 1, 4]
    assert stage(space, ANN, "b") == 6
    again = answer(space, tell(space, "dnc.import", {"file": "dnc.csv", "campaign_id": "c", "source": "letter"}, id="once"))
    assert again.value["job_id"] == job_id
    assert space.value("SELECT count(*) FROM jobs WHERE kind = 'dnc.import'") == 1
    everywhere = run(space, "dnc.csv", expires_at="2031-01-01T00:00:00Z", mapping={"phone": 2})
    assert parts(everywhere) == [6, 2, 1, 1, 2, 2] and everywhere["namespace"] == space.ns
    assert stage(space, ANN, "b") == 1
    (space.dir / "here.csv").write_text("phone\n504-621-8927\n504-621-8900\n")
    by_hand = ("dnc", "import", space.dir / "here.csv", "--campaign", "c", "--wait")
    said = space.cli_json(*by_hand, "--source", "s", "--expires-at", "2031-01-01T00:00:00Z")
    assert (said["outcome"], said["rows"], said["inserted"], said["duplicate"]) == ("completed", 2, 1, 1)
    wait_for(lambda: space.value("SELECT count(*) FROM dnc_recheck") == 0, what="the leads were looked at again")
    check_counters(space)
    check_counters(space, "b")
    all_published(space)


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"file": "none.csv"}, "file_not_found"),
        ({"file": "dnc.csv", "campaign_id": "nobody"}, "unknown_campaign"),
        ({"file": "dnc.csv", "mapping": {"phone": "x"}}, "unknown_column"),
    ],
)
def test_what_cannot_be(space, fields, code):
    (space.inbox / "dnc.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    reply = ask(space, "dnc.import", fields)
    assert (reply.type, reply.value["code"]) == ("command.rejected", code)


@pytest.mark.timeout(1800)
def test_a_large_file(space):
    count = scale(3_000, long=1_000_000)
    known = numbers(count)
    (space.inbox / "dnc.csv").write_text(phones_file(known))
    (space.inbox / "leads.csv").write_text(phones_file(known[::10]))
    space.importer()
    create_list(space, campaign_id="c")
    run_import(space, "leads.csv", timeout=900)
    ended = finish_import(space, start(space, "dnc.csv"), timeout=900)
    assert parts(ended) == [count, count, 0, 0, 0, len(known[::10])]
    assert space.value("SELECT count(*) FROM dnc_entry WHERE removed_at IS NULL") == count
    assert space.value("SELECT count(*) FROM leads WHERE stage <> 1") == 0
    check_counters(space)


def test_kill_and_cancel(space):
    """Killed in the middle, it goes on behind what was committed; cancelled, it stays there. A list imported
    beside it has no stale stage."""
    count = scale(6_000)
    known = numbers(count)
    (space.inbox / "dnc.csv").write_text("phone\n" + "".join(f"{number}\nbad\n" for number in known))
    (space.inbox / "leads.csv").write_text(phones_file(known[::10]))
    space.extra_env |= {"LEADSPOOL_JOB_LEASE_MS": "1500", "LEADSPOOL_IMPORT_CHUNK_ROWS": "100"}
    workers = [space.importer(), space.importer()]
    create_list(space, campaign_id="c")
    job_id = start(space, "dnc.csv")
    beside = ask(space, "list.import", {"list_id": "a", "file": "leads.csv"}).value["job_id"]
    for round in range(2):
        wait_rows(space, job_id, count * (2 * round + 1) // 3)
        for worker in workers:
            worker.kill9()
            worker.start()
    ended = finish_import(space, job_id)
    finish_import(space, beside)
    assert parts(ended)[:5] == [2 * count, count, 0, 0, count]
    assert len(rejects_of(space, ended)) == count + 1
    check_checkpoints(space, job_id, ended)
    assert space.value("SELECT count(*) FROM dnc_entry WHERE removed_at IS NULL") == count
    wait_for(lambda: space.value("SELECT count(*) FROM dnc_recheck") == 0, what="the leads were looked at again")
    assert space.value("SELECT count(*) FROM leads WHERE stage <> 1") == 0
    check_counters(space)
    second = start(space, "dnc.csv", campaign_id="c")
    wait_rows(space, second, 1)
    done(space, "job.cancel", {"job_id": second}, topic="dnc.commands")
    cancelled = job_events(space, second)[-1]
    assert cancelled.type == "job.cancelled" and 0 < cancelled.value["rows"] < 2 * count
    entries = space.value("SELECT count(*) FROM dnc_entry WHERE campaign_no <> 0")
    assert entries == cancelled.value["inserted"]
