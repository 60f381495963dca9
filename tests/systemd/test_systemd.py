"""The units of deploy/systemd under a real systemd: started, watched, confined, stopped. In this order."""

import json
import re
import time

from harness import wait_for
from harness.settings import ROOT
from workers import WORKERS


def test_the_target_is_up_when_all_four_have_said_that_they_are_ready(workers):
    workers.systemctl("start", workers.target)
    for worker in WORKERS:
        workers.systemctl("start", workers.unit(worker), ok=False)  # comes back when it is ready
        assert workers.show(worker, "Type", "ActiveState", "SubState") == ["notify", "active", "running"], (
            workers.machine.journal(workers.unit(worker))
        )
        assert int(workers.show(worker, "WatchdogTimestampMonotonic")) > 0
        assert workers.starts(worker) == 0


def test_they_work_with_all_that_is_taken_from_them(workers):
    """A command of each of the four, a file in and a file out."""
    workers.cli("list", "create", "--list-id", "a", "--name", "A", "--campaign", "c")
    leads = "phone,first_name\n+15046218927,Ann\n+18102929388,Bob\n"
    workers.machine.write("/tmp/leads.csv", leads, "0644")
    imported = json.loads(workers.cli("import", "/tmp/leads.csv", "--list", "a", "--wait", "--json"))
    assert imported["inserted"] == 2
    assert "LEADSPOOL_NUMBER_KEY=******** (file)" in workers.cli("--check-config")
    workers.cli("campaign", "put", "c", "--active", "--window", "mon-sun=00:00-24:00", "--law-pack", "none")
    wait_for(lambda: workers.space.value("SELECT count(*) FROM offer") > 0, 60, what="the recycler offers")
    workers.cli("stats", "rebuild")
    assert "15046218927" in workers.cli("export", "--list", "a")
    assert workers.machine.run("ls", f"/var/lib/leadspool/{workers.ns}/outbox")
    assert "Operation not permitted" not in "".join(workers.machine.journal(workers.unit(w)) for w in WORKERS)


def test_each_answers_on_the_port_of_its_unit(workers):
    """Where deploy/prometheus/scrape.yml looks."""
    scrape = (ROOT / "deploy/prometheus/scrape.yml").read_text()
    [targets] = re.findall(r"# +- targets: \[(.*)\]", scrape)
    ports = re.findall(r"127\.0\.0\.1:(\d+)", targets)
    for port in ports:
        wait_for(lambda port=port: workers.get(port, "/readyz") == "ready\n", 60, what=f"ready on {port}")
    pages = "".join(workers.get(port, "/metrics") for port in ports)
    assert sorted(re.findall(r'^leadspool_build_info{service="(\w+)"', pages, re.MULTILINE)) == sorted(WORKERS)


def test_each_is_confined(workers):
    """What a worker's process is, and what of the machine it sees."""
    workers.add("other")
    workers.machine.run("install", "-d", "/var/lib/leadspool/other/inbox")
    for worker in WORKERS:
        proc = f"/proc/{workers.pid(worker)}"
        status = dict(line.split(":\t", 1) for line in workers.machine.run("cat", f"{proc}/status").splitlines())
        assert (status["Seccomp"], status["NoNewPrivs"]) == ("2", "1")
        assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0
        assert workers.machine.run("stat", "-c", "%U", proc) == "leadspool\n"
        enter = ["nsenter", "-t", workers.pid(worker), "--mount", "setpriv", "--reuid=leadspool", "--clear-groups"]
        assert workers.machine.run(*enter, "ls", "/var/lib/leadspool") == f"{workers.ns}\n"
        assert workers.machine.run(*enter, "ls", "/run/credentials") == f"{workers.unit(worker)}\n"
        for path in ("/etc/leadspool", f"/etc/leadspool/{workers.ns}.key"):
            assert workers.machine.run(*enter, "sh", "-c", f"cat {path} || ls {path}", ok=False) == ""


def test_one_that_stands_still_is_started_again_by_the_watchdog(workers):
    """And one that does its work for as long is not."""
    for worker in ("stats", "importer"):
        workers.machine.write(f"/run/systemd/system/{workers.unit(worker)}.d/soon.conf", "[Service]\nWatchdogSec=10s\n")
    workers.systemctl("daemon-reload")
    workers.systemctl("restart", workers.unit("stats"), workers.unit("importer"))
    workers.systemctl("kill", "--signal=STOP", workers.unit("stats"))
    workers.await_restart("stats", 0, 90)
    assert "Watchdog timeout" in workers.machine.journal(workers.unit("stats"))
    assert workers.starts("importer") == 0


def test_one_that_was_killed_is_started_again(workers):
    before = workers.starts("recycler")
    workers.systemctl("kill", "--signal=KILL", workers.unit("recycler"))
    workers.await_restart("recycler", before, 60)


def test_wrong_settings_end_it_once(workers):
    workers.machine.write("/etc/leadspool/other-exporter.env", "LEADSPOOL_UNKNOWN=1\n")
    unit = "leadspool-exporter@other.service"
    workers.systemctl("start", unit, ok=False)
    time.sleep(5)  # more than RestartSec
    shown = workers.machine.show(unit, "ActiveState", "ExecMainStatus", "NRestarts")
    assert shown == ["failed", "2", "0"]
    assert "LEADSPOOL_UNKNOWN" in workers.machine.journal(unit)


def test_they_stop_in_order(workers):
    workers.systemctl("stop", workers.target)
    wait_for(lambda: all(workers.show(worker, "ActiveState") == "inactive" for worker in WORKERS), 15, what="stopped")
    for worker in WORKERS:
        end = workers.machine.journal(workers.unit(worker)).rpartition("Stopping leadspool")[2]
        assert f"{workers.unit(worker)}: Deactivated successfully" in end
        assert "Main process exited" not in end  # which is said of every end but 0
    workers.space.cli("doctor")
