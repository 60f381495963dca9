"""Images for a place that no hub can be reached from: Debian's packages and Maven's jars, under names that
docker-compose.yml takes by variable; and leadspool's own, by its Dockerfile."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from harness.settings import ROOT

HERE = Path(__file__).parent / "images"
WORK = ROOT / ".dev" / "engine" / "images"
NAMES = {
    "IMAGE_DEBIAN": "leadspool-stand-in/debian:12-slim",
    "IMAGE_KAFKA": "leadspool-stand-in/kafka",
    "IMAGE_POSTGRES": "leadspool-stand-in/postgres:15",
    "IMAGE_REDIS": "leadspool-stand-in/redis:7",
    "IMAGE_LEADSPOOL": "leadspool-stand-in/leadspool",
}


KEPT = "leadspool-stand-in/kept"


def docker(*words, **options):
    return subprocess.run(["docker", *map(str, words)], check=True, text=True, **options)


def is_there(name):
    return bool(docker("images", "--quiet", name, capture_output=True).stdout)


def make_debian():
    if is_there(NAMES["IMAGE_DEBIAN"]):
        return
    WORK.mkdir(parents=True, exist_ok=True)
    with subprocess.Popen([HERE / "debian.sh", WORK / "debian"], stdout=subprocess.PIPE) as made:
        docker("import", "-", NAMES["IMAGE_DEBIAN"], stdin=made.stdout)
    assert made.returncode == 0


def build(variable, dockerfile, context):
    """With the engine's own network, which is where the package mirror is in reach. Layers are kept: what did
    not change is there at once."""
    base = f"DEBIAN_IMAGE={NAMES['IMAGE_DEBIAN']}"
    docker("build", "--network", "host", "--build-arg", base, "-f", dockerfile, "-t", NAMES[variable], context)


def kafka_context():
    context = WORK / "kafka"
    shutil.rmtree(context, ignore_errors=True)
    shutil.copytree(ROOT / ".dev" / "kafka" / "libs", context / "libs", copy_function=os.link)
    shutil.copy2(HERE / "kafka-entrypoint", context)
    return context


def forget_ours():
    """So that compose has to build it. What it is made of stays, under another name."""
    docker("tag", NAMES["IMAGE_LEADSPOOL"], KEPT)
    docker("image", "rm", NAMES["IMAGE_LEADSPOOL"], stdout=subprocess.DEVNULL)


def builds_of_ours(since):
    """How often the engine named an image so, since then by its clock."""
    words = ("events", "--since", since, "--until", time.time(), "--filter", "event=tag")
    named = docker(*words, "--format", "{{.Actor.Attributes.name}}", capture_output=True).stdout.split()
    return [name.removesuffix(":latest") for name in named].count(NAMES["IMAGE_LEADSPOOL"])


def make_all():
    make_debian()
    build("IMAGE_REDIS", HERE / "redis.Dockerfile", HERE)
    build("IMAGE_POSTGRES", HERE / "postgres.Dockerfile", HERE)
    build("IMAGE_KAFKA", HERE / "kafka.Dockerfile", kafka_context())
    build("IMAGE_LEADSPOOL", ROOT / "deploy" / "docker" / "Dockerfile", ROOT)
