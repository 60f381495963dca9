"""Wall time, CPU and memory of a piece of work and of the PostgreSQL that serves it, from /proc."""

import os
import subprocess
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from harness.space import Space

Space.pace = {}  # as users have it

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Cost:
    """What a run took. cpu_other: what the machine's other processes used meanwhile, which is noise."""

    seconds: float = 0.0
    cpu_client: float = 0.0
    cpu_postgres: float = 0.0
    cpu_other: float = 0.0
    peak_mib: float | None = None
    notes: dict = field(default_factory=dict)


def stat_of(pid):
    """(parent, own CPU seconds, CPU seconds of children that ended), or None when it is gone."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    user, system, child_user, child_system = map(int, fields[11:15])
    return int(fields[1]), (user + system) / TICKS, (child_user + child_system) / TICKS


def cpu_of(pid):
    stat = stat_of(pid)
    return stat[1] if stat else 0.0


def peak_mib_of(pid):
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return None


def machine_busy():
    """CPU seconds of all processors since the start of the machine, idle and waiting left out."""
    ticks = list(map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:9]))
    return (sum(ticks) - ticks[3] - ticks[4]) / TICKS


class Postgres:
    """The server behind a connection: all its processes together, whoever they work for."""

    def __init__(self, connection):
        self.postmaster = stat_of(connection.execute("SELECT pg_backend_pid()").fetchone()[0])[0]

    def cpu(self):
        total = 0.0
        for entry in os.scandir("/proc"):
            stat = stat_of(entry.name) if entry.name.isdigit() else None
            if stat and stat[0] == self.postmaster:
                total += stat[1]
        _, own, ended = stat_of(self.postmaster)
        return total + own + ended


@contextmanager
def measured(postgres, pid=None):
    """Yields a Cost that is filled at the end; pid: the client process, when it is there before."""
    cost = Cost()
    client, server, busy = cpu_of(pid) if pid else 0.0, postgres.cpu(), machine_busy()
    began = time.monotonic()
    yield cost
    cost.seconds = time.monotonic() - began
    if pid:
        cost.cpu_client += cpu_of(pid) - client
        cost.peak_mib = peak_mib_of(pid)
    cost.cpu_postgres = postgres.cpu() - server
    cost.cpu_other = max(0.0, machine_busy() - busy - cost.cpu_client - cost.cpu_postgres)


def run(cost, command, **more):
    """A child process to its end; its CPU counts as the client's. Returns its standard output."""
    before = os.times()
    done = subprocess.run(list(map(str, command)), stdout=subprocess.PIPE, text=True, **more)
    after = os.times()
    cost.cpu_client += after.children_user + after.children_system
    cost.cpu_client -= before.children_user + before.children_system
    if done.returncode != 0:
        raise SystemExit(f"{command[0]}: exit {done.returncode}\n{done.stdout}")
    return done.stdout
