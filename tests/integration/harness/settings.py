"""Where the private servers and the binaries are."""

import functools
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Settings:
    database_url: str
    redis_url: str
    bootstrap: str  # whoever comes there may do anything
    sasl: str  # the same broker, by user and password
    bin: Path
    logs: Path


def dev_env():
    """The variables of ./dev env, for a pytest that was not started by ./dev test."""
    text = subprocess.run([ROOT / "dev", "env"], check=True, capture_output=True, text=True).stdout
    words = (word for line in text.splitlines() for word in shlex.split(line)[1:])
    return dict(word.split("=", 1) for word in words)


def product_env():
    """The environment without the settings of tests and of ./dev: the product refuses what it does not know."""
    ours = ("LEADSPOOL_TEST_", "LEADSPOOL_DEV_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


def database_with(parameter):
    """The record's URL with one more NAME=VALUE."""
    url = settings().database_url
    return f"{url}{'&' if '?' in url else '?'}{parameter}"


@functools.cache
def settings():
    known = os.environ if "KAFKA_BOOTSTRAP_SERVERS" in os.environ else dev_env()
    return Settings(
        database_url=known["DATABASE_URL"],
        redis_url=known["REDIS_URL"],
        bootstrap=known["KAFKA_BOOTSTRAP_SERVERS"],
        sasl=known["BROKER_SASL"],
        bin=Path(os.environ.get("LEADSPOOL_TEST_BIN", ROOT / ".dev" / "build" / "dev")),
        logs=ROOT / ".dev" / "log" / "tests",
    )
