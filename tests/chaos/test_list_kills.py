"""kill -9 in the middle of a job over leads: another process goes on from its checkpoint, and the end is the same."""

import json
import random
import time
from contextlib import contextmanager

import pytest
from harness import db, read_topic, wait_for
from harness.digest import state, table_rows
from rounds_of_lists import ended, rows_of
from scenario import (
    all_published,
    ask,
    check_counters,
    create_list,
    done,
    finish_import,
    scale,
    seed,
    start_import,
)
from test_list_delete import doctor

LEADS = scale(10_000, long=400_000)
BACK = LEADS * 2 // 5
TWINS = LEADS * 3 // 10  # leads of a third list with numbers of the first
MORE = 16_000  # so that the list that is deleted has two chunks
CHUNK, WHOLE, DELETED = 2_000, 5_000, 20_000  # leads of a chunk: of most jobs, by one statement, of a deletion
OFFERED = {"a": 7, "e": 8}  # of fifty numbers that one; half of the calls have begun
KILLS = scale(2, long=20)  # of each job
FAST = {
    "LEADSPOOL_JOB_LEASE_MS": "1000",
    "LEADSPOOL_JOB_DEATHS": "1000",
    "LEADSPOOL_LANE_LEASE_MS": "1500",
    "LEADSPOOL_SESSION_TIMEOUT_MS": "3000",
}
# One dials, or who sweeps up after a pause would revoke offers before a job does; but at no hour that the law allows.
CALLS = {"c": {"active": True, "law_pack": "us", "windows": [{"days": ["mon"], "from": "03:00", "to": "03:01"}]}, "d": {}}
ALL = {"field": "attempts", "op": "ge", "value": 0}


def mark(space, job_id):
    return space.value("SELECT (mark ->> 'lead_id')::bigint FROM jobs WHERE job_no = %s", int(job_id))


def claims(space, job_id):
    return space.value("SELECT token FROM jobs WHERE job_no = %s", int(job_id))


def ids_of(space, list_id):
    sql = "SELECT lead_id FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY lead_id"
    return [lead_id for [lead_id] in space.rows(sql, list_id)]


@contextmanager
def held(space, lead_id):
    """Gives a function that says whether somebody waits for the lead."""
    with db(space) as other:
        other.execute("BEGIN")
        other.execute("SELECT FROM leads WHERE lead_id = %s FOR UPDATE", [lead_id])
        yield lambda: space.waiting_for(other.info.backend_pid)


def begin(space, type, data, **more):
    reply = ask(space, type, data, **more)
    assert reply.type == "command.accepted", reply
    return reply.value["job_id"]


def kill_in_the_middle(space, worker, rng, middle, *command, **more):
    """Behind its first chunk, in the transaction of a later one that waits for one of these leads."""
    with held(space, rng.choice(middle)) as waited_for:
        job_id = begin(space, *command, **more)
        wait_for(
            lambda: mark(space, job_id) and waited_for(), 60, every=0.005, what="a chunk that waits, behind a checkpoint"
        )
        time.sleep(rng.random() * 0.2)
        worker.kill9()
    assert ended(space, job_id) is None
    return job_id


def kill_some_time(space, worker, rng, job_id):
    """A moment after the next process has the job, unless that has ended it by then."""
    before = claims(space, job_id)
    worker.start()
    wait_for(lambda: claims(space, job_id) > before, 60, every=0.005, what="a process that goes on")
    time.sleep(rng.random() * 0.3)
    if ended(space, job_id):
        return False
    worker.kill9()
    return True


def killed(space, worker, most, middle, *command, **more):
    """The job's result, and how often it was killed."""
    rng = random.Random(f"{seed()} {more['id']}")
    kills = 0
    if most == 0:
        job_id = begin(space, *command, **more)
    else:
        job_id = kill_in_the_middle(space, worker, rng, middle, *command, **more)
        kills = 1
        while kills < most and kill_some_time(space, worker, rng, job_id):
            kills += 1
    if not worker.alive:
        worker.start()
    assert wait_for(lambda: ended(space, job_id), 120) == "completed"
    return space.value("SELECT result FROM jobs WHERE job_no = %s", int(job_id)), kills


def offered(list_id, first, count):
    return sum(n % 50 == OFFERED[list_id] for n in range(2_000_000 + first, 2_000_000 + first + count))


def offer_some(space):
    """As far as the record knows: no dialer answers, nothing lapses. All at once, as recyclers do: a sweep goes on beside."""
    with space.db.transaction():
        for list_id, which in OFFERED.items():
            some = " FROM leads JOIN list USING (list_no) WHERE list_id = %s AND phone %% 50 = %s"
            space.db.execute(
                f"INSERT INTO number (phone, digest) SELECT phone, int8send(phone) {some}", [list_id, which]
            )
            space.db.execute(
                "INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until,"
                " started_at) SELECT lead_id, number_id, list_no, campaign_no, 1 + (phone %% 100 > 50)::int, 3, '2026-01-02',"
                " '2100-01-01', '2100-01-01', CASE WHEN phone %% 100 > 50 THEN '2026-01-02'::timestamptz END"
                + some.replace("JOIN list", "JOIN number USING (phone) JOIN list"),
                [list_id, which],
            )
        space.db.execute("UPDATE leads l SET offer_id = o.offer_id, stage = 4 FROM offer o WHERE o.lead_id = l.lead_id")
        space.db.execute("DELETE FROM ready_lead WHERE lead_id IN (SELECT lead_id FROM offer)")
        space.db.execute(
            "UPDATE list_stats s SET offered = o.leads, ready = ready - o.leads"
            " FROM (SELECT list_no, count(*) AS leads FROM offer GROUP BY 1) o WHERE o.list_no = s.list_no"
        )


def prepare(space):
    """Three lists of two campaigns, the leads of two of them called once, a third of them twice, some with a dialer."""
    for list_id, campaign in (("a", "c"), ("b", "d"), ("e", "c")):
        create_list(space, list_id, campaign_id=campaign, id=f"list-{list_id}")
        done(space, "campaign.put", {"campaign_id": campaign} | CALLS[campaign], id=f"campaign-{campaign}")
    job_id = start_import(space, rows_of(space, "a.csv", LEADS, 0), id="import")
    finish_import(space, job_id)
    twins = (space.inbox / rows_of(space, "e.csv", TWINS, BACK)).read_text().split()
    (space.inbox / "e.csv").write_text("phone,city\n" + "".join(f"{phone},Austin\n" for phone in twins[1:]))
    finish_import(space, start_import(space, "e.csv", "e", id="import-e"))
    # As far as the leads know, and the ledger; their dialing has to go along.
    space.db.execute(
        "UPDATE leads SET status = 'NA', attempts = 1 + (phone % 3 = 0)::int, tries = 'NA=' || 1 + (phone % 3 = 0)::int,"
        " due_at = 'epoch', hold = 0"
    )
    space.db.execute(
        "INSERT INTO attempt (recorded_at, lead_id, list_no, source, call_id, disposition, status, contact, started_at)"
        " SELECT '2026-01-01', lead_id, list_no, 's', phone || '-' || n, 'NA', 'NA', false, '2026-01-01'"
        " FROM leads, generate_series(1, attempts) n"
    )
    space.db.execute("UPDATE ready_lead SET class = 3, due_at = 'epoch'")
    space.db.execute("UPDATE list_stats SET attempted = total WHERE total > 0")
    space.db.execute("UPDATE list_status SET status = 'NA'")
    offer_some(space)
    return job_id


def all_done(space):
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')") == 0, 120)
    all_published(space)


def told(space):
    """What lead.updated said of which row of a file, each event once."""
    seen = {}
    for record in read_topic(space, "lead.events"):
        if record.type == "lead.updated":
            value, number = record.value, record.headers["ce_sequence"].split(".", 1)[1]
            row = int(value["lead_id"]) % (1 << 32)
            seen[record.id] = [row, value["list_id"], value["stage"], value["changed"], number]
    return sorted(map(json.dumps, seen.values()))


def record_of(space, events=False):
    """Here nothing hangs on time: what is due and the numbers of versions are as in peace, too."""
    found = state(space, events)
    found["offers"] = table_rows(space, "SELECT phone, state FROM offer JOIN number USING (number_id)")
    versions = "SELECT list_id, phone, due_at, callback_at, lead_version FROM leads JOIN list USING (list_no)"
    found["versions"] = table_rows(space, versions)
    if events:
        found["told"] = told(space)
    return found


def work(space, most):
    """Each job over leads, killed so many times at most; how often each was."""
    space.extra_env |= FAST
    space.check_every = 20
    importer = space.importer()
    recycler = space.recycler()
    imported = prepare(space)
    kills = {}

    def run(worker, id, middle, type, data, **more):
        result, kills[id] = killed(space, worker, most, middle, type, data, id=id, **more)
        all_done(space)  # also the rules of the other list: what a lead becomes does not hang on what comes first
        return result

    move = {"list_id": "a", "to_list_id": "b", "where": ALL, "lead_events": True}
    result = run(importer, "move", ids_of(space, "a")[WHOLE:], "leads.move", move)
    assert (result["leads"], result["moved"]) == (LEADS, LEADS)
    offers = offered("e", BACK, TWINS)
    merge = {"list_id": "e", "to_list_id": "b", "where": ALL, "on_duplicate": "update", "lead_events": True}
    result = run(importer, "merge", ids_of(space, "e")[CHUNK:], "leads.move", merge)
    assert (result["merged"], result["kept_offered"], result["leads"]) == (TWINS - offers, offers, TWINS)
    reset = {"list_id": "b", "where": ALL, "lead_events": True}
    result = run(recycler, "reset", ids_of(space, "b")[WHOLE:], "list.reset", reset, topic="recycler.commands")
    assert (result["leads"], result["reset"]) == (LEADS, LEADS)
    some = [lead_id for [lead_id] in space.rows("SELECT lead_id FROM leads ORDER BY phone LIMIT %s", BACK)]
    back = {"list_id": "b", "to_list_id": "a", "lead_ids": list(map(str, some)), "lead_events": True}
    result = run(importer, "back", sorted(some)[CHUNK:], "leads.move", back)
    assert result["moved"] == BACK
    for list_id in ("a", "b", "e"):
        check_counters(space, list_id)
    half = record_of(space)
    finish_import(space, start_import(space, rows_of(space, "more.csv", MORE, LEADS), "b", id="import-more"))
    result = run(importer, "undo", ids_of(space, "a")[CHUNK:], "import.undo", {"job_id": imported})
    kept = offered("a", 0, BACK)
    assert (result["deleted"], result["kept_offered"], result["kept_moved"]) == (BACK - kept, kept, LEADS - BACK)
    result = run(importer, "delete", ids_of(space, "b")[DELETED:], "list.delete", {"list_id": "b"})
    assert result["deleted"] == LEADS - BACK + MORE
    assert space.row("SELECT count(*), count(*) FILTER (WHERE stage = 4) FROM leads") == (kept + offers, kept + offers)
    assert space.value("SELECT count(*) FROM ready_lead") == 0
    for list_id in ("a", "e"):
        check_counters(space, list_id)
    # The undo was to take out what prepare() had called; doctor is not to see that.
    space.db.execute(
        "UPDATE leads l SET attempts_total = (SELECT count(*) FROM attempt a WHERE a.lead_id = l.lead_id)"
    )
    doctor(space)
    return half, kills


def same(found, wanted):
    for part in wanted:
        more = sorted(set(found[part]) - set(wanted[part]))[:5]
        less = sorted(set(wanted[part]) - set(found[part]))[:5]
        assert found[part] == wanted[part], f"{part}: too much {more}, missing {less}"


@pytest.mark.timeout(600 + KILLS * 60)
def test_kills_of_jobs_over_leads(spaces):
    """Leads, counters, ledger and events in the middle and at the end are those of a run in peace."""
    disturbed, calm = spaces(), spaces()
    half, kills = work(disturbed, KILLS)
    assert len(kills) == 6 and min(kills.values()) > 0, kills
    wanted, _ = work(calm, 0)
    same(half, wanted)
    same(record_of(disturbed, events=True), record_of(calm, events=True))
