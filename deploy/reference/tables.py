"""What there is to document, read from where it is implemented: the tables that `leadspool reference` prints,
the metrics in the sources, and the messages' schemas."""

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("exporter", "importer", "recycler", "stats")
TEXT = r'"(?:[^"\\]|\\.)*"'
METRIC = re.compile(
    rf"METRIC_(COUNTER|GAUGE|HISTOGRAM)\(\s*({TEXT})\s*,\s*({TEXT}(?:\s*{TEXT})*)\s*((?:,\s*(?:{TEXT}|NULL)\s*)*)\)"
)


def c_text(literals):
    """The text of C string literals that stand beside each other."""
    return "".join(json.loads(literal) for literal in re.findall(TEXT, literals))


@dataclass(frozen=True)
class Metric:
    name: str
    kind: str
    labels: tuple
    workers: str  # "all", or the one that has it
    about: str


class Tables:
    services = SERVICES

    def __init__(self, binary):
        self.binary = Path(binary)

    def summary_of(self, service):
        """As `leadspool-SERVICE --help` begins."""
        worker = self.binary.parent / f"leadspool-{service}"
        done = subprocess.run([worker, "--help"], check=True, capture_output=True, text=True)
        return done.stdout.splitlines()[0].split(": ", 1)[1]

    def read(self, name):
        done = subprocess.run(
            [self.binary, "reference", name, "--json"], check=True, capture_output=True, text=True
        )
        return json.loads(done.stdout)

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
        found = {}
        for path in sorted([*(ROOT / "common").rglob("*.c"), *(ROOT / "services").rglob("*.c")]):
            where = path.relative_to(ROOT).parts
            workers = where[1] if where[0] == "services" else "all"
            for kind, name, about, labels in METRIC.findall(path.read_text()):
                metric = Metric(
                    c_text(name),
                    kind.lower(),
                    tuple(map(json.loads, re.findall(TEXT, labels))),
                    workers,
                    c_text(about),
                )
                assert metric.name not in found, f"{metric.name} is there twice"
                found[metric.name] = metric
        return sorted(
            found.values(), key=lambda metric: (metric.workers != "all", metric.workers, metric.name)
        )

    @cached_property
    def schemas(self):
        paths = sorted((ROOT / "schemas" / "messages").glob("*.json"))
        return {path.stem: json.loads(path.read_text()) for path in paths}

    def messages_of(self, topic):
        """Those of a topic, in their order; what each command topic takes comes last."""
        return [m for m in self.messages if m["topic"] == topic] + [
            m for m in self.messages if m["topic"] is None and topic.endswith(".commands")
        ]
