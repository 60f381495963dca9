"""The four workers of a namespace as units of a machine."""

import re
import urllib.request
from contextlib import suppress
from random import randint

from harness import wait_for
from harness.settings import ROOT

README = ROOT / "deploy" / "systemd" / "README.md"
WORKERS = ("importer", "recycler", "exporter", "stats")
SERVERS = ("DATABASE_URL", "REDIS_URL", "KAFKA_", "LEADSPOOL_TOPIC_PARTITIONS")


def file_of(env):
    return "".join(f"{name}={value}\n" for name, value in env.items())


def servers_of(env):
    return {name: value for name, value in env.items() if name.startswith(SERVERS)}


class Workers:
    KEY = "a key of the systemd test"

    def __init__(self, space, machine):
        self.space, self.machine, self.ns = space, machine, space.ns
        self.address = f"127.{randint(1, 254)}.{randint(1, 254)}.1"  # the ports are the units'
        self.target = f"leadspool@{self.ns}.target"
        self.add(self.ns)
        for worker in WORKERS:
            machine.write(f"/etc/leadspool/{self.ns}-{worker}.env", file_of(servers_of(space.env(service=worker))))

    def add(self, ns):
        """Settings and key of a namespace, as deploy/systemd/README.md has it."""
        env = servers_of(self.space.env(service="cli")) | {"LEADSPOOL_HTTP_ADDRESS": self.address}
        self.machine.write(f"/etc/leadspool/{ns}.env", file_of(env))
        self.machine.write(f"/etc/leadspool/{ns}.key", self.KEY)

    def unit(self, worker):
        return f"leadspool-{worker}@{self.ns}.service"

    def keep_journals(self):
        """Where ./dev test looks for numbers and names."""
        for worker in WORKERS:
            journal = self.machine.journal(self.unit(worker))
            assert "event=service." in journal
            (self.space.logs / f"journal-{worker}.log").write_text(journal)

    def systemctl(self, *words, **options):
        return self.machine.run("systemctl", *words, **options)

    def show(self, worker, *names):
        return self.machine.show(self.unit(worker), *names)

    def starts(self, worker):
        """How often systemd has started it again."""
        return int(self.show(worker, "NRestarts"))

    def pid(self, worker):
        """Within the machine."""
        return int(self.show(worker, "MainPID"))

    def get(self, port, path):
        """Its page; nothing where it does not answer, or with no 200."""
        with suppress(OSError), urllib.request.urlopen(f"http://{self.address}:{port}{path}", timeout=5) as reply:
            return reply.read().decode()
        return ""

    def cli(self, *words, **options):
        """The README's way."""
        [function] = re.findall(r"^acme\(\) \{\n.*?^\}$", README.read_text(), re.MULTILINE | re.DOTALL)
        function = function.replace("acme", self.ns).replace(f"{self.ns}()", "acme()", 1)
        return self.machine.run("sh", "-c", f'{function}\nacme "$@"', "sh", *words, **options)

    def await_restart(self, worker, starts, timeout):
        """Until it was started again and has said that it is ready."""

        def again():
            state = self.show(worker, "ActiveState", "SubState")
            return self.starts(worker) > starts and state == ["active", "running"]

        wait_for(again, timeout, 0.5, what=f"{worker} again: {self.show(worker, 'ActiveState', 'NRestarts', 'Result')}")
