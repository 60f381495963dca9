"""A worker (leadspool-importer, leadspool-recycler) as a process that can be started, frozen and killed."""

import contextlib
import http.client
import itertools
import os
import random
import re
import signal
import socket
import subprocess
from pathlib import Path

from harness.settings import settings
from harness.wait import wait_for

SANITIZER = re.compile(r"ERROR: \w+Sanitizer|runtime error:|WARNING: ThreadSanitizer")
NOWHERE = "no topic can be called so!"  # to which nobody can have a right
MISSED_RIGHT = "a right is missing"  # as common/adapters/bus_rights.c says it of Kafka
CRASHES = {signal.SIGSEGV, signal.SIGABRT, signal.SIGBUS, signal.SIGFPE, signal.SIGILL}


def own_ports():
    """Of this process among those that test beside it: the owner of a port takes it a while after it was found."""
    name = os.environ.get("LEADSPOOL_DEV_SET") or os.environ.get("PYTEST_XDIST_WORKER") or "sanitized"
    share = int(name[2:]) % 7 if name.startswith("gw") else 7 + (name == "sanitized")
    ports = range(10_000 + share, 20_000, 9)
    return random.sample(ports, len(ports))


PORTS = itertools.cycle(own_ports())


def free_port():
    """Below what the kernel gives to outgoing connections: none of the many that scenarios beside this
    one make takes it before its owner does."""
    while True:
        port = next(PORTS)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Process:
    """One process; start() again after it ended makes a new one under the same name.

    service: whose logins it has. env: settings on top of the namespace's, None takes one away. The log of each start is a file of
    its own: space.logs/NAME-START.log. What is run, command() says.
    """

    service = "cli"

    def __init__(self, space, name, env=None):
        self.space = space
        self.name = name
        self.env = env or {}
        self.process = None
        self.starts = 0
        self.may_crash = False
        self.may_miss_rights = False  # in Kafka

    def start(self):
        assert not self.alive, f"{self.name} runs already"
        self.starts += 1
        with self.log_path.open("wb") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.space.env(self.settings(), self.service),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return self

    def settings(self):
        """On top of the namespace's."""
        return self.env

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self):
        return self.process.pid

    @property
    def log_path(self):
        return self.space.logs / f"{self.name}-{self.starts}.log"

    def log(self):
        return self.log_path.read_text(errors="replace") if self.starts else ""

    def signal(self, number):
        os.kill(self.pid, number)

    def kill9(self):
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def sigstop(self):
        """Returns when it stands still, which the kernel may do a moment later."""
        self.signal(signal.SIGSTOP)
        wait_for(lambda: self.state() in "Tt", 10, every=0.001, what=f"{self.name} frozen")

    def sigcont(self):
        self.signal(signal.SIGCONT)

    def state(self):
        with open(f"/proc/{self.pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0]

    def catches(self, number):
        """One that has only just been started has no handler yet."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except (FileNotFoundError, ProcessLookupError):
            return False
        return bool(int(re.search(r"^SigCgt:\s*(\w+)", status, re.M)[1], 16) >> number - 1 & 1)

    def terminate(self, timeout=15):
        """Asks it to leave and returns its exit code; fails when it does not within timeout."""
        wait_for(lambda: not self.alive or self.catches(signal.SIGTERM), 30, what=f"{self.name} can be asked")
        if self.alive:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.name} did not leave within {timeout} s: {self.log_path}") from None

    def end(self):
        """Whatever state it is in; for the end of a test."""
        if self.alive:
            self.signal(signal.SIGCONT)
            self.kill9()

    def faults(self):
        """What a test must not overlook: crashes, what sanitizers found, and that Kafka denied something, in any of the
        starts."""
        found = []
        code = self.process.poll() if self.process else None
        if code is not None and -code in CRASHES and not self.may_crash:
            found.append(f"{self.name} ended by {signal.Signals(-code).name}: {self.log_path}")
        for log in sorted(self.space.logs.glob(f"{self.name}-*.log")):
            found += [f"{log}: {line}" for line in log.read_text(errors="replace").splitlines()
                      if SANITIZER.search(line) or (MISSED_RIGHT in line and not self.may_miss_rights)]  # fmt: skip
        return found


class Worker(Process):
    """A process of a service, with its HTTP server."""

    def __init__(self, space, service, name, env=None):
        super().__init__(space, name, env)
        self.service = service
        self.binary = f"leadspool-{service}"
        self.port = None

    def command(self):
        return [settings().bin / self.binary]

    def start(self):
        self.port = free_port()
        return super().start()

    def settings(self):
        return {"LEADSPOOL_HTTP_PORT": str(self.port), **self.env}

    def wait_ready(self, timeout=30):
        """Until /readyz says 200; fails with the log when the process ends instead."""

        def ready():
            assert self.alive, f"{self.name} ended with {self.process.returncode}:\n{self.log()[-3000:]}"
            return self.get("/readyz")[0] == 200

        wait_for(ready, timeout, what=f"{self.name} ready; log: {self.log_path}")
        return self

    def get(self, path):
        """(status, body) of its HTTP server; (0, "") when it does not answer."""
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            server.request("GET", path, headers={"Connection": "close"})
            reply = server.getresponse()
            return reply.status, reply.read().decode()
        except (OSError, http.client.HTTPException):
            return 0, ""
        finally:
            server.close()

    def metrics(self):
        """{series as printed, labels and all: value}"""
        lines = self.get("/metrics")[1].splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line and not line.startswith("#"))
        return {series: float(value) for series, value in pairs}
