"""The command line: exit codes, one line of JSON, tables on a terminal only, and each verb once."""

import fcntl
import itertools
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from harness import TcpProxy, kafka_acls, read_topic, wait_for
from harness.bus import admin, partitions_of
from harness.settings import settings
from harness.space import Space
from live import client
from scenario import (
    all_published,
    answer,
    create_list,
    done,
    job_events,
    job_state,
    scale,
    seed,
    tell,
    upsert,
)

VERBS = """import;stats;migrate;doctor;list create;list ls;list show;list update;lead show;lead upsert;dnc add;dnc rm;
job ls;job show;job watch;job cancel;topics print;topics check;position ls;position reset;position incidents;position ack;epoch show;epoch bump"""
CSV = "phone,first_name\n504-621-8927,James\n810-292-9388,Josephine\n504-621-8927,Twice\n12,Short\n"


class Terminal:
    """leadspool on a terminal of its own; size: rows and columns."""

    def __init__(self, space, *args, env=None, size=None):
        main, self.side = pty.openpty()
        self.main = main
        if size:
            fcntl.ioctl(main, termios.TIOCSWINSZ, struct.pack("4H", *size, 0, 0))
        self.seen = ""
        self.process = subprocess.Popen(
            [settings().bin / "leadspool", *map(str, args)],
            env=space.env({"TERM": "xterm", **(env or {})}, "cli"),
            stdin=self.side,
            stdout=self.side,
            stderr=self.side,
            start_new_session=True,
        )
        os.close(self.side)

    def read(self, timeout=0.1):
        """Takes what was written; False at the end."""
        if not select.select([self.main], [], [], timeout)[0]:
            return True
        try:
            self.seen += os.read(self.main, 65536).decode(errors="replace")
            return True
        except OSError:
            return False

    def until(self, text, timeout=60):
        deadline = time.monotonic() + timeout
        while text not in self.seen:
            assert self.read() or text in self.seen, f"ended without {text!r}: {self.seen[-2000:]}"
            assert time.monotonic() < deadline, f"no {text!r} within {timeout} s: {self.seen[-2000:]}"

    def resize(self, rows, columns):
        fcntl.ioctl(self.main, termios.TIOCSWINSZ, struct.pack("4H", rows, columns, 0, 0))
        os.kill(self.process.pid, signal.SIGWINCH)

    def screens(self):
        """Each screen that was drawn, as lines; the last may not be whole."""
        return [screen.splitlines() for screen in self.seen.split("\x1b[H\x1b[J")[1:]]

    def type(self, text):
        os.write(self.main, text.encode())

    def end(self, timeout=60):
        deadline = time.monotonic() + timeout
        while self.read():
            assert time.monotonic() < deadline, self.seen[-2000:]
        os.close(self.main)
        return self.process.wait(10)


def put(tmp_path, text, name="leads.csv"):
    path = tmp_path / name
    path.write_text(text)
    return path


def many_rows(tmp_path, rows):
    """A clean file that takes a while."""
    path = tmp_path / "many.csv"
    with path.open("w") as file:
        file.write("phone,first_name,last_name,city\n")
        for row in range(rows):
            file.write(
                f"+1504{2_000_000 + (row * 7919 + seed()) % 8_000_000:07d},First{row},Last,New Orleans\n"
            )
    return path


@pytest.fixture(scope="module")
def nowhere():
    """A namespace that was never made, for what needs none."""
    space = Space("cli-nowhere")
    yield space
    space.drop()


# ---- help and usage


@pytest.mark.parametrize("verb", [verb.strip() for verb in VERBS.split(";")])
def test_each_verb_has_help_with_examples(nowhere, verb):
    said = nowhere.cli(*verb.split(), "--help")
    assert "usage: leadspool " + verb in said.stdout
    assert "Examples:\n  leadspool " in said.stdout
    assert "--json" in said.stdout
    assert said.stderr == ""


def test_help_and_version_without_servers(nowhere):
    away = {"DATABASE_URL": "postgresql://127.0.0.1:1/x", "KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    nouns = {verb.split()[0] for verb in VERBS.split(";")}
    out = nowhere.cli("--help", env=away).stdout
    assert all(re.search(rf"^  {noun} ", out, re.M) for noun in nouns), out
    assert (
        nowhere.cli("help", "list", "create", env=away).stdout
        == nowhere.cli("list", "create", "--help").stdout
    )
    assert re.fullmatch(r"leadspool \d+\.\d+\.\d+\n", nowhere.cli("--version", env=away).stdout)
    assert "LEADSPOOL_NAMESPACE=" in nowhere.cli("--check-config", env=away).stdout


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("", "usage: leadspool"),
        ("lsit", "did you mean list?"),
        ("list", "usage: leadspool list"),
        ("list creat", "did you mean create?"),
        ("help lsit", "did you mean list?"),
        ("help list creat", "did you mean create?"),
        ("stats rebuid", "did you mean rebuild?"),
        ("stats --watch", "`leadspool top` shows all"),
        ("stats --list a --campaign c", "not both"),
        ("reference setings", "did you mean settings?"),
        ("list create --list-idd a", "did you mean --list-id?"),
        ("list create --list-id", "needs a value"),
        ("list create --list-id a", "--campaign is missing"),
        ("list create --list-id a --campaign c --priority 100", "0 to 99"),
        ("list ls one", "one word too many"),
        ("list show", "ID is missing"),
        ("list update a", "nothing to change"),
        ("import", "FILE is missing"),
        ("import x.csv", "--list is missing"),
        ("import x.csv --list a --on-duplicate replace", "skip or update"),
        ("import x.csv --list a --header maybe", "yes or no"),
        ("import x.csv --list a --map phone", "FIELD=COLUMN"),
        ("import x.csv --list a --delimiter ab", "comma, semicolon, tab or pipe"),
        ("lead show", "LEAD_ID, or --list and --phone"),
        ("lead upsert --list a", "--phone or --external-id"),
        ("dnc add +15046218927 --expires tomorrow", "--expires"),
        ("job show abc", "not the number of a job"),
        ("position reset --topic importer.commands", "--partition is missing"),
        ("position ack", "one INCIDENT, or --all"),
        ("position ack 1 --all", "one INCIDENT, or --all"),
        ("position ack one --yes", "not the number of an incident"),
        ("topics print --as yaml", "--as"),
    ],
)
def test_wrong_usage_exits_with_2_and_says_what_to_do(nowhere, words, hint):
    said = nowhere.cli(*words.split(), code=2)
    assert hint in said.stderr
    assert said.stdout == ""


@pytest.mark.parametrize(
    "words", ["list show \udcff", "stats --list \udcff", "lead upsert --list \udcff --phone 1"]
)
def test_what_is_no_text_goes_nowhere(nowhere, words):
    assert "UTF-8" in nowhere.cli(*words.split(), code=2).stderr


def test_output_that_cannot_be_written_is_a_failure(nowhere):
    with open("/dev/full", "w") as full:
        binary = settings().bin / "leadspool"
        done = subprocess.run(
            [binary, "topics", "print"], env=nowhere.env(), stdout=full, stderr=subprocess.PIPE, text=True
        )
    assert done.returncode == 1
    assert "standard output" in done.stderr


def test_wrong_settings_exit_with_2(nowhere):
    said = nowhere.cli("list", "ls", env={"LEADSPOOL_INBOKS": "x"}, code=2)
    assert "LEADSPOOL_INBOX" in said.stderr


def test_servers_that_are_away_fail_with_1(space):
    no_database = {"DATABASE_URL": "postgresql://127.0.0.1:1/x?connect_timeout=1"}
    failed = json.loads(space.cli("list", "ls", "--json", env=no_database, code=1).stdout)
    assert failed["error"]["code"] == "db_connection"
    said = space.cli("list", "ls", env={"LEADSPOOL_NAMESPACE": space.ns + "_none"}, code=1)
    assert "leadspool migrate" in said.stderr


def test_without_an_importer_a_command_says_that_it_waits(space):
    said = space.cli("list", "create", "--list-id", "a", "--campaign", "c", "--timeout", 1, code=1)
    assert "importer running" in said.stderr
    space.importer()
    wait_for(lambda: space.cli_json("list", "ls"), what="the list is made when there is an importer")


# ---- migrate, topics


def test_migrate_says_what_it_did_once(space):
    assert space.cli_json("migrate") == []
    assert space.cli_json("migrate", "--plan") == []
    states = space.cli_json("topics", "check")
    assert all(state["ok"] for state in states)
    assert all((state["replicas"], state["min_insync"]) == (1, 1) for state in states)
    assert space.cli("topics", "check").stderr == "", "one broker has one copy"
    specs = space.cli_json("topics", "print")
    assert [spec["topic"] for spec in specs] == [state["topic"] for state in states]
    assert f"{space.ns}.importer.commands" in {spec["topic"] for spec in specs}


def test_migrate_makes_the_topics_that_are_missing(space):
    gone = f"{space.ns}.importer.commands"
    [done] = admin().delete_topics([gone], operation_timeout=30).values()
    done.result()
    wait_for(lambda: not partitions_of(space, "importer.commands"), what="the topic is gone")
    assert space.cli_json("migrate") == [{"kind": "topic", "name": "importer.commands", "done": True}]
    assert all(state["ok"] for state in space.cli_json("topics", "check"))


def test_topics_have_the_partitions_that_the_setting_asks_for(space):
    """As many at first start; a topic that is there is told about, and never changed."""
    asked = {"LEADSPOOL_TOPIC_PARTITIONS": "2"}
    wanted = {item["topic"]: item["partitions"] for item in space.cli_json("topics", "print", env=asked)}
    assert set(wanted.values()) == {1, 2}
    assert wanted[f"{space.ns}.dialer.outcomes"] == 2
    [done] = admin().delete_topics([f"{space.ns}.dialer.outcomes"], operation_timeout=30).values()
    done.result()
    wait_for(lambda: not partitions_of(space, "dialer.outcomes"), what="the topic is gone")
    space.cli("migrate", env=asked)
    assert partitions_of(space, "dialer.outcomes") == [0, 1]
    checked = json.loads(space.cli("topics", "check", "--json", env=asked, code=1).stdout)
    assert {item["topic"] for item in checked if item["ok"]} == {
        topic for topic, count in wanted.items() if count == 1 or topic == f"{space.ns}.dialer.outcomes"
    }


def test_migrate_plan_changes_nothing(space):
    other = {"LEADSPOOL_NAMESPACE": space.ns + "_plan"}
    kafka_acls.grant(space.ns + "_plan")()
    try:
        plan = space.cli_json("migrate", "--plan", env=other)
        assert {item["kind"] for item in plan} == {"migration", "topic"}
        assert not any(item["done"] for item in plan)
        assert space.cli_json("migrate", "--plan", env=other) == plan
        states = json.loads(space.cli("topics", "check", "--json", env=other, code=1).stdout)
        assert not any(state["ok"] for state in states)
    finally:
        kafka_acls.revoke(space.ns + "_plan")()


# ---- lists


def test_lists_are_made_changed_and_shown(space):
    space.importer()
    made = space.cli_json(
        *"list create --list-id spring --campaign solar --inactive --priority 9 --command-id one".split(),
        "--name", "Früh \u001b[31mling", "--description", "x",
    )  # fmt: skip
    assert made == {"list_id": "spring", "result": "created", "command_id": "one"}
    again = json.loads(
        space.cli("list", "create", "--list-id", "spring", "--campaign", "solar", "--json", code=1).stdout
    )
    assert again["error"]["code"] == "list_exists"
    assert again["error"]["field"] == "list_id"
    shown = space.cli_json("list", "show", "spring")
    assert (shown["name"], shown["active"], shown["priority"]) == ("Früh \u001b[31mling", False, 9)
    assert space.cli_json("list", "update", "spring", "--active", "--name", "Spring")["result"] == "updated"
    assert space.cli_json("list", "update", "spring", "--active")["result"] == "unchanged"
    assert space.cli_json("list", "show", "spring")["active"] is True
    space.cli("list", "create", "--list-id", "b", "--campaign", "wind")
    assert [item["list_id"] for item in space.cli_json("list", "ls")] == ["spring", "b"]
    assert [item["list_id"] for item in space.cli_json("list", "ls", "--campaign", "wind")] == ["b"]
    assert (
        json.loads(space.cli("list", "show", "x", "--json", code=1).stdout)["error"]["code"] == "unknown_list"
    )


def test_a_command_id_is_carried_out_once(space):
    space.importer()
    words = "list create --list-id a --campaign c --command-id same".split()
    assert space.cli_json(*words) == space.cli_json(*words)
    assert space.value("SELECT version FROM list_stats") == 1


def test_text_of_others_cannot_talk_to_the_terminal(space):
    space.importer()
    space.cli("list", "create", "--list-id", "a", "--campaign", "c", "--name", "x\u001b[2Jy\tz\u202e")
    piped = space.cli("list", "ls").stdout
    assert piped == "a\tc\tx\\x1b[2Jy\\tz\\u202e\tactive\t50\t0\t0\n"
    terminal = Terminal(space, "list", "ls")
    assert terminal.end() == 0
    head, row = terminal.seen.splitlines()
    assert head.split() == ["LIST_ID", "CAMPAIGN_ID", "NAME", "LIFE", "PRIORITY", "TOTAL", "DIALABLE"]
    assert "\u001b" not in row and "x\\x1b[2Jy\\tz\\u202e" in row
    assert head.index("LIFE") == row.index("active")


# ---- live views


def table_of(screen, name):
    """Rows of the table whose first column is name, as dicts; [] when it is not on the screen."""
    at = next((number for number, line in enumerate(screen) if line.split()[:1] == [name]), None)
    if at is None:
        return []
    head = screen[at].split()
    rows = itertools.takewhile(lambda line: len(line.split()) == len(head), screen[at + 1 : -1])
    return [dict(zip(head, line.split(), strict=True)) for line in rows]


def test_top_follows_counters_and_the_size_of_its_terminal(space):
    """Active ones only, the busiest first; never more than there is room for; a new size at once."""
    space.importer()
    space.recycler()
    space.stats({"LEADSPOOL_STATS_PACE_S": "1"})
    lists = [f"list-{number:02}" for number in range(12)]
    for list_id in lists:
        create_list(space, list_id, campaign_id="c")
    create_list(space, "paused", campaign_id="c", active=False)
    create_list(space, "idle", campaign_id="d")
    done(space, "campaign.put", {"campaign_id": "c", "active": True})
    for number, list_id in enumerate(lists[:3]):
        upsert(space, list_id, phone=f"+1504621892{number}")
    live = client()
    wait_for(lambda: live.hget(f"{space.ns}:campaign:c:stats", "total") == "3", what="the campaign's sums")
    terminal = Terminal(space, "top", size=(40, 200))

    def until(holds, what):
        deadline = time.monotonic() + 20
        while len(terminal.screens()) < 2 or not holds(terminal.screens()[-2]):
            assert time.monotonic() < deadline, f"{what}: {terminal.screens()[-2:]}"
            terminal.read()
        return terminal.screens()[-2]

    screen = until(lambda screen: len(table_of(screen, "LIST_ID")) == 12, "all that is active")
    assert [row["LIST_ID"] for row in table_of(screen, "LIST_ID")] == lists  # one lead each, or none: by id
    assert [row["CAMPAIGN_ID"] for row in table_of(screen, "CAMPAIGN_ID")] == ["c"]
    assert screen[-1] == "1 of 1 active campaigns, 12 of 12 active lists, by Redis"
    for number in range(2):
        upsert(space, "list-07", phone=f"+1504621880{number}")
    screen = until(lambda screen: table_of(screen, "LIST_ID")[0]["LIST_ID"] == "list-07", "the busiest moves up")
    until(lambda screen: table_of(screen, "LIST_ID")[0]["TOTAL"] == "2", "its counters")

    for rows, columns in ((10, 60), (5, 24), (24, 80)):
        begun, drawn = time.monotonic(), len(terminal.screens())
        terminal.resize(rows, columns)
        wait_for(lambda drawn=drawn: terminal.read() and len(terminal.screens()) > drawn, every=0.01)
        assert time.monotonic() - begun < 0.7, "a second is its own pace"
        until(lambda screen, rows=rows: len(screen) <= rows, f"{rows} rows")
        last = terminal.screens()[-2]
        assert max(map(len, last)) <= columns, last
        shown = table_of(last, "LIST_ID")
        assert shown[0]["LIST_ID"].startswith("list-")
    os.kill(terminal.process.pid, signal.SIGTERM)
    assert terminal.end() == 0
    assert {row["list_id"] for row in space.cli_json("top", "--all")} == {*lists, "paused", "idle"}
    assert [row["list_id"] for row in space.cli_json("runway")] == ["list-07", *(name for name in lists if name != "list-07")]
    assert {row["list_id"] for row in space.cli_json("runway", "--all")} == {*lists, "paused", "idle"}
    assert [row["list_id"] for row in space.cli_json("runway", "--all", "--campaign", "d")] == ["idle"]
    assert "--all shows the rest" in space.cli("runway", "--campaign", "d").stderr
    away = {"REDIS_URL": "redis://127.0.0.1:1"}
    assert [row["list_id"] for row in space.cli_json("top", env=away)][0] == "list-07"
    assert len(space.cli_json("top", env=away)) == 12
    assert [row["list_id"] for row in space.cli_json("top", "--all", "--campaign", "d", env=away)] == ["idle"]


# ---- import


def test_import_reports_every_row(space, tmp_path):
    space.importer()
    create_list(space)
    report = space.cli_json("import", put(tmp_path, CSV), "--list", "a", "--wait", "--lead-events")
    job_id, rejects, seconds = (report.pop(name) for name in ("job_id", "rejects", "seconds"))
    assert report == {
        "outcome": "completed", "rows": 4, "inserted": 2, "updated": 0, "duplicate": 1, "duplicate_in_file": 1,
        "duplicate_in_list": 0, "duplicate_in_campaign": 0, "rejected": 1, "unverified": 0, "dnc": 0, "error": None,
    }  # fmt: skip
    assert rejects == str(space.outbox / "rejects" / f"job-{job_id}.csv")
    assert "Short" in open(rejects).read()
    assert 0 < seconds < 60
    all_published(space)
    assert len(read_topic(space, "lead.events")) == 2
    stats = space.cli_json("stats", "--list", "a")
    epoch, version = stats.pop("epoch"), stats.pop("version")
    assert (epoch, version) == space.row("SELECT epoch, version FROM list_stats, namespace")
    assert stats == {
        "list_id": "a", "campaign_id": "c-a", "life": "active", "total": 2, "dialable": 2, "offered": 0, "finished": 0,
        "exhausted": 0, "dnc": 0, "invalid": 0, "contacted": 0, "attempted": 0, "penetration": 0, "coverage": 0,
        "statuses": {"NEW": 2}, "source": "postgresql",
    }  # fmt: skip
    checks = {check["name"]: check for check in space.cli_json("doctor")["checks"]}
    assert sorted(checks) == ["I1", "I2", "I3", "I4", "I5", "I6", "I7"]
    assert {name for name, check in checks.items() if check["checked"] == 0} <= {"I4"}, "all is published"
    assert {check["ok"] for check in checks.values()} == {True}
    assert [check["problems"] for check in checks.values()] == [[]] * 7
    [job] = space.cli_json("job", "ls")
    assert (job["job_id"], job["state"], job["rows"], job["rejected"]) == (job_id, "completed", 4, 1)
    assert space.cli_json("job", "watch", job_id)["outcome"] == "completed"
    assert space.cli_json("job", "show", job_id)["progress"]["rows"] == 4
    assert space.cli_json("job", "cancel", job_id)["result"] == "already_ended"


def test_import_options_reach_the_importer(space, tmp_path):
    space.importer()
    create_list(space)
    text = "8102929388;Ann;gold\n5046218927;Bob;\n"
    options = "--delimiter semicolon --header no --map phone=1 --map first_name=2 --map custom.plan=3".split()
    report = space.cli_json("import", put(tmp_path, text), "--list", "a", *options, "--wait")
    assert report["inserted"] == 2
    lead = space.cli_json("lead", "show", "--list", "a", "--phone", "810-292-9388")
    assert (lead["phone"], lead["first_name"], lead["custom"]) == ("+18102929388", "Ann", {"plan": "gold"})
    assert space.cli_json("lead", "show", lead["lead_id"]) == lead
    changed = put(tmp_path, "8102929388;;silver\n", "changed.csv")
    update = "--on-duplicate update --empty-erases".split()
    report = space.cli_json("import", changed, "--list", "a", *options, *update, "--wait")
    assert (report["updated"], report["inserted"]) == (1, 0)
    lead = space.cli_json("lead", "show", lead["lead_id"])
    assert (lead["first_name"], lead["custom"]) == (None, {"plan": "silver"})


def test_a_dry_run_tells_without_touching_anything(space, tmp_path):
    space.importer()
    create_list(space)
    path = put(tmp_path, CSV)
    said = space.cli_json("import", path, "--list", "a", "--dry-run")
    counts = {name: said[name] for name in ("rows", "inserted", "duplicate_in_file", "rejected")}
    assert counts == {"rows": 4, "inserted": 2, "duplicate_in_file": 1, "rejected": 1}
    assert (said["file"], said["mapping"]) == (str(path), {"phone": 1, "first_name": 2})
    assert [problem["row"] for problem in said["first_problems"]] == [4]
    piped = space.cli_json("import", "-", "--list", "a", "--dry-run", input=CSV)
    assert piped | {"file": str(path)} == said
    assert "Nothing was changed" in space.cli("import", path, "--list", "a", "--dry-run").stderr
    assert list(space.inbox.iterdir()) == []
    assert space.value("SELECT count(*) FROM leads") == space.value("SELECT count(*) FROM jobs") == 0
    unknown = json.loads(space.cli("import", path, "--list", "x", "--dry-run", "--json", code=1).stdout)
    assert unknown["error"]["code"] == "unknown_list"


def test_import_copies_whole_files_or_uses_those_of_the_inbox(space, tmp_path):
    space.importer()
    create_list(space)
    (space.inbox / "sub").mkdir()
    inside = put(space.inbox / "sub", CSV)
    job = space.cli_json("import", inside, "--list", "a", "--wait")
    assert space.cli_json("job", "show", job["job_id"])["params"]["file"] == "sub/leads.csv"
    assert [path.name for path in space.inbox.iterdir()] == ["sub"]
    space.cli_json("import", put(tmp_path, CSV, "my leads;.csv"), "--list", "a", "--wait")
    [copy] = [path for path in space.inbox.iterdir() if path.is_file()]
    assert re.fullmatch(r"my_leads_-[0-9a-f]{8}\.csv", copy.name)
    assert copy.read_text() == CSV
    report = space.cli_json("import", "-", "--list", "a", "--wait", input=CSV)
    assert report["rows"] == 4


def test_a_rejected_import_leaves_no_copy(space, tmp_path):
    space.importer()
    said = space.cli("import", put(tmp_path, CSV), "--list", "none", "--wait", "--json", code=1)
    report = json.loads(said.stdout)
    assert (report["outcome"], report["job_id"], report["error"]["code"]) == ("failed", None, "unknown_list")
    assert list(space.inbox.iterdir()) == []
    missing = json.loads(space.cli("import", "no.csv", "--list", "a", "--json", code=1).stdout)
    assert missing["error"]["code"] == "file_unreadable"


def test_off_a_terminal_import_does_not_stay_unless_asked(space, tmp_path):
    space.importer()
    create_list(space)
    said = space.cli_json("import", put(tmp_path, CSV), "--list", "a")
    assert said["outcome"] == "accepted"
    assert job_events(space, said["job_id"])[-1].type == "job.completed"


def test_import_ends_without_kafka_by_the_record(space, tmp_path):
    """job watch asks the record when events cannot be had."""
    space.importer()
    create_list(space)
    said = space.cli_json("import", many_rows(tmp_path, scale(50_000)), "--list", "a", "--no-wait")
    away = {"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}
    report = space.cli_json("job", "watch", said["job_id"], env=away)
    assert report["outcome"] == "completed"
    assert report["rows"] == scale(50_000)


# ---- on a terminal


def test_a_terminal_sees_a_bar_and_then_the_report(space, tmp_path):
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100", "LEADSPOOL_IMPORT_LANES": "1"})
    create_list(space)
    rows = scale(30_000)
    terminal = Terminal(space, "import", many_rows(tmp_path, rows), "--list", "a")
    terminal.until("rows/s")
    assert terminal.end() == 0, terminal.seen
    assert re.search(r"\r\[#*\.*\] job \d+: \d+ rows, \d+ %", terminal.seen)
    assert re.search(rf"^rows +{rows}\r?$", terminal.seen, re.M)


def start_long_import(space, tmp_path):
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"})
    create_list(space)
    terminal = Terminal(space, "import", many_rows(tmp_path, scale(60_000)), "--list", "a")
    terminal.until(" rows")
    os.kill(terminal.process.pid, signal.SIGINT)
    terminal.until("Enter = leave")
    return terminal, space.cli_json("job", "ls")[0]["job_id"]


def test_ctrl_c_can_cancel_the_job(space, tmp_path):
    terminal, job_id = start_long_import(space, tmp_path)
    terminal.type("c\n")
    assert terminal.end() == 1, terminal.seen
    assert re.search(r"outcome +cancelled", terminal.seen)
    assert job_state(space, job_id) == "cancelled"
    assert space.cli_json("doctor")["ok"]


def test_ctrl_c_can_keep_waiting(space, tmp_path):
    terminal, job_id = start_long_import(space, tmp_path)
    terminal.type("w\n")
    assert terminal.end(120) == 0, terminal.seen
    assert job_state(space, job_id) == "completed"


def test_ctrl_c_can_leave_the_job_to_run(space, tmp_path):
    terminal, job_id = start_long_import(space, tmp_path)
    terminal.type("\n")
    assert terminal.end() == 1, terminal.seen
    assert f"job watch {job_id}" in terminal.seen
    assert space.cli_json("job", "watch", job_id, timeout=200)["outcome"] == "completed"


def test_ctrl_c_off_a_terminal_leaves_the_job_to_run(space, tmp_path):
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"})
    create_list(space)
    process = subprocess.Popen(
        [settings().bin / "leadspool", "import", many_rows(tmp_path, scale(60_000)), "--list", "a", "--wait"],
        env=space.env(service="cli"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    read_topic(space, "command.events", until=lambda seen: any(r.type == "command.accepted" for r in seen))
    time.sleep(1)  # it has read that, too
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 1
    job_id = space.cli_json("job", "ls")[0]["job_id"]
    assert f"leadspool job watch {job_id}" in err
    assert job_state(space, job_id) in ("running", "completed")
    assert space.cli_json("job", "watch", job_id, timeout=200)["outcome"] == "completed"


def test_ctrl_c_before_a_bulk_command_is_sent_changes_nothing(space):
    """Kafka answers only after it: what a person has turned away from is not sent then."""
    space.importer()
    create_list(space)
    upsert(space, phone="+15046218927")
    host, port = settings().bootstrap.split(":")
    with TcpProxy(target=(host, int(port))) as kafka:
        kafka.stall()
        command = ["env", "--default-signal=INT", settings().bin / "leadspool", "reset", "--list", "a", "--where", "stage = ready", "--yes"]
        env = space.env({"KAFKA_BOOTSTRAP_SERVERS": f"127.0.0.1:{kafka.port}"}, "cli")
        reset = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        wait_for(lambda: kafka.links, what="Kafka is asked")
        reset.send_signal(signal.SIGINT)
        time.sleep(0.2)
        kafka.forward()
        said = reset.communicate(timeout=60)[1]
    assert reset.returncode == 1
    assert "interrupted: nothing was changed" in said
    assert not [record for record in read_topic(space, "recycler.commands") if record.type == "list.reset"]


def test_job_cancel_stops_a_running_job(space, tmp_path):
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"})
    create_list(space)
    job = space.cli_json("import", many_rows(tmp_path, scale(60_000)), "--list", "a", "--no-wait")
    assert space.cli_json("job", "cancel", job["job_id"])["result"] == "cancelling"
    report = json.loads(space.cli("job", "watch", job["job_id"], "--json", code=1).stdout)
    assert report["outcome"] == "cancelled"
    unknown = json.loads(space.cli("job", "cancel", 4711, "--json", code=1).stdout)
    assert unknown["error"]["code"] == "unknown_job"


# ---- leads, dnc


def test_leads_are_upserted_one_by_one(space):
    space.importer()
    create_list(space)
    words = "lead upsert --list a --phone 504-621-8927 --external-id x1 --first-name James --field plan=gold".split()
    made = space.cli_json(*words)
    assert (made["result"], made["external_id"]) == ("created", "x1")
    assert space.cli_json(*words)["result"] == "unchanged"
    erased = space.cli_json(*"lead upsert --list a --external-id x1 --first-name= --field plan=".split())
    assert (erased["result"], erased["lead_id"]) == ("updated", made["lead_id"])
    lead = space.cli_json("lead", "show", made["lead_id"])
    assert (lead["phone"], lead["first_name"], lead["custom"] or {}) == ("+15046218927", None, {})
    bad = json.loads(space.cli(*"lead upsert --list a --phone 123 --json".split(), code=1).stdout)
    assert bad["error"]["code"] == "phone_too_short"


def test_leads_are_upserted_from_files_in_parts(space, tmp_path):
    space.importer()
    create_list(space)
    count = scale(1700)
    leads = [{"phone": f"+1504{2_000_000 + n}", "first_name": f"Name {n} }}{{"} for n in range(count)]
    lines = "\n".join(map(json.dumps, leads))
    first = space.cli_json("lead", "upsert", "--list", "a", "--file", "-", input=lines)
    assert first == {
        "leads": count, "created": count, "updated": 0, "unchanged": 0, "stale": 0, "rejected": 0, "rejects": [],
    }  # fmt: skip
    leads[3]["phone"] = "12"
    leads[4]["first_name"] = "Other"
    array = put(tmp_path, json.dumps(leads, indent=1), "leads.json")
    said = json.loads(space.cli("lead", "upsert", "--list", "a", "--file", array, "--json", code=1).stdout)
    [reject] = said.pop("rejects")
    assert (reject["index"], reject["code"]) == (3, "phone_too_short")
    assert said == {
        "leads": count, "created": 0, "updated": 1, "unchanged": count - 2, "stale": 0, "rejected": 1,
    }  # fmt: skip
    broken = space.cli("lead", "upsert", "--list", "a", "--file", put(tmp_path, "phone\n1\n", "x"), code=1)
    assert "line 1" in broken.stderr


def test_dnc_entries_come_and_go(space):
    space.importer()
    create_list(space)
    tell(space, "lead.upsert", {"list_id": "a", "lead": {"phone": "+15046218927"}})
    wait_for(lambda: space.cli_json("stats", "--list", "a")["dialable"] == 1, what="a lead")
    added = space.cli_json("dnc", "add", "504-621-8927", "+44 20 7946 0018", "--source", "asked")
    assert [(item["phone"], item["result"], item["leads"]) for item in added] == [
        ("+15046218927", "added", 1), ("+442079460018", "added", 0),
    ]  # fmt: skip
    assert space.cli_json("dnc", "add", "5046218927")[0]["result"] == "exists"
    stats = space.cli_json("stats", "--list", "a")
    assert (stats["dnc"], stats["dialable"]) == (1, 0)
    assert space.cli_json("dnc", "rm", "5046218927")[0]["result"] == "removed"
    assert space.cli_json("dnc", "rm", "5046218927")[0]["result"] == "absent"
    wait_for(lambda: space.cli_json("stats", "--list", "a")["dialable"] == 1, what="dialable again")
    assert "12" in space.cli("dnc", "add", "5046218928", "12", code=1).stderr
    assert (
        space.value("SELECT count(*) FROM dnc_entry JOIN number USING (number_id) WHERE phone = 15046218928")
        == 0
    )


# ---- position, epoch, doctor


def test_positions_are_reset_only_on_purpose(space):
    importer = space.importer()
    create_list(space)
    positions = {(item["topic"], item["partition"]): item for item in space.cli_json("position", "ls")}
    read = ("importer.commands", "dnc.commands")
    assert set(positions) == {(topic, partition) for topic in read for partition in partitions_of(space, topic)}
    importer.terminate()
    [(topic, partition)] = [place for place, item in positions.items() if item["next_offset"] > 0]
    words = f"position reset --topic {topic} --partition {partition} --to".split()
    assert "--yes" in space.cli(*words, "latest", code=2).stderr
    far = json.loads(space.cli(*words, "99", "--yes", "--json", code=1).stdout)
    assert far["error"]["code"] == "out_of_range"
    reset = space.cli_json(*words, "earliest", "--yes")
    assert (reset["next_offset"], reset["generation"]) == (0, positions[topic, partition]["generation"] + 1)
    assert space.cli_json(*words, "latest", "--yes")["next_offset"] == 1
    wrong = "position reset --topic list.events --partition 0 --to earliest --yes --json".split()
    assert json.loads(space.cli(*wrong, code=1).stdout)["error"]["code"] == "unknown_position"


def test_reset_ends_a_halt_while_workers_run(space):
    """The worker that holds the partition hears of it, though it reads nothing there."""
    importer = space.importer()
    create_list(space)
    importer.terminate()
    space.db.execute("UPDATE consumer_position SET fingerprint = fingerprint + 1 WHERE next_offset > 0")
    importer.start().wait_ready()
    halted = "SELECT topic, partition FROM consumer_position WHERE halted IS NOT NULL"
    [(topic, partition)] = wait_for(lambda: space.rows(halted), what="the halt")
    id = tell(space, "list.update", {"list_id": "a", "name": "waits"})
    time.sleep(0.5)
    assert space.value("SELECT name FROM list") != "waits"
    words = f"position reset --topic {topic} --partition {partition} --to 1 --yes".split()
    assert space.cli_json(*words)["next_offset"] == 1
    assert answer(space, id, 20).type == "command.completed"
    assert space.value("SELECT name FROM list") == "waits"


def test_lost_records_are_acknowledged(space):
    """doctor tells of them until then; what is lost later is told again."""
    lose = (
        "INSERT INTO consumer_incident (consumer_group, topic, partition, first_lost, next_kept, noticed_at)"
        " SELECT 'importer', 'dnc.commands', n, 10, 15, '2026-01-02T03:04:05Z' FROM generate_series(0, %s) n"
    )

    def told():
        report = json.loads(space.cli("doctor", "--json", code=None).stdout)
        return [text for text in report["checks"][0]["problems"] if "were removed" in text]

    space.importer()
    space.db.execute(lose, (2,))
    assert len(told()) == 3
    [first, *_] = space.cli_json("position", "incidents")
    assert first == {
        "incident": 1, "group": "importer", "topic": "dnc.commands", "partition": 0, "first_lost": 10,
        "last_lost": 14, "records": 5, "noticed_at": "2026-01-02T03:04:05Z", "acknowledged_at": None,
    }  # fmt: skip
    assert "--yes" in space.cli("position", "ack", 1, code=2).stderr
    assert len(told()) == 3
    [acknowledged] = space.cli_json("position", "ack", 1, "--yes")
    assert acknowledged["incident"] == 1 and acknowledged["acknowledged_at"]
    assert [text for text in told() if "dnc.commands/0" in text] == []
    assert space.cli_json("position", "ack", 1, "--yes") == [acknowledged]
    unknown = json.loads(space.cli("position", "ack", 9, "--yes", "--json", code=1).stdout)
    assert unknown["error"]["code"] == "unknown_incident"
    assert [item["incident"] for item in space.cli_json("position", "ack", "--all", "--yes")] == [2, 3]
    assert space.cli_json("doctor")["ok"]
    space.db.execute(lose, (0,))
    assert len(told()) == 1


def test_an_epoch_bump_moves_past_all_that_was_given_out(space):
    before = space.cli_json("epoch", "show")
    assert before["holds"] and before["epoch"] == 1
    blocks = space.value("SELECT last_value FROM id_block_seq")
    offers = space.value("SELECT last_value FROM offer_id_seq")
    space.db.execute("UPDATE namespace SET timeline = '000000FF'")
    space.db.execute("UPDATE outcome_reading SET complete_until = now()")
    assert not space.cli_json("epoch", "show")["holds"]
    bumped = space.cli_json("epoch", "bump")
    assert bumped["holds"] and bumped["epoch"] >= int(time.time()) - 60
    held_s = "SELECT extract(epoch FROM offers_held_until - now())::float FROM namespace"
    assert 14000 < space.value(held_s) <= 14400, "campaigns may be lost too"
    assert space.value("SELECT complete_until FROM outcome_reading") is None
    assert space.cli_json("epoch", "bump")["epoch"] > bumped["epoch"]
    assert space.value("SELECT last_value FROM id_block_seq") == blocks + 2 * 2**20
    assert space.value("SELECT last_value FROM offer_id_seq") == offers + 2 * 2**30


BREAKAGES = {
    "I1": "UPDATE consumer_position SET next_offset = 99 WHERE topic = 'dnc.commands' AND partition = 0",
    "I1 halted": "UPDATE consumer_position SET halted = 'why' WHERE topic = 'dnc.commands' AND partition = 0",
    "I3": "UPDATE list_stats SET ready = ready + 1, total = total + 1",
    "I3 status": "UPDATE list_status SET leads = leads + 1",
    "I3 leads": "DELETE FROM leads WHERE lead_id = (SELECT min(lead_id) FROM leads)",
    "I4": "INSERT INTO outbox (lane, messages, written_at, payload)"
    " VALUES (0, 1, now() + interval '1 day', '\\x00ff')",
    "I4 old": "INSERT INTO outbox (lane, messages, written_at, payload) VALUES (0, 0, now() - interval '2 min', '')",
    "I5": "UPDATE jobs SET result = jsonb_set(result, '{rows}', '5')",
    "I5 lanes": "UPDATE import_lane SET rejected = rejected + 1 WHERE lane = 0",
    "I5 leads": "UPDATE leads SET lead_id = lead_id + 1000 WHERE lead_id = (SELECT min(lead_id) FROM leads);"
    "INSERT INTO leads (lead_id, phone, list_no, stage) SELECT lead_id - 1000, 1, list_no, 6 FROM leads"
    " ORDER BY lead_id DESC LIMIT 1",
}


BREAKABLE = ("consumer_position", "list_stats", "list_status", "leads", "outbox", "jobs", "import_lane")


def test_doctor_sees_what_is_broken(space, tmp_path):
    importer = space.importer()
    create_list(space)
    space.cli_json("import", put(tmp_path, CSV), "--list", "a", "--wait")
    all_published(space)
    importer.terminate()
    for table in BREAKABLE:
        space.db.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
    for name, sql in BREAKAGES.items():
        healthy = space.cli_json("doctor")
        assert healthy["ok"], (name, healthy)
        assert [check["name"] for check in healthy["checks"]] == ["I1", "I2", "I3", "I4", "I5", "I6", "I7"]
        space.db.execute(sql)
        found = json.loads(space.cli("doctor", "--json", code=1).stdout)
        broken = {check["name"]: check["problems"] for check in found["checks"] if not check["ok"]}
        assert not found["ok"] and broken.get(name.split()[0]), (name, found)
        assert "not ok" in space.cli("doctor", code=1).stdout
        for table in BREAKABLE:
            space.db.execute(f"DELETE FROM {table}")
            space.db.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")


def slow_leads(space, seconds):
    """Who recounts the leads waits first."""
    space.importer()
    create_list(space)
    space.end_processes()
    space.db.execute("ALTER TABLE leads RENAME TO leads_kept")
    space.db.execute(
        "CREATE FUNCTION look() RETURNS SETOF leads_kept VOLATILE LANGUAGE plpgsql AS"
        " $$ BEGIN IF current_query() LIKE '%Counters of the list%' THEN"
        f" PERFORM pg_sleep({seconds}); END IF; RETURN QUERY SELECT * FROM leads_kept; END $$"
    )
    space.db.execute("CREATE VIEW leads AS SELECT * FROM look()")
    space.db.execute("GRANT SELECT ON leads TO PUBLIC")


def test_doctor_has_time_for_a_large_list(space):
    """More than a statement has elsewhere, and more than the client waits for an answer there."""
    slow_leads(space, 42)
    report = space.cli_json("doctor")
    assert report["ok"], report


ASKED = {
    "list rm a": "SELECT count(*) = 0 FROM leads",
    "reset --list a --where attempts>0": "SELECT count(*) = 0 FROM leads WHERE attempts > 0",
    "move --from a --to b --where attempts>0": "SELECT count(*) = 2 FROM leads JOIN list USING (list_no) WHERE list_id = 'b'",
    "import undo 1": "SELECT count(*) = 2 FROM leads",
    "lead rm --list a --phone +15046218927": "SELECT count(*) = 2 FROM leads",
    "lead erase +15046218927": "SELECT count(*) = 2 FROM leads",
}


@pytest.mark.parametrize("words", ASKED)
def test_what_destroys_asks_first(space, tmp_path, words):
    """It shows what it would do to how many; n, or no answer, changes nothing and is exit 1; off a terminal, --yes or 2."""
    space.importer()
    space.recycler()
    create_list(space, "a")
    create_list(space, "b", campaign_id="c-a")
    file = put(tmp_path, "phone\n504-621-8927\n504-621-8928\n810-292-9388\n")
    space.cli("import", file, "--list", "a", "--wait")
    space.db.execute("UPDATE leads SET attempts = 1, attempts_total = 1 WHERE phone <> 18102929388")
    space.db.execute("UPDATE ready_lead SET class = 3 FROM leads l WHERE l.lead_id = ready_lead.lead_id AND l.attempts > 0")
    space.db.execute("UPDATE list_stats SET attempted = 2 WHERE total = 3")
    jobs, reached = space.value("SELECT count(*) FROM jobs"), f"SELECT ({ASKED[words]})"
    assert "--yes" in space.cli(*words.split(), code=2).stderr
    for typed in ("n\n", "\n", "\x04"):
        terminal = Terminal(space, *words.split())
        terminal.until("[y/N]")
        assert re.search(r"^leads +[123]\b", terminal.seen, re.M), "how many"
        terminal.type(typed)
        assert terminal.end() == 1 and "Nothing was changed." in terminal.seen
    assert space.value("SELECT count(*) FROM jobs") == jobs and not space.value(reached)
    terminal = Terminal(space, *words.split())
    terminal.until("[y/N]")
    terminal.type("y\n")
    assert terminal.end() == 0, terminal.seen
    wait_for(lambda: space.value(reached), what="what was asked for")


def test_ctrl_c_ends_doctor_and_what_it_asked(space):
    slow_leads(space, 600)
    running = (
        "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND application_name = 'leadspool-cli'"
        f" AND query LIKE '%Counters of the list%' AND pid IN (SELECT pid FROM pg_locks WHERE relation = '{space.ns}.leads'::regclass)"
    )
    # A shell that began the tests in the background has it ignored by all that comes of it.
    command = ["env", "--default-signal=INT", settings().bin / "leadspool", "doctor"]
    doctor = subprocess.Popen(command, env=space.env(service="cli"), stdout=subprocess.DEVNULL)
    wait_for(lambda: space.value(running) == 1, 60)
    doctor.send_signal(signal.SIGINT)
    doctor.wait(10)
    wait_for(lambda: space.value(running) == 0, 15, what="the server ends the query")


def test_doctor_tells_dead_letters_without_calling_them_broken(space):
    space.importer()
    tell(space, "list.create", {"list_id": "a"}, key="a", headers={"ce_id": None}, bad=True)
    read_topic(space, "importer.commands.dlq", until=len)
    report = space.cli_json("doctor")
    assert report["ok"]
    notes = {check["name"]: check["notes"] for check in report["checks"]}
    assert any("importer.commands.dlq: 1" in note for note in notes["I6"])
