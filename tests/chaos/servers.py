"""The private servers of ./dev, killed and started again. What they stored stays.

Every scenario shares them: who does this to them is marked `alone`, and has a set of its own in `./dev test`
(LEADSPOOL_DEV_SET, which ./dev up knows too)."""

import os
import signal
import subprocess
import time

from harness import wait_for
from harness.settings import ROOT

RUN = ROOT / ".dev" / os.environ.get("LEADSPOOL_DEV_SET", "") / "run"


def server_pid(name):
    """Asked by whoever is about to stop it."""
    assert "PYTEST_XDIST_WORKER" not in os.environ, "not marked alone: other scenarios run beside it"
    return int((RUN / f"{name}.pid").read_text().split()[0])


def alive(pid):
    """It may end between the opening of its file and the reading."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def stop_server(name, number):
    pid = server_pid(name)
    os.kill(pid, number)
    wait_for(lambda: not alive(pid), 60, what=f"{name} ended")


def start_servers():
    """Starts what does not run, and returns when it answers."""
    done = subprocess.run([ROOT / "dev", "up"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=180)
    assert done.returncode == 0 and "is another's now" not in done.stdout, f"./dev up:\n{done.stdout}"


def restart(name, number, pause_s=0.0):
    stop_server(name, number)
    time.sleep(pause_s)
    start_servers()


def restart_postgres(pause_s=0.0):
    """Immediate shutdown: every backend goes in the midst of what it does, then recovery from the log."""
    restart("postgres", signal.SIGQUIT, pause_s)


def restart_kafka(pause_s=0.0, number=signal.SIGKILL):
    restart("kafka", number, pause_s)
