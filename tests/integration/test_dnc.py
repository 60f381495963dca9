"""Do-not-call entries: leads follow them, whichever came first, and the record of them stays."""

import pytest
from harness import wait_for
from scenario import (
    answers,
    ask,
    check_counters,
    create_list,
    done,
    finish_import,
    recount,
    run_import,
    scale,
    start_import,
    tell,
    upsert,
)

ANN, BOB = "+15046218927", "+18102929388"
FILE = "phone\n504-621-8927\n810-292-9388\n856-636-8749\n"


@pytest.fixture
def listed(space):
    (space.inbox / "leads.csv").write_text(FILE)
    space.importer()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="d")
    return space


def stages(space, list_id="a"):
    """{number: stage} of the list."""
    names = {1: "dnc", 6: "ready"}
    rows = space.rows("SELECT phone, stage FROM leads JOIN list USING (list_no) WHERE list_id = %s", list_id)
    return {f"+{phone}": names[stage] for phone, stage in rows}


def dnc(space, verb, phone=ANN, **fields):
    [result] = done(space, f"dnc.{verb}", {"phone": phone, **fields})
    return result["result"], result["leads"]


def settle(space, wanted, list_id="a"):
    """Leads follow at the commit of the command, or once all that ran beside it has ended."""
    wait_for(lambda: stages(space, list_id).get(ANN) == wanted, what=f"{ANN} {wanted}")
    check_counters(space, list_id)


def test_entry_before_the_import(listed):
    assert dnc(listed, "add") == ("added", 0)
    ended = run_import(listed, "leads.csv")
    assert (ended["inserted"], ended["dnc"], ended["rejected"]) == (3, 1, 0)
    assert stages(listed)[ANN] == "dnc" and stages(listed)[BOB] == "ready"
    check_counters(listed)


def test_entry_after_the_import(listed):
    run_import(listed, "leads.csv")
    assert dnc(listed, "add") == ("added", 1)
    settle(listed, "dnc")
    assert recount(listed)[0]["dnc"] == 1


def test_entry_before_an_upsert(listed):
    dnc(listed, "add")
    upsert(listed, phone=ANN)
    assert stages(listed) == {ANN: "dnc"}
    check_counters(listed)


def test_phone_change_asks_again(listed):
    dnc(listed, "add")
    upsert(listed, phone=ANN, external_id="x1")
    upsert(listed, phone=BOB, external_id="x1")
    assert stages(listed) == {BOB: "ready"}
    upsert(listed, phone=ANN, external_id="x1")
    assert stages(listed) == {ANN: "dnc"}
    check_counters(listed)


def test_entry_that_goes_lets_the_leads_back(listed):
    run_import(listed, "leads.csv")
    dnc(listed, "add")
    assert dnc(listed, "add")[0] == "exists"
    assert dnc(listed, "remove") == ("removed", 1)
    settle(listed, "ready")
    assert dnc(listed, "remove")[0] == "absent"


def test_entries_are_ended_never_deleted(listed):
    for _ in range(2):
        dnc(listed, "add", source="letter")
        dnc(listed, "remove")
    assert listed.value("SELECT count(*) FROM dnc_entry") == 2
    assert listed.value("SELECT count(*) FROM dnc_entry WHERE removed_at IS NULL") == 0


def test_entry_of_a_campaign_is_for_its_lists_alone(listed):
    run_import(listed, "leads.csv", "a")
    run_import(listed, "leads.csv", "b")
    assert dnc(listed, "add", campaign_id="c") == ("added", 1)
    settle(listed, "dnc", "a")
    settle(listed, "ready", "b")
    assert dnc(listed, "add") == ("added", 1)
    settle(listed, "dnc", "b")
    assert dnc(listed, "remove") == ("removed", 1)
    settle(listed, "dnc", "a")
    settle(listed, "ready", "b")


def test_entry_of_every_campaign_and_of_one(listed):
    run_import(listed, "leads.csv", "a")
    dnc(listed, "add")
    dnc(listed, "add", campaign_id="c")
    dnc(listed, "remove", campaign_id="c")
    settle(listed, "dnc")


def test_expired_entry_does_not_hold(listed):
    dnc(listed, "add", expires_at="2020-01-01T00:00:00Z")
    run_import(listed, "leads.csv")
    assert stages(listed)[ANN] == "ready"
    check_counters(listed)


def test_unknown_campaign_is_refused(listed):
    reply = ask(listed, "dnc.add", {"phone": ANN, "campaign_id": "nobody"})
    assert (reply.type, reply.value["code"]) == ("command.rejected", "unknown_campaign")


def test_no_reply_names_the_number(listed):
    run_import(listed, "leads.csv")
    reply = ask(listed, "dnc.add", {"phone": ANN})
    assert "5046218927" not in reply.raw.decode()


@pytest.mark.parametrize("verb", ["add", "remove"])
def test_entries_beside_a_running_import_leave_no_stale_stage(listed, verb):
    """Numbers of the file get, or lose, their entries while it is being read."""
    count = scale(4_000)
    numbers = [f"+1504{200 + n // 10_000}{n % 10_000:04d}" for n in range(count)]
    (listed.inbox / "many.csv").write_text("phone\n" + "".join(f"{number}\n" for number in numbers))
    chosen = numbers[:: max(1, count // 40)]
    if verb == "remove":
        for number in chosen:
            dnc(listed, "add", number)
    job_id = start_import(listed, "many.csv")
    ids = [tell(listed, f"dnc.{verb}", {"phone": number}, flush=False) for number in chosen]
    answers(listed, ids)
    finish_import(listed, job_id)
    wanted = "dnc" if verb == "add" else "ready"
    wait_for(lambda: all(stages(listed)[number] == wanted for number in chosen), what="the stages follow")
    check_counters(listed)
    assert recount(listed)[0]["dnc"] == (len(chosen) if verb == "add" else 0)


PACE = """
CREATE TABLE pace AS SELECT 0.25 AS s;
CREATE FUNCTION keep_pace() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS
    $$ BEGIN PERFORM pg_sleep((SELECT s FROM pace)); RETURN NULL; END $$;
CREATE TRIGGER pace BEFORE INSERT ON leads FOR EACH STATEMENT EXECUTE FUNCTION keep_pace();
"""


def test_entry_between_two_chunks(space):
    """An importer that has read the list before does not go by what it read. The leads come when those that the list
    had meanwhile were looked at."""
    count = 20_000
    numbers = [f"+1504{200 + n // 10_000}{n % 10_000:04d}" for n in range(count)]
    (space.inbox / "many.csv").write_text("phone\n" + "".join(f"{number}\n" for number in numbers))
    space.importer(env={"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"})
    create_list(space)
    space.db.execute(PACE)
    job_id = start_import(space, "many.csv")
    wait_for(lambda: space.value("SELECT coalesce(min(chunk), 0) FROM import_lane"), every=0.01)
    late = numbers[-10:]
    leads = [dnc(space, "add", number)[1] for number in late]
    wait_for(lambda: space.value("SELECT count(*) FROM dnc_recheck") == 0, what="leads of a moment ago, looked at again")
    assert leads == [0] * len(late) and not stages(space).keys() & set(late), "the entries came before the leads"
    space.db.execute("UPDATE pace SET s = 0")
    finish_import(space, job_id)
    wait_for(lambda: all(stages(space)[number] == "dnc" for number in late), what="the leads follow")
    check_counters(space)
