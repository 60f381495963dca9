"""What may stand between a worker and PostgreSQL, and which of several servers it takes."""

from urllib.parse import urlsplit

from harness import wait_for
from harness.pgbouncer import PgBouncer
from harness.settings import settings
from scenario import check_queue, create_list

ROWS = 40


def test_a_pooler_that_gives_each_transaction_another_process(space):
    with PgBouncer(space) as pooler:
        space.extra_env["DATABASE_URL"] = pooler.url
        workers = [space.worker(name) for name in ("importer", "recycler", "stats", "exporter")]
        create_list(space, "a", campaign_id="c")
        file = space.dir / "rows.csv"
        file.write_text("phone\n" + "".join(f"504621{1000 + n}\n" for n in range(ROWS)))
        assert space.cli_json("import", file, "--list", "a", "--wait")["inserted"] == ROWS
        space.cli("campaign", "put", "c", "--active", "--window", "mon-sun=00:00-24:00", "--law-pack", "none")
        space.cli("dialer-sim", "--campaign", "c", "--max-calls", ROWS, "--think", 0, "--duration", "30s")
        wait_for(lambda: space.value("SELECT sum(attempts) FROM leads") == ROWS, what="all calls")
        assert len(space.cli("export", "--list", "a").stdout.splitlines()) == ROWS + 1
        assert space.cli_json("doctor")["ok"]
        check_queue(space)
        for worker in workers:
            retries = {name: value for name, value in worker.metrics().items() if "db_retry" in name and value}
            assert retries == {}, worker.name
            assert worker.faults() == []


def test_of_several_servers_the_one_that_can_be_written_to(space):
    """Also when it is another from one moment to the next; but as the URL says, where it says something."""
    with PgBouncer(space) as first:
        second = urlsplit(settings().database_url).netloc.rsplit("@")[-1]
        servers = f"{first.url.rsplit('/', 1)[0]},{second}/{first.real['dbname']}"
        space.extra_env["DATABASE_URL"] = servers
        importer = space.importer()
        create_list(space, "a")
        first.configure(read_only=True)
        wait_for(first.is_read_only, what="the change")
        create_list(space, "b")
        whichever = {"DATABASE_URL": f"{servers}?target_session_attrs=any"}
        assert "read-only" in space.cli("epoch", "bump", env=whichever, code=1).stderr
        assert any("25006" in name for name, value in importer.metrics().items() if value), "it had written to the first"


def test_a_table_that_changes_under_a_statement_that_was_prepared(space):
    """Its result is another by then: PostgreSQL refuses the statement for as long as the connection lasts."""
    importer = space.importer()
    for list_id in ("a", "b", "c"):
        create_list(space, list_id)
    space.db.execute("ALTER TABLE outbox ALTER COLUMN lane TYPE int")
    create_list(space, "d")
    assert any("0A000" in name for name, value in importer.metrics().items() if value), "it was not prepared"
