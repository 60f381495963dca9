"""docker-compose.yml from up to down: what README.md and deploy/docker/README.md promise of it. The tests go
on from each other, in their order.

./dev test compose; part of ./dev test --long.
"""

import csv
import io
import json
import subprocess
import time

from harness import settle, wait_for
from harness.privacy import note_values
from images import NAMES, builds_of_ours, forget_ours
from stack import WORKERS

LEADS = 300
NAME = "Zacharias"
STAGES = ("dialable", "offered", "finished", "exhausted", "dnc", "invalid")


def leads_csv(count, first=0):
    """With one row that is rejected and one that is there twice."""
    phones = [f"+1212555{number:04}" for number in range(first, first + count)]
    note_values("compose", phones, [NAME])
    rows = [f"{NAME},{number},{phone}" for number, phone in enumerate(phones, first)]
    return "\n".join(["First Name,Last Name,Phone", *rows, rows[-1], "Bad,Row,12"]) + "\n"


def test_it_comes_up(stack):
    assert builds_of_ours(stack.began) == 1
    stack.await_health("kafka", "postgres", "redis", *WORKERS)
    for once in ("roles", "migrate"):
        state = stack.container(once)["State"]
        assert (state["Status"], state["ExitCode"]) == ("exited", 0)
    order = [stack.container(service)["State"]["StartedAt"] for service in ("kafka", "roles", "migrate", "importer")]
    assert order[1:] == sorted(order[1:]) and order[0] < order[2]


def test_workers_have_no_more_than_they_need(stack):
    for service in WORKERS:
        container = stack.container(service)
        host = container["HostConfig"]
        assert container["Config"]["User"] == "leadspool"
        assert host["ReadonlyRootfs"] and host["CapDrop"] == ["ALL"] and host["Memory"] and host["PidsLimit"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        seen = stack.exec(service, "sh", "-c", "cat /proc/1/status; touch /usr/x 2>&1 || true")
        status = dict(line.split(":", 1) for line in seen.splitlines() if ":\t" in line)
        assert status["Uid"].split() == ["10001"] * 4
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert (status["NoNewPrivs"].strip(), status["Seccomp"].strip()) == ("1", "2")
        assert "Read-only" in seen
    stripped = "grep -lF .symtab /usr/bin/leadspool* && exit; ls /usr/bin/leadspool*"
    assert len(stack.exec("importer", "sh", "-c", stripped).split()) == 1 + len(WORKERS), "programs without symbols"


def test_each_logs_in_as_itself(stack):
    seen = stack.exec("postgres", "psql", "-U", "leadspool", "-d", "leadspool", "-Atc",
                      "SELECT DISTINCT usename FROM pg_stat_activity WHERE client_addr IS NOT NULL")  # fmt: skip
    assert set(seen.split()) == {f"leadspool_{service}" for service in WORKERS}
    login = "REDISCLI_AUTH=$PASSWORD_REDIS_STATS redis-cli --user leadspool-stats"
    assert "NOAUTH" in stack.exec("redis", "sh", "-c", "redis-cli get x")
    assert "NOPERM" in stack.exec("redis", "sh", "-c", f"{login} config get maxmemory")
    assert "PONG" in stack.exec("redis", "sh", "-c", f"{login} ping")


def test_an_import_goes_in_by_the_command_line(stack):
    zone = ("--window", "none", "--law-pack", "none", "--assume-zone", "America/New_York")
    stack.cli("campaign", "put", "solar", *zone, "--hopper-target", 200, "--cap-calls", 0, "--cap-gap", 0)
    stack.cli("list", "create", "--list-id", "spring", "--campaign", "solar")
    done = stack.cli_json("import", "-", "--list", "spring", "--wait", input=leads_csv(LEADS))
    counts = {name: done[name] for name in ("rows", "inserted", "duplicate", "rejected")}
    assert counts == {"rows": LEADS + 2, "inserted": LEADS, "duplicate": 1, "rejected": 1}
    rejects = stack.exec("exporter", "cat", done["rejects"])  # by another container, from the shared volume
    assert "Bad,Row,12" in rejects


def test_offers_are_dialed_and_outcomes_counted(stack):
    stack.cli("campaign", "put", "solar", "--active")
    dialed = stack.cli_json(
        *("dialer-sim", "--campaign", "solar", "--think", "10ms-50ms", "--max-calls", 150, "--duration", "120s"),
        *("--answer", "NA=1,SALE=1"),
    )
    assert dialed["calls"] >= 150, dialed
    stack.cli("campaign", "put", "solar", "--inactive")

    def counted():
        stats = stack.cli_json("stats", "--list", "spring")
        return stats["attempted"] >= 150 and stats

    stats = wait_for(counted, 120, 1, what="150 attempted")
    assert stats["source"] == "redis"
    assert stats["total"] == LEADS == sum(stats[stage] for stage in STAGES)


def test_a_worker_that_is_killed_comes_back(stack):
    """By the engine, as compose is told to; an import that it meets is carried out."""
    before = stack.container("importer")
    stack.cli("list", "create", "--list-id", "summer", "--campaign", "solar")
    job = stack.cli_json("import", "-", "--list", "summer", "--no-wait", input=leads_csv(5000, first=1000))
    # As a crash: docker kill would count as a person's stop, after which nothing is started again.
    crash(before["State"]["Pid"])
    after = wait_for(lambda: came_back(stack, before), 120, 0.5, what="the importer is there again")
    assert after["RestartCount"] == before["RestartCount"] + 1
    stack.await_health("importer")
    done = stack.cli_json("job", "watch", job["job_id"])
    assert (done["inserted"], done["duplicate"], done["rejected"]) == (5000, 1, 1)


def crash(pid):
    """pid is as the engine sees it."""
    words = ["run", "--rm", "--pid", "host", NAMES["IMAGE_DEBIAN"], "sh", "-c", f"kill -KILL {pid}"]
    subprocess.run(["docker", *words], check=True)


def came_back(stack, before):
    now = stack.container("importer")
    again = now["State"]["Running"] and now["State"]["StartedAt"] != before["State"]["StartedAt"]
    return now if again else None


def test_an_export_comes_out(stack):
    text = stack.cli("export", "--list", "spring", "--field", "phone", "--field", "status")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == len({row["phone"] for row in rows}) == LEADS


def test_secrets_come_from_files(stack, tmp_path):
    """Of the importer and the command line, by the override for that."""
    login = "postgresql://leadspool_{0}:{1}@postgres/leadspool"
    secrets = {f"{name}_database": login.format(name, stack.env[f"PASSWORD_{name.upper()}"]) for name in ("importer", "cli")}
    secrets["cli_redis"] = f"redis://leadspool-reader:{stack.env['PASSWORD_REDIS_READER']}@redis:6379/0"
    key = secrets["number_key"] = stack.env.pop("LEADSPOOL_NUMBER_KEY")
    for name, text in secrets.items():
        (tmp_path / name).write_text(f"{text}\n")
    stack.env["SECRETS"] = str(tmp_path)
    override = ("-f", "docker-compose.yml", "-f", "deploy/docker/secrets.yml")
    stack.compose(*override, "up", "--detach", "--no-deps", "importer")
    stack.await_health("importer")
    given = [setting.split("=")[0] for setting in stack.container("importer")["Config"]["Env"] if "=" in setting]
    assert "DATABASE_URL_FILE" in given and not {"DATABASE_URL", "LEADSPOOL_NUMBER_KEY"} & set(given)
    words = ("run", "--rm", "-T", "--no-deps", "cli", "stats", "--list", "spring", "--json")
    shown = json.loads(stack.compose(*override, *words, stdin=subprocess.DEVNULL))
    assert (shown["total"], shown["source"]) == (LEADS, "redis")
    stack.env["LEADSPOOL_NUMBER_KEY"] = key
    stack.compose("up", "--detach", "--no-deps", "importer")
    stack.await_health("importer")


def test_doctor_is_content(stack):
    """Asked again for a while: a server that does not answer in time fails a check, too."""

    def content():
        failed = [check for check in stack.cli_json("doctor", ok=False)["checks"] if not check["ok"]]
        assert not failed, json.dumps(failed)

    settle(content, 120, 2)


def test_it_goes_down_and_comes_up_with_what_it_had(stack):
    stack.down()
    stack.compose("up", "--detach")
    stack.await_health(*WORKERS)
    assert stack.cli_json("stats", "--list", "spring")["total"] == LEADS


def test_a_command_alone_builds_and_starts_what_it_needs(stack):
    stack.down()
    forget_ours()
    began = time.time()
    words = ("run", "--rm", "-T", "cli", "stats", "--list", "spring", "--json")
    said = stack.compose(*words, stdin=subprocess.DEVNULL).splitlines()  # what the build says comes before it
    assert json.loads(said[-1])["total"] == LEADS
    assert builds_of_ours(began) == 1
