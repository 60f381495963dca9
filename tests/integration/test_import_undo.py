"""import.undo takes out what an import brought in and nobody has touched since."""

from harness import settle, wait_for
from scenario import ask, check_counters, create_list, done, job_events, run_import, upsert
from test_list_delete import deleted, doctor, refused
from test_offers import put

PHONES = [f"+1504621{n}" for n in range(8927, 8933)]


def names(space):
    return {f"+{phone}" for [phone] in space.rows("SELECT phone FROM leads")}


def test_what_is_kept_and_why(space):
    space.importer()
    space.recycler()
    create_list(space, "a", campaign_id="c")
    upsert(space, phone="+15046218999", city="x", priority=0)
    (space.inbox / "a.csv").write_text(
        "phone,city\n" + "".join(f"{p},A\n" for p in [*PHONES, "+15046218999"])
    )
    value = run_import(space, "a.csv", on_duplicate="update")
    assert (value["inserted"], value["updated"]) == (6, 1)
    put(space, hopper_target=2)
    dialer = space.dialer()
    offers = dialer.offers(2)
    called, offered = offers[0]["phone"], offers[1]["phone"]
    call = dialer.start(offers[0])
    dialer.end(call, "NI")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1)
    put(space, active=False)
    settle(lambda: check_counters(space))
    held = {f"+{phone}" for [phone] in space.rows("SELECT phone FROM leads WHERE offer_id IS NOT NULL")}
    rest = [phone for phone in PHONES if phone not in held | {called}]
    upsert(space, phone=rest[0], city="B")
    (space.inbox / "b.csv").write_text(f"phone,city\n{rest[1]},C\n")
    run_import(space, "b.csv", on_duplicate="update")
    counts = space.cli_json("import", "undo", value["job_id"], "--dry-run")
    assert (counts["leads"], counts["kept_called"], counts["cannot_restore"]) == (6, 1, 1)
    assert (counts["kept_changed"], counts["deleted"]) == (2, len(rest) - 2)
    reply = ask(space, "import.undo", {"job_id": value["job_id"]})
    result = deleted(space, reply.value["job_id"])
    assert result["leads"] == 6
    assert result["kept_called"] == 1 and result["kept_offered"] == len(held) and offered in held
    assert result["kept_changed"] == 2 and result["cannot_restore"] == 1
    assert result["deleted"] == len(rest) - 2
    assert names(space) == held | {called, rest[0], rest[1], "+15046218999"}
    settle(lambda: check_counters(space))
    doctor(space)
    again = run_import(space, "a.csv", on_duplicate="skip")
    assert again["inserted"] == result["deleted"]


def test_command(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    (space.inbox / "a.csv").write_text("phone\n" + "\n".join(PHONES))
    value = run_import(space, "a.csv")
    assert refused(space, "import.undo", {"job_id": "999"}) == "unknown_job"
    report = space.cli_json("import", "undo", value["job_id"], "--yes", "--wait")
    assert (report["outcome"], report["deleted"]) == ("completed", 6)
    assert names(space) == set()
    assert space.cli_json("import", "undo", value["job_id"], "--yes", "--wait")["deleted"] == 0
    assert refused(space, "import.undo", {"job_id": report["job_id"]}) == "unknown_job"
    assert space.cli_json("import", "undo", "999", "--yes", code=1)["error"]["code"] == "unknown_job"
    assert "import undo 17" in space.cli("import", "undo", "--help").stdout
    space.db.execute("INSERT INTO job_slot VALUES ('list:1', 0)")
    job_id = ask(space, "list.import", {"list_id": "a", "file": "a.csv"}).value["job_id"]
    assert refused(space, "import.undo", {"job_id": job_id}) == "job_open"
    done(space, "job.cancel", {"job_id": job_id}, topic="importer.commands")
    assert job_events(space, job_id)[-1].type == "job.cancelled"
