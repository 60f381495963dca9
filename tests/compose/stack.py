"""docker-compose.yml as a person runs it, as a project of its own."""

import json
import os
import subprocess
import uuid

from harness import wait_for
from harness.settings import ROOT, settings
from images import NAMES

PROJECT = "leadspool-test"
SERVERS = ("kafka", "postgres", "redis", "roles", "migrate")
WORKERS = ("importer", "recycler", "exporter", "stats")
LOGINS = ("OWNER", "IMPORTER", "RECYCLER", "STATS", "EXPORTER", "CLI", "REDIS_STATS", "REDIS_READER")


class Stack:
    def __init__(self):
        self.env = {**os.environ, **NAMES, "LEADSPOOL_NUMBER_KEY": "a key of the compose test"}
        self.began = None
        self.logs = settings().logs / f"{PROJECT}-{uuid.uuid4().hex[:8]}"
        self.logs.mkdir(parents=True)
        for name in ("DATABASE_URL", "REDIS_URL"):  # of ./dev's servers: secrets.yml takes them from the shell
            self.env.pop(name, None)
        self.env |= {f"PASSWORD_{login}": f"of{login.replace('_', '')}" for login in LOGINS}

    def compose(self, *words, ok=True, **options):
        """docker compose WORDS; its standard output."""
        command = [*os.environ["COMPOSE"].split(), "-p", PROJECT, *map(str, words)]
        done = subprocess.run(command, cwd=ROOT, env=self.env, stdout=subprocess.PIPE, text=True, **options)
        assert not ok or done.returncode == 0, f"{words}: {done.returncode}: {done.stdout}"
        return done.stdout

    def down(self, *options):
        """After what the containers said, where ./dev test looks for numbers and names."""
        for service in (*SERVERS, *WORKERS):
            with (self.logs / f"container-{service}.log").open("a") as log:
                log.write(self.compose("logs", "--no-color", service))
        self.compose("down", *options)

    def cli(self, *words, **options):
        """The README's way: a container for each command, standard input for files."""
        if "input" not in options:
            options["stdin"] = subprocess.DEVNULL
        return self.compose("run", "--rm", "-T", "--no-deps", "cli", *words, **options)

    def cli_json(self, *words, **options):
        return json.loads(self.cli(*words, "--json", **options))

    def exec(self, service, *words, **options):
        return self.compose("exec", "-T", service, *words, **options)

    def container(self, service):
        """What the engine knows of it; None while there is none."""
        [number] = self.compose("ps", "--all", "--quiet", service).split() or [None]
        if number is None:
            return None
        told = subprocess.run(["docker", "inspect", number], check=True, capture_output=True, text=True).stdout
        return json.loads(told)[0]

    def health(self, service):
        return self.container(service)["State"]["Health"]["Status"]

    def await_health(self, *services):
        def ill():
            return [service for service in services if self.health(service) != "healthy"]

        wait_for(lambda: not ill(), 300, 1, what=f"healthy: {services}")
