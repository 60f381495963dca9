"""The harness itself: its faults are injected, and its checks see what they are for."""

import random
import subprocess
import sys
import threading
import time
import uuid
from pathlib import Path

import psycopg
import pytest
from confluent_kafka.admin import NewTopic
from harness import bus, check, privacy
from harness.bus import Record, read_all, read_topic, send_command
from harness.settings import ROOT, settings
from harness.space import Space
from servers import alive

LIST = {"list_id": "a", "campaign_id": "c"}
LAYERS = ROOT / "tests" / "lint" / "layers.py"


@pytest.fixture
def bare(request):
    """A namespace with one topic, made without the product."""
    space = Space(request.node.name)
    with psycopg.connect(settings().database_url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{space.ns}"')
    new = NewTopic(f"{space.ns}.importer.commands", num_partitions=6, replication_factor=1)
    for done in bus.admin().create_topics([new]).values():
        done.result()
    yield space
    space.drop()


@pytest.fixture
def table(bare):
    bare.db.execute("CREATE TABLE t (n int)")
    return bare


def connect(proxy, space):
    return psycopg.connect(proxy.url, options=f"-c search_path={space.ns}", connect_timeout=5)


def count(space):
    return space.value("SELECT count(*) FROM t")


@pytest.mark.parametrize("after, rows", [(True, 1), (False, 0)])
def test_cut_commit(proxy, table, after, rows):
    proxy.cut_commits(1, marker=b"INSERT", after=after)
    connection = connect(proxy, table)
    connection.execute("SELECT 1")
    connection.commit()
    connection.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    assert (count(table), proxy.cuts) == (rows, 1)
    with connect(proxy, table) as again:
        again.execute("INSERT INTO t VALUES (2)")
    assert (count(table), proxy.cuts) == (rows + 1, 1)


def test_commit_that_arrives_late(proxy, table):
    proxy.cut_commits(1, marker=b"INSERT", after=None)
    connection = connect(proxy, table)
    connection.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(psycopg.OperationalError):
        connection.commit()
    assert (count(table), proxy.cuts) == (0, 1)
    proxy.deliver()
    assert count(table) == 1


def test_commit_of_a_failed_transaction_is_answered(proxy, table):
    connection = connect(proxy, table)
    with pytest.raises(psycopg.errors.SyntaxError):
        connection.execute("nonsense")
    proxy.cut_commits(1)
    connection.pgconn.exec_(b"COMMIT")
    assert proxy.cuts == 0


def test_reset_ends_open_connections(proxy, table):
    connection = connect(proxy, table)
    assert proxy.reset() == 1
    with pytest.raises(psycopg.OperationalError):
        connection.execute("SELECT 1")


def test_refuse_resets_new_connections_only(proxy, table):
    connection = connect(proxy, table)
    proxy.refuse()
    with pytest.raises(psycopg.OperationalError):
        connect(proxy, table)
    assert connection.execute("SELECT 1").fetchone() == (1,)
    proxy.forward()
    connect(proxy, table).close()


def test_stall_holds_everything_back(proxy, table):
    proxy.stall()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(proxy.url, connect_timeout=2)
    proxy.forward()
    connect(proxy, table).close()


def test_what_is_sent_can_be_read(bare):
    ids = [send_command(bare, "importer.commands", f"list-{n}", "list.create", LIST) for n in range(30)]
    seen = read_topic(bare, "importer.commands")
    assert sorted(record.id for record in seen) == sorted(ids)
    assert {record.partition for record in seen} == set(range(6))
    assert all(record.value == LIST and record.type == "list.create" for record in seen)
    assert sorted(seen, key=lambda r: r.place) == sorted(read_all(bare), key=lambda r: r.place)


def test_until_waits_and_tells_what_came(bare):
    send_command(bare, "importer.commands", "a", "list.create", LIST)
    with pytest.raises(AssertionError, match="last of 1"):
        read_topic(bare, "importer.commands", until=lambda seen: len(seen) == 2, timeout=4)


def test_bad_messages_are_seen_unless_marked(bare):
    send_command(bare, "importer.commands", "a", "list.create", {"list_id": "no/slash"})
    send_command(bare, "importer.commands", "a", "list.create", b"{", bad=True)
    problems = check.message_problems(bare, read_all(bare))
    assert any("no/slash" in problem for problem in problems)
    bare.bad.clear()
    assert any("not JSON" in problem for problem in check.message_problems(bare, read_all(bare)))


def event(n, subject="a", id=None, partition=0):
    headers = {
        "ce_id": id or str(uuid.uuid4()),
        "ce_subject": subject,
        "ce_sequence": f"{1:020}.{n:020}.000001",
    }
    return Record("list.events", partition, 0, subject, b"{}", headers)


SEQUENCES = [
    ("rising", [event(1), event(2)], 0),
    ("two subjects", [event(2), event(1, subject="b")], 0),
    ("published twice", [event(1, id="x"), event(2), event(1, id="x")], 0),
    ("falling", [event(2), event(1)], 1),
    ("the same number twice", [event(1), event(1)], 1),
    ("two partitions", [event(1), event(2, partition=1)], 1),
]


@pytest.mark.parametrize("records, problems", [case[1:] for case in SEQUENCES], ids=[c[0] for c in SEQUENCES])
def test_sequences(records, problems):
    assert len(check.sequence_problems(records)) == problems


def test_what_a_test_used_is_noted_also_where_its_messages_are_not_checked(bare, tmp_path, monkeypatch):
    monkeypatch.setattr(privacy, "NOTES", tmp_path / "used")
    bare.db.execute("CREATE TABLE number (phone bigint)")
    bare.db.execute("CREATE TABLE leads AS SELECT 15046218927 AS phone, 'Zacharias GRACE' AS first_name, 'x Li Lee' AS last_name")
    bare.db.execute("INSERT INTO leads VALUES (15046218927, 'SELECT', 'first')")  # as statements have them
    bare.check_messages = False
    check.check_space(bare)
    privacy.note_values(bare.ns, ["+1 (504) 621-0000"], ["Hortensia"])
    noted = (tmp_path / "used" / bare.ns).read_text().split()
    assert set(noted) == {"5046218927", "Zacharias", "GRACE", "Lee", "5046210000", "Hortensia"}


LINES = [
    ("level=info event=x offset=15046218927123", None),
    ("level=info event=x msg=15046218927", "5046218927"),
    ("level=info event=x msg=\"+1 (504) 621-8927 is there\"", "5046218927"),
    ("level=info event=x msg=\"504.621.8927\"", "5046218927"),
    ("level=info event=x ts=2026-11-25T23:51:01.602613Z", None),
    ("level=info event=x msg=\"no Zacharias\"", "Zacharias"),
    ("level=info event=x msg=\"no zacharias\"", None),
    ("level=info event=x first_name=Ann", "Ann"),
    ("level=info event=x msg=\"Anna, 4Ann and Ann-4\"", None),
    ("level=info event=x msg=\"no GRACE\"", "GRACE"),
]


@pytest.mark.parametrize("line, leak", LINES)
@pytest.mark.parametrize("name", ["importer1-1.log", "kafka.log", "redis.log"])
def test_a_leak_is_seen(tmp_path, name, line, leak):
    log = tmp_path / name
    log.write_text(f"level=info event=fine\n{line}\n")
    found = list(privacy.leaks([log], {"5046218927", "Zacharias", "Ann", "GRACE"}))
    assert found == ([(f"{log}:2", leak)] if leak else [])


def test_of_the_servers_log_the_products_lines_count(tmp_path):
    log = tmp_path / "postgres.log"
    place = "2026-11-25 23:39:19.953 UTC [14317]"
    log.write_text(
        f"{place} leadspool ERROR:  5046218927\n\t5046218927\n{place} t1_importer LOG:  SELECT\n\t5046218927\n"
    )
    assert [place for place, _ in privacy.leaks([log], {"5046218927"})] == [f"{log}:4"]


@pytest.mark.parametrize(
    "file, include, breach",
    [
        ("common/domain/a.c", '"base/error.h"', None),
        ("common/domain/a.c", '"adapters/db.h"', "domain is below adapters"),
        ("common/domain/a.c", "<adapters/db.h>", "domain is below adapters"),
        ("common/runtime/a.c", "<libpq-fe.h>", "<libpq-fe.h> belongs to"),
        ("common/runtime/a.c", '"importer/mapping.h"', "runtime may not include services/importer"),
        ("services/importer/a.c", '"stats/stats.h"', "importer may not include services/stats"),
        ("services/cli/a.c", '"importer/mapping.h"', None),
        ("tests/unit/base/test_a.c", '"runtime/outbox.h"', "base is below runtime"),
    ],
)
def test_layers(tmp_path, file, include, breach):
    path = tmp_path / file
    path.parent.mkdir(parents=True)
    path.write_text(f"#include <stdio.h>\n#include {include}\n")
    done = subprocess.run([sys.executable, LAYERS, tmp_path], capture_output=True, text=True)
    assert done.returncode == int(breach is not None)
    assert done.stdout.startswith(f"{file}:2: {breach}" if breach else "")


def test_a_process_may_end_while_it_is_looked_at():
    for _ in range(300):
        process = subprocess.Popen(["true"])
        reaper = threading.Thread(target=process.wait)
        reaper.start()
        while alive(process.pid):
            pass
        reaper.join()


def test_of_the_servers_one_that_ended_does_not_run_for_dev_whenever_its_parent_hears_of_it(tmp_path):
    looks = 'RUN=$1; source "$2"; process_runs server'
    script = ["bash", "-c", looks, "bash", tmp_path, ROOT / "deploy" / "dev" / "process.sh"]
    for _ in range(30):
        process = subprocess.Popen(["true"])
        stat = Path(f"/proc/{process.pid}/stat")
        while (fields := stat.read_text().rsplit(")", 1)[1].split())[0] != "Z":
            pass
        (tmp_path / "server.pid").write_text(f"{process.pid} {fields[19]}\n")
        look = subprocess.Popen(script)
        time.sleep(random.random() / 50)
        process.wait()
        assert look.wait() == 1
