"""lead.delete takes one lead away; lead.erase a person, of whom a digest stays that keeps the number from being called."""

from datetime import UTC, datetime, timedelta

from harness import settle, wait_for
from scenario import ask, check_counters, create_list, done, job_events, run_import, upsert
from test_list_delete import doctor, refused
from test_offers import ANN, BOB, EVE, dialing, leads, offers_by_phone, put  # noqa: F401


def test_delete(dialing):  # noqa: F811
    space = dialing
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    call = dialer.start(offers[EVE])
    wait_for(lambda: space.value("SELECT count(*) FROM offer WHERE state = 2") == 1)
    ann = offers[ANN]["lead_id"]
    assert done(space, "lead.delete", {"lead_id": ann}) == [{"lead_id": ann, "result": "deleted"}]
    assert dialer.revoked(offers[ANN])["reason"] == "lead_deleted"
    assert done(space, "lead.delete", {"lead_id": ann}) == [{"result": "absent"}]
    [result] = done(space, "lead.delete", {"list_id": "a", "phone": "(856) 636-8749"})
    assert result["lead_id"] == offers[EVE]["lead_id"]
    dialer.end(call, "NA")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1, what="the call of a lead that is gone")
    upsert(space, phone=EVE, external_id="E-1")
    assert done(space, "lead.delete", {"list_id": "a", "external_id": "E-1"})[0]["result"] == "deleted"
    assert refused(space, "lead.delete", {"list_id": "a", "lead_id": ann}, bad=True) == "missing_field"
    assert set(leads(space)) == {BOB}
    settle(lambda: check_counters(space))
    doctor(space)


def test_erase(dialing):  # noqa: F811
    """Two lists of two campaigns. The number comes back with the next import, and is not called."""
    space = dialing
    create_list(space, "b", campaign_id="d")
    run_import(space, "leads.csv", list_id="b")
    put(space)
    dialer = space.dialer()
    offers = offers_by_phone(dialer, 3)
    dialer.answer(offers[ANN], "NA")
    wait_for(lambda: space.value("SELECT count(*) FROM attempt") == 1)
    assert done(space, "lead.erase", {"phone": "504-621-8927"}) == [{"result": "erased", "leads": 2}]
    assert space.value("SELECT count(*) FROM number WHERE phone = 15046218927") == 0
    assert space.value("SELECT count(*) FROM number WHERE phone IS NULL") == 1
    assert space.value("SELECT count(*) FROM attempt") == 1, "calls are evidence"
    assert done(space, "lead.erase", {"lead_id": offers[BOB]["lead_id"]})[0]["leads"] == 2
    assert dialer.revoked(offers[BOB])["reason"] == "lead_deleted"
    assert set(leads(space)) == set(leads(space, "b")) == {EVE}
    assert ask(space, "lead.erase", {"lead_id": "1"}).value["code"] == "unknown_lead"
    for list_id in ("a", "b"):
        settle(lambda list_id=list_id: check_counters(space, list_id))
    dry = space.cli_json("import", "--list", "a", space.inbox / "leads.csv", "--dry-run")
    assert (dry["inserted"], dry["erased"], dry["dnc"]) == (2, 2, 2), "the digests are known"
    other = {"LEADSPOOL_NUMBER_KEY": "another key of numbers"}
    told = space.cli("import", "--list", "a", space.inbox / "leads.csv", "--dry-run", env=other, code=1).stderr
    assert "another LEADSPOOL_NUMBER_KEY" in told
    assert run_import(space, "leads.csv")["dnc"] == 2
    assert space.cli_json("import", "--list", "a", space.inbox / "leads.csv", "--dry-run")["erased"] == 0
    upsert(space, "b", phone=ANN)
    put(space, "d")
    assert leads(space)[ANN][0] == leads(space)[BOB][0] == leads(space, "b")[ANN][0] == "dnc"
    dialer.quiet(1, phone=ANN)
    settle(lambda: check_counters(space))
    doctor(space)


def tables_with(space, text):
    """The tables of the namespace that hold the text, anywhere."""
    names = space.rows("SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                       " AND relnamespace = current_schema()::regnamespace ORDER BY 1")
    found = "SELECT count(*) FROM {0} WHERE {0}::text LIKE %s"
    return [name for (name,) in names if space.value(found.format(name), f"%{text}%")]


def params_of(space, job):
    return space.value("SELECT params FROM jobs WHERE job_no = %s", int(job))


def test_erased_from_all_of_the_record(space):
    """Jobs whose filters name the number forget them, one that is open after its end; the others 35 days after theirs."""
    space.importer()
    space.recycler()
    exporter = space.exporter()
    for list_id in ("a", "b"):
        create_list(space, list_id)
        upsert(space, list_id, phone=EVE)
    upsert(space, phone=ANN, custom={"other": "+1 504-621-8927"})
    named = {"where": {"or": [{"field": "phone", "op": "in", "values": [ANN, BOB]},
                              {"field": "phone", "op": "eq", "value": ANN}]}}
    other = {"where": {"field": "phone", "op": "eq", "value": EVE}}

    def job(type, **fields):
        topic = {"topic": "recycler.commands"} if type == "list.reset" else {}
        reply = ask(space, type, {"list_id": "a"} | fields, **topic)
        assert reply.type == "command.accepted", reply.value
        [*_, last] = job_events(space, reply.value["job_id"])
        assert last.type == "job.completed", last
        return last.value["job_id"]

    ended = [job("list.export", **named), job("list.reset", **named), job("leads.move", to_list_id="b", **named)]
    kept = [job("list.export", **other), job("leads.move", to_list_id="b", lead_ids=["1"])]
    still_open = job("list.export", **named)
    exporter.terminate()
    reopen = "UPDATE jobs SET state = %s, finished_at = %s WHERE job_no = %s"
    space.db.execute(reopen, ["queued", None, int(still_open)])
    assert "jobs" in tables_with(space, "5046218927")
    done(space, "lead.erase", {"phone": ANN})
    assert [params_of(space, id).get("forgotten") for id in ended] == [True] * 3
    assert params_of(space, ended[2])["to_list_id"] == "b"
    assert params_of(space, still_open)["where"] == named["where"]
    now = datetime.now(UTC)
    space.db.execute(reopen, ["cancelled", now, int(still_open)])
    space.db.execute(reopen, ["completed", now - timedelta(days=34), int(kept[0])])
    space.db.execute(reopen, ["completed", now - timedelta(days=36), int(kept[1])])
    space.worker("exporter")
    wait_for(lambda: "where" not in params_of(space, still_open), what="a filter that is forgotten")
    wait_for(lambda: "lead_ids" not in params_of(space, kept[1]), what="ids that are forgotten")
    assert params_of(space, kept[0])["where"] == other["where"]
    wait_for(lambda: tables_with(space, "5046218927") == [], what="a record without the number")


def test_the_key_of_the_digests_stays(space):
    """Under another one, numbers that were erased would not be known. It is the first worker's that digests."""
    other = {"LEADSPOOL_NUMBER_KEY": "another key of numbers"}
    space.worker("exporter", other, ready=False)
    first = space.importer()
    late = [space.worker(service, other, ready=False) for service in ("importer", "recycler")]
    for worker in late:
        assert worker.process.wait(30) == 1
        assert "code=number_key_changed" in worker.log()
    for worker in (first, space.worker("recycler")):
        assert worker.log().count("the development key") == 1
    space.workers[0].wait_ready()


def test_command_line(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="c")
    lead_id = upsert(space, phone=ANN)["lead_id"]
    upsert(space, "b", phone=ANN)
    assert space.cli_json("lead", "rm", lead_id, "--dry-run") == {
        "leads": 1,
        "lists": 1,
        "calls": 0,
        "open_offers": 0,
    }
    assert space.cli_json("lead", "erase", ANN, "--dry-run")["leads"] == 2
    assert space.cli_json("lead", "erase", "--lead", lead_id, "--dry-run")["leads"] == 2
    assert space.cli("lead", "rm", lead_id, code=2).stderr.count("--yes")
    assert space.cli_json("lead", "rm", "--list", "a", "--phone", ANN, "--yes")["result"] == "deleted"
    assert space.cli_json("lead", "erase", ANN, "--yes")["leads"] == 1
    space.cli("lead", "rm", lead_id, "--list", "a", code=2)
    space.cli("lead", "erase", ANN, "--lead", lead_id, code=2)
    for verb in ("rm", "erase"):
        assert "leadspool lead" in space.cli("lead", verb, "--help").stdout
