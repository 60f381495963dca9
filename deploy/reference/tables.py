"""What there is to document, read from where it is implemented: the tables that `leadspool reference` prints,
the metrics in the sources, and the messages' schemas."""

import json
import os
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("exporter", "importer", "recycler", "stats")
TEXT = r'"(?:[^"\\]|\\.)*"'
TEXTS = rf"{TEXT}(?:\s*{TEXT})*"
LABELS = rf"(?:,\s*(?:{TEXT}|NULL)\s*)*"
METRIC = re.compile(rf"METRIC_(COUNTER|GAUGE|HISTOGRAM)\(\s*({TEXT})\s*,\s*({TEXTS})\s*({LABELS})\)")
# metric_table.inc: variable, type, name, unit, workers, help, labels
METRIC_ROW = re.compile(
    rf"^METRIC\(\w+,\s*(\w+),\s*({TEXT}),\s*{TEXT},\s*({TEXT}),\s*({TEXTS})\s*({LABELS})\)", re.M
)


def c_text(literals):
    """The text of C string literals that stand beside each other."""
    return "".join(json.loads(literal) for literal in re.findall(TEXT, literals))


def metric_rows():
    """(type, name, "" or the worker that has it, help, labels) of each metric in the sources."""
    for path in sorted(p for folder in ("common", "services") for p in (ROOT / folder).rglob("*.[ci]*")):
        text, where = path.read_text(), path.relative_to(ROOT).parts
        for kind, name, workers, about, labels in METRIC_ROW.findall(text):
            yield (
                kind,
                c_text(name),
                c_text(workers),
                c_text(about),
                map(json.loads, re.findall(TEXT, labels)),
            )
        for kind, name, about, labels in METRIC.findall(text):
            worker = where[1] if where[0] == "services" else ""
            yield kind, c_text(name), worker, c_text(about), map(json.loads, re.findall(TEXT, labels))


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
        """As the defaults have it, whatever is set here."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("LEADSPOOL_")}
        command = [self.binary, "reference", name, "--json"]
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
        found = {}
        for kind, name, workers, about, labels in metric_rows():
            metric = Metric(name, kind.lower(), tuple(labels), workers or "all", about)
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
