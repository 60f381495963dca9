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


@pytest.mark.parametrize("end", ["kill9", "terminate"])
def test_lanes_stop_where_leads_are_held_and_the_job_goes_on_between_them(space, end):
    """Who died with it may have died at either end: the next goes up alone."""
    space.extra_env |= {"LEADSPOOL_JOB_LEASE_MS": "1500"}
    importer = space.importer()
    for list_id in ("a", "b"):
        create_list(space, list_id, campaign_id="c")
    finish_import(space, start_import(space, rows_of(space, "a.csv", LEADS, 0)))
    ids = [lead_id for (lead_id,) in space.rows("SELECT lead_id FROM leads ORDER BY lead_id")]
    with db(space) as other:
        other.autocommit = False
        other.execute("SELECT 1 FROM leads WHERE lead_id IN (%s, %s) FOR UPDATE", [ids[7_000], ids[16_000]])
        job_id = begin(space, where=ALL)
        wait_for(lambda: marks(space, job_id)[1] == ids[17_000], 60, what="the lane that goes down at its held lead")
        assert ids[4_999] <= marks(space, job_id)[0] < ids[7_000]
        getattr(importer, end)()
    space.importer()
    wait_for(lambda: ended(space, job_id) == "completed", 60, what="the end of the job")
    down = marks(space, job_id)[1]
    assert down == ids[17_000] if end == "kill9" else down <= ids[17_000]
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
