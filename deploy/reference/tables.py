"""What there is to document, read from where it is implemented: the tables that `leadspool reference` prints, and
the messages' schemas."""

import json
import os
import subprocess
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("exporter", "importer", "recycler", "stats")


class Tables:
    services = SERVICES

    def __init__(self, binary):
        self.binary = Path(binary)

    def summary_of(self, service):
        """As `leadspool-SERVICE --help` begins."""
        worker = self.binary.parent / f"leadspool-{service}"
        done = subprocess.run([worker, "--help"], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()[0].split(": ", 1)[1]

    def read(self, *name):
        """As the defaults have it, whatever is set here."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("LEADSPOOL_")}
        command = [self.binary, "reference", *name, "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=env).stdout)

    @cached_property
    def settings(self):
        return self.read("settings")

    @cached_property
    def topics(self):
        return self.read("topics")

    @cached_property
    def messages(self):
        return self.read("messages")

    @cached_property
    def redis(self):
        return self.read("redis")

    @cached_property
    def exit_codes(self):
        return self.read("exit-codes")

    @cached_property
    def nouns(self):
        """Each noun with its verbs, each verb with its options and the lines of its examples."""
        options = {}
        for option in self.read("options"):
            options.setdefault(option["verb"], []).append(option)
        verbs = {}
        for verb in self.read("verbs"):
            full = {
                **verb,
                "options": options.get(verb["verb"], []),
                "examples": verb["examples"].splitlines(),
            }
            verbs.setdefault(verb["verb"].split()[0], []).append(full)
        return [{**noun, "verbs": verbs[noun["noun"]]} for noun in self.read("nouns")]

    @cached_property
    def metrics(self):
        """What all workers have comes first."""
        return sorted(self.read("metrics"), key=lambda m: (m["worker"] != "all", m["worker"], m["metric"]))

    @cached_property
    def names(self):
        """Of the tables themselves."""
        return [row["table"] for row in self.read()]

    @cached_property
    def schemas(self):
        paths = sorted((ROOT / "schemas" / "messages").glob("*.json"))
        return {path.stem: json.loads(path.read_text()) for path in paths}

    def messages_of(self, topic):
        """Those of a topic, in their order; what each command topic takes comes last."""
        return [m for m in self.messages if m["topic"] == topic] + [
            m for m in self.messages if m["topic"] is None and topic.endswith(".commands")
        ]
