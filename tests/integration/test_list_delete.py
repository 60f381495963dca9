"""list.delete: gone from offers at once, its leads by a job, its calls and do-not-call entries never."""

import json
import signal
import threading

import pytest
from harness import db, read_topic, wait_for
from rounds_of_lists import rows_of
from scenario import (
    all_published,
    ask,
    create_list,
    done,
    job_events,
    job_state,
    leads_of,
    run_import,
    start_import,
    upsert,
    wait_rows,
)
from test_export import export, small_volume
from test_offers import ANN, BOB, EVE, dialing, offers_by_phone, put  # noqa: F401


def delete(space, list_id="a", **fields):
    """Returns the job_id."""
    reply = ask(space, "list.delete", {"list_id": list_id} | fields)
    assert (reply.type, reply.value["kind"]) == ("command.accepted", "list.delete"), reply
    return reply.value["job_id"]


def deleted(space, job_id):
    events = job_events(space, job_id)
    assert events[-1].type == "job.completed", events[-1].value
    return events[-1].value


def refused(space, type, data, **more):
    reply = ask(space, type, data, **more)
    assert reply.type == "command.rejected", reply
    return reply.value["code"]


def doctor(space):
    report = space.cli_json("doctor", code=None)
    assert report["ok"], [check["problems"] for check in report["checks"] if check["problems"]]
    return report


def nothing_left(space):
    for table in ("leads", "ready_lead", "list_stats", "list_status"):
        assert space.value(f"SELECT count(*) FROM {table}") == 0, table


def test_gone_from_offers_and_then_for_good(dialing):  # noqa: F811
    space = dialing
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[ANN])
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    done(space, "dnc.add", {"phone": "+15046210000"})
    value = deleted(space, delete(space))
    assert (value["leads"], value["deleted"]) == (3, 3)
    nothing_left(space)
    for phone in (BOB, EVE):
        assert dialer.revoked(offers[phone])["reason"] == "list_deleted"
    assert not dialer.events("offer.revoked", offer_id=offers[ANN]["offer_id"])
    dialer.release(offers[BOB])
    late = dialer.start(offers[EVE])
    dialer.end(late, "NA")
    dialer.end(call, "DNC")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 2, what="calls of leads that are gone")
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state < 9") == 0, what="ended offers")
    assert space.value("SELECT count(*) FROM attempt JOIN list USING (list_no) WHERE list_id = 'a'") == 2
    assert space.value("SELECT count(*) FROM dnc_entry WHERE removed_at IS NULL") == 2
    all_published(space)
    stats = [record for record in read_topic(space, "list.stats") if record.key == "a"]
    assert stats[-1].raw is None and stats[-2].value["life"] == "deleting" and stats[-2].value["total"] == 0
    [gone] = [record.value for record in read_topic(space, "list.events") if record.type == "list.deleted"]
    assert (gone["list_id"], gone["campaign_id"], gone["version"]) == (
        "a",
        "c",
        stats[-2].value["version"] + 1,
    )
    assert refused(space, "list.create", {"list_id": "a", "campaign_id": "c"}) == "list_exists"
    assert refused(space, "list.update", {"list_id": "a", "name": "b"}) == "list_deleted"
    assert refused(space, "list.import", {"list_id": "a", "file": "leads.csv"}) == "list_deleted"
    assert refused(space, "lead.upsert", {"list_id": "a", "lead": {"phone": BOB}}) == "unknown_list"
    assert refused(space, "list.delete", {"list_id": "a"}) == "list_deleted"
    create_list(space, "b", campaign_id="c")
    run_import(space, "leads.csv", list_id="b")
    assert space.value("SELECT stage FROM leads WHERE phone = 15046218927") == 1, "asked not to be called"
    doctor(space)


def test_other_work_on_the_list_makes_way(space):
    """An import runs and another waits; the deletion comes first. While it is not done nothing comes in."""
    space.extra_env |= {"LEADSPOOL_IMPORT_CHUNK_ROWS": "100", "LEADSPOOL_JOB_LEASE_MS": "1500"}
    importer = space.importer()
    create_list(space, "a", campaign_id="c")
    rows = "".join(f"50452{n:05d}\n" for n in range(10_000, 60_000))
    (space.inbox / "many.csv").write_text("phone\n" + rows)
    first, second = (start_import(space, "many.csv") for _ in range(2))
    wait_rows(space, first, 500)
    job = delete(space)
    codes = {refused(space, "lead.upsert", {"list_id": "a", "lead": {"phone": BOB}})}
    assert codes <= {"list_deleting", "unknown_list"}
    deleted(space, job)
    ends = [job_events(space, import_)[-1].type for import_ in (first, second)]
    assert ends[0] in ("job.cancelled", "job.failed") and ends[1] == "job.cancelled"
    nothing_left(space)
    assert importer.alive
    doctor(space)


def test_cancelled_deletions_go_on_when_asked_again(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    space.db.execute("INSERT INTO job_slot VALUES ('list:1', 0)")  # as if another held it
    job = delete(space)
    assert refused(space, "list.delete", {"list_id": "a"}) == "list_deleting"
    done(space, "job.cancel", {"job_id": job}, topic="importer.commands")
    assert job_events(space, job)[-1].type == "job.cancelled"
    assert space.value("SELECT life FROM list_stats") == "deleting"
    notes = [note for check in doctor(space)["checks"] for note in check["notes"]]
    assert any("list rm a" in note for note in notes), notes
    space.db.execute("DELETE FROM job_slot")
    deleted(space, delete(space))
    nothing_left(space)


def test_what_goes_on_beside_a_deletion_that_waits(dialing):  # noqa: F811
    """Its offers are revoked at once, work on it is refused; it may be exported, and its numbers barred."""
    space = dialing
    space.exporter()
    create_list(space, "b", campaign_id="c")
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    imported = str(space.value("SELECT job_no FROM jobs WHERE kind = 'import'"))
    space.db.execute("INSERT INTO job_slot VALUES ('list:1', 0)")  # as if another held it
    job = delete(space)
    for offer in offers.values():
        assert dialer.revoked(offer)["reason"] == "list_deleted"
    where = {"field": "attempts", "op": "ge", "value": 0}
    for type, data, more in (
        ("list.import", {"list_id": "a", "file": "leads.csv"}, {}),
        ("import.undo", {"job_id": imported}, {}),
        ("list.reset", {"list_id": "a", "where": where}, {"topic": "recycler.commands"}),
        ("leads.move", {"list_id": "a", "to_list_id": "b", "where": where}, {}),
        ("leads.move", {"list_id": "b", "to_list_id": "a", "where": where}, {}),
        ("list.update", {"list_id": "a", "name": "b"}, {}),
        ("lead.upsert", {"list_id": "a", "lead": {"phone": BOB}}, {}),
    ):
        assert refused(space, type, data, **more) == "list_deleting", (type, data)
    assert export(space)["rows"] == 3
    [result] = done(space, "dnc.add", {"phone": BOB})
    assert result["leads"] == 1
    assert job_state(space, job) == "queued"
    space.db.execute("DELETE FROM job_slot")
    assert deleted(space, job)["deleted"] == 3
    for offer in offers.values():
        dialer.release(offer)
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state < 9") == 0, what="ended offers")
    assert space.value("SELECT count(*) FROM dnc_entry WHERE removed_at IS NULL") == 1
    doctor(space)


def test_only_the_version_that_was_meant_is_deleted(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    seen = space.value("SELECT version FROM list_stats")
    upsert(space, phone=BOB)
    for version in (seen, seen + 2):
        reply = ask(space, "list.delete", {"list_id": "a", "if_version": version})
        assert (reply.type, reply.value["code"], reply.value["field"]) == (
            "command.rejected",
            "list_changed",
            "if_version",
        )
    assert refused(space, "list.delete", {"list_id": "a", "if_version": -1}, bad=True) == "out_of_range"
    assert space.row("SELECT life, version FROM list_stats") == ("active", seen + 1)
    assert space.value("SELECT count(*) FROM jobs") == 0
    assert deleted(space, delete(space, if_version=seen + 1))["deleted"] == 2


def test_command_line(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    counts = space.cli_json("list", "rm", "a", "--dry-run")
    assert (counts["list_id"], counts["leads"], counts["called"]) == ("a", 1, 0)
    assert space.cli("list", "rm", "a", code=2).stderr.count("--yes")
    assert space.value("SELECT count(*) FROM leads") == 1
    report = space.cli_json("list", "rm", "a", "--yes", "--wait")
    assert (report["kind"], report["outcome"], report["deleted"]) == ("list.delete", "completed", 1)
    assert space.cli_json("list", "ls") == []
    assert space.cli_json("list", "rm", "a", "--yes", code=1)["error"]["code"] == "unknown_list"
    assert "--dry-run" in space.cli("list", "rm", "--help").stdout


def keep_args(space, file="kept.csv"):
    return ("list", "rm", "a", "--keep-leads-as", space.dir / file, "--yes", "--wait")


def keep(space, *more, file="kept.csv", code=0, env=None):
    return space.cli_json(*keep_args(space, file), *more, code=code, env=env)


def start_keep(space):
    """Returns the process once its list.export has been sent."""
    process = space.popen(*keep_args(space), "--json")
    read_topic(space, "exporter.commands", until=len)
    return process


def end_keep(process):
    """Its error."""
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 1, out
    return json.loads(out)["error"]


def nothing_asked(space):
    assert space.value("SELECT count(*) FROM leads") > 0
    assert space.value("SELECT count(*) FROM jobs WHERE kind = 'list.delete'") == 0


def test_leads_are_kept_first(space):
    """The file is there before anything is deleted, and an import of it gives the same leads."""
    space.importer()
    space.exporter()
    create_list(space, "a", campaign_id="c")
    for phone, name in ((ANN, "=Ada"), (BOB, "Grace"), (EVE, "Íñigo")):
        upsert(space, phone=phone, first_name=name, custom={"tier": "gold"})
    before = dict(leads_of(space))
    version = space.value("SELECT version FROM list_stats")
    report = keep(space, "--command-id", "the-deletion")
    assert (report["kind"], report["deleted"]) == ("list.delete", 3)
    nothing_left(space)
    [export] = read_topic(space, "exporter.commands")
    [deletion] = [record for record in read_topic(space, "importer.commands") if record.type == "list.delete"]
    assert export.headers["ce_id"] != "the-deletion" == deletion.headers["ce_id"]
    assert deletion.value == {"list_id": "a", "if_version": version}
    (space.inbox / "kept.csv").write_bytes((space.dir / "kept.csv").read_bytes())
    create_list(space, "b", campaign_id="c")
    assert run_import(space, "kept.csv", list_id="b")["inserted"] == 3
    assert dict(leads_of(space, "b")) == before
    space.cli("list", "rm", "b", "--keep-leads-as", "-", "--yes", code=2)


def test_nothing_is_deleted_that_is_not_kept(space):
    """The file cannot be written, is not where the exporter says, or is behind the list again and again."""
    space.importer()
    space.exporter()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    assert keep(space, file="none/kept.csv", code=1)["error"]["code"]
    (space.dir / "elsewhere").mkdir()
    elsewhere = {"LEADSPOOL_OUTBOX": str(space.dir / "elsewhere")}
    assert keep(space, code=1, env=elsewhere)["error"]["code"] == "file_not_found"
    stop = threading.Event()

    def change():
        with db(space) as connection:
            while not stop.wait(0.001):
                connection.execute("UPDATE list_stats SET version = version + 1")

    changing = threading.Thread(target=change, daemon=True)
    changing.start()
    assert keep(space, code=1)["error"]["code"] == "list_changes"
    stop.set()
    changing.join()
    assert (space.dir / "kept.csv").exists()
    nothing_asked(space)


def test_nothing_is_deleted_when_the_volume_is_full(space):
    space.importer()
    space.exporter()
    create_list(space, "a", campaign_id="c")
    leads = run_import(space, rows_of(space, "many.csv", 12_000, 0))["inserted"]
    folder = space.dir / "small"
    folder.mkdir()
    with small_volume(space, folder) as enlarge:
        kept = folder / "kept.csv"
        kept.write_text("of before")
        assert keep(space, file="small/kept.csv", code=1)["error"]["code"] == "no_space"
        assert [*folder.iterdir()] == [kept] and kept.read_text() == "of before"
        kept.unlink()
        assert keep(space, file="small/kept.csv", code=1)["error"]["code"] == "no_space"
        assert [*folder.iterdir()] == []
        nothing_asked(space)
        enlarge()
        assert keep(space, file="small/kept.csv")["deleted"] == leads
        assert len(kept.read_text().splitlines()) == leads + 1
    nothing_left(space)


def test_what_comes_between_the_file_and_the_deletion_is_not_lost(space):
    importer = space.importer()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    importer.end()
    error = keep(space, "--timeout", "1", code=1)["error"]
    assert error["code"] == "reply_timeout" and "is leadspool-exporter running?" in error["message"]
    space.exporter()
    process = space.popen(*keep_args(space), "--json")
    read_topic(space, "importer.commands", until=lambda seen: seen[-1:] and seen[-1].type == "list.delete")
    space.db.execute("UPDATE list_stats SET version = version + 1")  # as a lead would
    space.importer()
    assert end_keep(process)["code"] == "list_changed"
    nothing_asked(space)


def test_ctrl_c_after_the_export_deletes_nothing(space):
    """The process stands still while its export is made, then between its copy and the look at the list."""
    space.importer()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    process = start_keep(space)
    process.send_signal(signal.SIGSTOP)
    space.exporter()
    wait_for(lambda: space.rows("SELECT FROM jobs WHERE kind = 'export' AND state = 'completed'"), what="the export")
    with db(space) as holder, holder.transaction():
        holder.execute("LOCK TABLE list_stats IN ACCESS EXCLUSIVE MODE")
        process.send_signal(signal.SIGCONT)
        wait_for((space.dir / "kept.csv").exists, what="the copy")
        process.send_signal(signal.SIGINT)
    error = end_keep(process)
    assert (error["code"], error["message"]) == ("interrupted", "interrupted: nothing was deleted")
    nothing_asked(space)


pytestmark = pytest.mark.timeout(180)

def behind_a_change(space, change, run):
    """run() begins a job that waits for a lead while `change` is not committed."""
    with db(space) as other:
        other.execute("BEGIN")
        for statement in change:
            other.execute(statement)
        [xid] = other.execute("SELECT pg_current_xact_id()::text").fetchone()
        job_id = run()
        waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND transactionid::text = %s"
        wait_for(lambda: space.value(waits, xid) == 1, what="the job waits for the lead")
        other.execute("COMMIT")
    return job_id


@pytest.mark.parametrize("lease_ms", (1000, 8000))
def test_a_reset_that_nobody_holds_is_not_waited_for(space, lease_ms):
    """The importer that deletes cannot claim it, and no recycler may be there, before or after its lease ends."""
    space.extra_env["LEADSPOOL_JOB_LEASE_MS"] = str(lease_ms)
    space.importer()
    recycler = space.recycler()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone=ANN)
    where = {"field": "attempts", "op": "ge", "value": 0}
    state = "SELECT state FROM jobs WHERE kind = 'list.reset'"
    with db(space) as other:
        other.execute("BEGIN")
        other.execute("LOCK TABLE leads IN EXCLUSIVE MODE")
        reply = ask(space, "list.reset", {"list_id": "a", "where": where}, topic="recycler.commands")
        wait_for(lambda: space.value(state) == "running", what="a recycler has the reset")
        recycler.kill9()
        other.execute("ROLLBACK")
    if lease_ms == 1000:
        over = "SELECT lease_until < clock_timestamp() FROM jobs WHERE kind = 'list.reset'"
        wait_for(lambda: space.value(over), what="its lease has run out")
    assert deleted(space, delete(space))["deleted"] == 1
    assert space.value(state) == "cancelled"
    assert job_events(space, reply.value["job_id"])[-1].type == "job.cancelled"
    assert space.value("SELECT count(*) FROM job_slot") == 0
    nothing_left(space)


def due(phone, at):
    """The statements that change when a lead is due, in its row and in the queue."""
    lead = f"(SELECT lead_id FROM leads WHERE phone = {phone[1:]})"
    return [f"UPDATE {table} SET due_at = '{at}' WHERE lead_id = {lead}" for table in ("leads", "ready_lead")]


def test_a_lead_that_changes_under_the_deletion_leaves_nothing(space):
    """Its new place in the queue is one that the statement which waited for it does not see."""
    space.importer()
    create_list(space, "a", campaign_id="c")
    for phone in (ANN, BOB, EVE):
        upsert(space, phone=phone)
    value = deleted(space, behind_a_change(space, due(BOB, "2030-01-01"), lambda: delete(space)))
    assert (value["leads"], value["deleted"]) == (3, 3)
    nothing_left(space)
