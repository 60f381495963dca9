"""The documents against the product: what is generated is what the binary prints, schemas/asyncapi.yaml has the
messages that the product takes and tells, workers show no metric that is not documented, and the completion works
in a bash."""

import json
import re
import subprocess
import sys

import pytest
import yaml
from harness.settings import ROOT, product_env, settings
from scenario import create_list

DOCS = ROOT / "docs" / "reference"


def tell(*args):
    return subprocess.run(args, env=product_env(), capture_output=True, text=True, timeout=60)


def table(name):
    return json.loads(tell(settings().bin / "leadspool", "reference", name, "--json").stdout)


def sources(exclude):
    for folder in ("common", "services"):
        for path in sorted((ROOT / folder).rglob("*.c")):
            if path.name != exclude:
                yield path.read_text()


def test_settings_of_the_tests_are_none_of_the_product(monkeypatch):
    for name in ("LEADSPOOL_TEST_WORKERS", "LEADSPOOL_TEST_LONG", "LEADSPOOL_DEV_SET"):
        monkeypatch.setenv(name, "1")
    assert {"LEADSPOOL_INBOX", "LEADSPOOL_OUTBOX"} <= {row["setting"] for row in table("settings")}


def test_what_is_generated_is_what_the_product_says():
    done = tell(sys.executable, ROOT / "deploy" / "reference", settings().bin / "leadspool", "--check")
    assert done.returncode == 0, f"run ./dev docs: {done.stdout}{done.stderr}"


def test_asyncapi_has_the_messages_of_the_product_and_no_other():
    document = yaml.safe_load((ROOT / "schemas" / "asyncapi.yaml").read_text())
    commands = [topic["topic"] for topic in table("topics") if topic["topic"].endswith(".commands")]
    product = set()
    for message in table("messages"):
        topics = [message["topic"]] if message["topic"] else commands
        product |= {(topic, message["message"]) for topic in topics}
    letters = {(t["topic"], "dead_letter") for t in table("topics") if t["topic"].endswith(".dlq")}
    told = {(topic, name) for topic, channel in document["channels"].items() for name in channel["messages"]}
    assert told == product | letters
    assert set(document["components"]["messages"]) == {name for _, name in told}


def test_each_message_has_a_schema_and_each_schema_a_message():
    parts = {"common", "filter", "headers", "dlq_headers", "structured"}
    schemas = {path.stem for path in (ROOT / "schemas" / "messages").glob("*.json")}
    assert {message["message"] for message in table("messages")} == schemas - parts


def test_each_message_is_taken_or_told_somewhere():
    text = "".join(sources(exclude="contract.c"))
    assert [m["message"] for m in table("messages") if f'"{m["message"]}"' not in text] == []


def test_what_the_schemas_say_of_redis_keys_is_what_is_written():
    told = re.findall(
        r"^\| `(NS:[^`]+)` \| (\w+) \|.*\|\s*([^|]*?)\s*\|$",
        (ROOT / "schemas" / "redis.md").read_text(),
        re.M,
    )
    assert told == [(key["key"], key["type"], key["expires"]) for key in table("redis")]


SETTING = re.compile(r"^  ([A-Z_]+)\n      (.+)\n      (.+); default (.+?)(?:; or a file.*)?$", re.MULTILINE)


@pytest.mark.parametrize("service", ["importer", "recycler", "exporter", "stats"])
def test_settings_that_a_worker_prints_are_documented(service):
    printed = SETTING.findall(tell(settings().bin / f"leadspool-{service}", "--help").stdout)
    assert len(printed) > 15
    told = [(s["setting"], s["about"], s["allowed"], s["default"] or "none") for s in table("settings")]
    assert printed == told


def test_exit_codes_that_a_worker_has_are_documented():
    codes = {str(code["code"]) for code in table("exit-codes")}
    assert codes == {"0", "1", "2"}
    worker = settings().bin / "leadspool-importer"
    assert tell(worker, "--version").returncode == 0
    assert tell(worker, "--versoin").returncode == 2


def test_metrics_that_workers_show_are_documented(space):
    rows = re.findall(
        r"^\| (leadspool_\w+) \| (\w+) \|[^|]*\|[^|]*\| (\w+) \|", (DOCS / "metrics.md").read_text(), re.M
    )
    told = {name: (kind, where) for name, kind, where in rows}
    services = ("importer", "recycler", "exporter", "stats")
    workers = {service: space.worker(service, ready=False) for service in services}
    for service, worker in workers.items():
        shown = re.findall(r"^# TYPE (\S+) (\w+)$", worker.wait_ready().get("/metrics")[1], re.M)
        assert len(shown) > 3
        for name, kind in shown:
            assert told.get(name) in [(kind, "all"), (kind, service)], name


def test_each_verb_and_option_is_explained_with_examples():
    verbs = {verb["verb"]: verb for verb in table("verbs")}
    assert len(verbs) > 40
    for name, verb in verbs.items():
        assert verb["about"] and verb["examples"], name
        noun = name.split()[0]
        assert all(re.search(rf"(^|leadspool ){noun}\b", line) for line in verb["examples"].splitlines()), (
            name
        )
        said = tell(settings().bin / "leadspool", *name.split(), "--help").stdout
        assert f"usage: leadspool {name}" in said
        assert "Examples:\n  leadspool " in said
    for option in table("options"):
        assert option["about"], option
    assert {option["verb"] for option in table("options") if option["option"] == "json"} == set(verbs)


FIRST = ROOT / "docs" / "first-campaign"


def test_the_session_in_the_readme_was_recorded():
    recorded = (FIRST / "session.txt").read_text()
    commands = [line for line in (FIRST / "commands").read_text().splitlines() if line[:1] not in ("", "#")]
    assert [line[2:] for line in recorded.splitlines() if line.startswith("$ ")] == commands
    shown = re.findall(r"^\$ .*?(?=\n\n|\n```)", (ROOT / "README.md").read_text(), re.M | re.S)
    assert len(shown) > 4
    assert [part for part in shown if part not in recorded] == []


PASSING = [  # what is another each time
    (r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "TIME"),
    (r"^(Namespace) \S+", r"\1 NS"),
    (r"/\S+(/outbox/)", r"\1"),
    (r"-[0-9a-f]{8}\.csv", "-HASH.csv"),
    (r"^(seconds|version) +[\d.]+", r"\1 N"),
    (r"\d+ (checked)", r"N \1"),
    (r"--duration \d+s", "--duration N"),
    (r" +", " "),
    (r"^(dialable_now (\d+) nothing is in the way|offered (\d+) it is with a dialer)$", r"\2\3 to be called, by now perhaps offered"),
]


def lasting(text):
    for pattern, kept in PASSING:
        text = re.sub(pattern, kept, text, flags=re.M)
    return text


def test_the_session_in_the_readme_is_what_happens(space, tmp_path):
    """Its commands, once more, on a terminal: the same columns and counts."""
    for service in ("importer", "recycler", "exporter", "stats"):
        space.worker(service, ready=False)
    for worker in space.workers:
        worker.wait_ready(60)
    commands = (FIRST / "commands").read_text().replace("--duration 8s", "--duration 6s")
    (tmp_path / "commands").write_text(commands)
    (tmp_path / "leads.csv").write_bytes((FIRST / "leads.csv").read_bytes())
    env = space.env()
    env["PATH"] = f"{settings().bin}:{env['PATH']}"
    recorder = [sys.executable, ROOT / "deploy" / "dev" / "record.py", "commands", "session.cast", "session.txt"]
    done = subprocess.run(recorder, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert lasting((tmp_path / "session.txt").read_text()) == lasting((FIRST / "session.txt").read_text())


def test_the_examples_are_of_this_release():
    text = (ROOT / "docs" / "by-example.md").read_text()
    [checks] = re.findall(r"^\$ leadspool doctor\n.*?^All is well\.$", text, re.M | re.S)
    assert checks in (ROOT / "README.md").read_text()
    fields = re.findall(r'^    \{"(\w+)", FILTER_TYPE', (ROOT / "common/domain/filter_fields.c").read_text(), re.M)
    told = re.search(r"and the fields of a lead:(.*?)\.\n\n", text, re.S)[1]
    assert len(fields) > 20 and re.findall(r"`(\w+)`", told) == fields


def test_no_colours_are_written():
    """So that NO_COLOR has nothing to turn off."""
    for text in sources(exclude=""):
        assert not re.search(r"\\(?:033|x1b|e)\[[0-9;]*m", text)


# ---- completion

ASK = """
source "$1"; shift
COMP_WORDS=(leadspool "$@"); COMP_CWORD=$#
_leadspool
printf '%s\\n' "${COMPREPLY[@]}"
"""


def complete(space, *words, cwd="/"):
    """What bash would offer after these words; the last is what has been typed of the next one."""
    env = space.env()
    env["PATH"] = f"{settings().bin}:{env['PATH']}"
    script = ROOT / "completion" / "leadspool.bash"
    done = subprocess.run(
        ["bash", "-c", ASK, "bash", script, *words],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.stderr == ""
    return set(done.stdout.split())


def test_completion_in_a_bash(space, tmp_path):
    space.importer()
    create_list(space, "spring", campaign_id="solar")
    every = {verb["verb"].split()[0] for verb in table("verbs")}
    assert complete(space, "") == every | {"help", "--help", "--version", "--check-config"}
    assert complete(space, "li") == {"list"}
    assert complete(space, "list", "") == {"create", "ls", "show", "update", "rm"}
    assert complete(space, "list", "create", "--list") == {"--list-id"}
    assert {"--campaign", "--name", "--json", "--help"} <= complete(space, "list", "create", "-")
    assert complete(space, "import", "un") == {"undo"}
    assert complete(space, "import", "x.csv", "--on-duplicate", "") == {"skip", "update"}
    assert complete(space, "list", "create", "--name", "s") == set()
    assert complete(space, "import", "x.csv", "--list", "s") == {"spring"}
    assert complete(space, "list", "show", "") == {"spring"}
    assert complete(space, "list", "create", "--campaign", "") == {"solar"}
    (tmp_path / "leads.csv").touch()
    assert complete(space, "import", "le", cwd=tmp_path) == {"leads.csv"}
