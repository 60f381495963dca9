"""Jobs over the leads of a long list go over it from both ends."""

import pytest
from harness import db, wait_for
from rounds_of_lists import ended, rows_of
from scenario import check_counters, create_list, finish_import, job_events, start_import
from test_leads_move import ALL, begin
from test_list_delete import doctor

LEADS = 22_000  # five chunks


def marks(space, job_id):
    """Where the lane stands that goes up, and the one that goes down."""
    return space.row(
        "SELECT (mark ->> 'lead_id')::bigint, (mark -> 'down' ->> 'lead_id')::bigint FROM jobs WHERE job_no = %s",
        int(job_id),
    )


@pytest.mark.parametrize("lanes", ["2", "1"])
def test_one_lane_goes_on_where_the_other_waits(space, lanes):
    """A lead that somebody holds stops one lane only; who claims the job then goes on between both, by one or two."""
    space.extra_env |= {"LEADSPOOL_JOB_LEASE_MS": "1500"}
    importer = space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    finish_import(space, start_import(space, rows_of(space, "a.csv", LEADS, 0)))
    ids = [lead_id for (lead_id,) in space.rows("SELECT lead_id FROM leads ORDER BY lead_id")]
    with db(space) as other:
        other.autocommit = False
        other.execute("SELECT 1 FROM leads WHERE lead_id = %s FOR UPDATE", [ids[7_000]])
        job_id = begin(space, where=ALL)
        wait_for(lambda: (marks(space, job_id)[1] or ids[-1]) <= ids[10_000], 60, what="the other lane at its end")
        assert ids[4_999] <= marks(space, job_id)[0] < ids[7_000]
        importer.kill9()
    space.extra_env["LEADSPOOL_SWEEP_LANES"] = lanes
    space.importer()
    wait_for(lambda: ended(space, job_id) == "completed", 60, what="the end of the job")
    result = job_events(space, job_id)[-1].value
    assert (result["leads"], result["moved"]) == (LEADS, LEADS)
    assert space.rows("SELECT list_id, count(*) FROM leads JOIN list USING (list_no) GROUP BY 1") == [("b", LEADS)]
    for list_id in ("a", "b"):
        check_counters(space, list_id)
    doctor(space)


def test_one_lane_alone(space):
    space.extra_env["LEADSPOOL_SWEEP_LANES"] = "1"
    space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    finish_import(space, start_import(space, rows_of(space, "a.csv", 6_000, 0)))
    job_id = begin(space, where=ALL)
    wait_for(lambda: ended(space, job_id) == "completed", 60, what="the end of the job")
    assert marks(space, job_id)[1] is None
    check_counters(space, "b")
