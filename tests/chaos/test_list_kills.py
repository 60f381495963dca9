"""kill -9 in the middle of a job over leads: another process goes on from its checkpoint, and the end is the same."""

import pytest
from harness import wait_for
from rounds_of_lists import ended, rows_of
from scenario import all_published, ask, check_counters, create_list, done, run_import, scale

LEADS = scale(24_000, long=400_000)
KILLS = scale(2, long=20)  # of each job
FAST = {
    "LEADSPOOL_JOB_LEASE_MS": "1000",
    "LEADSPOOL_LANE_LEASE_MS": "1500",
    "LEADSPOOL_SESSION_TIMEOUT_MS": "3000",
}
ALL = {"field": "attempts", "op": "ge", "value": 0}


def mark(space, job_id):
    return space.value(
        "SELECT coalesce((mark ->> 'lead_id')::bigint, 0) FROM jobs WHERE job_no = %s", int(job_id)
    )


def killed(space, worker, type, data, most=KILLS, **more):
    """Each time that the job has gone on it is killed; its result, and how often that was."""
    reply = ask(space, type, data, **more)
    assert reply.type == "command.accepted", reply
    job_id = reply.value["job_id"]
    kills, at = 0, 0
    while kills < most and not ended(space, job_id):
        wait_for(
            lambda at=at: mark(space, job_id) > at or ended(space, job_id),
            60,
            every=0.002,
            what="a checkpoint",
        )
        if ended(space, job_id):
            break
        worker.kill9()
        at = mark(space, job_id)
        kills += 1
        worker.start()
    assert wait_for(lambda: ended(space, job_id), 120) == "completed"
    return space.value("SELECT result FROM jobs WHERE job_no = %s", int(job_id)), kills


@pytest.mark.timeout(300 + KILLS * 60)
def test_kills_of_jobs_over_leads(space):
    space.extra_env |= FAST
    importer = space.importer()
    recycler = space.recycler()
    for list_id, campaign in (("a", "c"), ("b", "d")):
        create_list(space, list_id, campaign_id=campaign)
        done(space, "campaign.put", {"campaign_id": campaign})
    loaded = run_import(space, rows_of(space, "a.csv", LEADS, 0))
    # Called once, as far as the leads know; their dialing has to go along.
    space.db.execute(
        "WITH l AS (UPDATE leads SET status = 'NA', attempts = 1, tries = 'NA=1', due_at = 'epoch', hold = 0"
        " RETURNING lead_id) SELECT count(*) FROM l"
    )
    space.db.execute("UPDATE ready_lead SET class = 3, due_at = 'epoch'")
    space.db.execute("UPDATE list_stats SET attempted = total WHERE total > 0")
    space.db.execute("UPDATE list_status SET status = 'NA'")
    total = 0
    result, kills = killed(space, importer, "leads.move", {"list_id": "a", "to_list_id": "b", "where": ALL})
    assert (result["leads"], result["moved"]) == (LEADS, LEADS)
    total += kills
    result, kills = killed(
        space, recycler, "list.reset", {"list_id": "b", "where": ALL}, topic="recycler.commands"
    )
    assert (result["leads"], result["reset"]) == (LEADS, LEADS)
    total += kills
    some = [str(lead_id) for [lead_id] in space.rows("SELECT lead_id FROM leads ORDER BY phone LIMIT 4000")]
    back = {"list_id": "b", "to_list_id": "a", "lead_ids": some}
    result, kills = killed(space, importer, "leads.move", back)
    assert result["moved"] == 4000
    total += kills
    all_published(space)
    for list_id in ("a", "b"):
        check_counters(space, list_id)
    result, kills = killed(space, importer, "import.undo", {"job_id": loaded["job_id"]})
    assert (result["deleted"], result["kept_moved"]) == (4000, LEADS - 4000)
    total += kills
    result, kills = killed(space, importer, "list.delete", {"list_id": "b"})
    assert result["deleted"] == LEADS - 4000
    total += kills
    assert total >= 4, "killed in the middle"
    assert space.value("SELECT count(*) FROM leads") == space.value("SELECT count(*) FROM ready_lead") == 0
    check_counters(space, "a")
    assert space.cli_json("doctor", code=None)["ok"]
