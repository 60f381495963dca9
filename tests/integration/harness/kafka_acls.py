"""Who may do what in Kafka: what `leadspool topics print --as kafka-acls` prints, as an AdminClient takes it.

The private broker has one user for each service, whom the namespaces of all scenarios share: what he may do in
each is granted with it, and taken away with it."""

import functools
import os
import re
import shlex
import subprocess

from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    ResourcePatternType,
    ResourceType,
)

from harness.bus import admin
from harness.settings import settings
from harness.wait import wait_for

PATTERN = "acls"  # the namespace that stands for any
OPERATIONS = {
    "Read": AclOperation.READ,
    "Write": AclOperation.WRITE,
    "Create": AclOperation.CREATE,
    "Describe": AclOperation.DESCRIBE,
    "DescribeConfigs": AclOperation.DESCRIBE_CONFIGS,
}


TOOL = """#!/bin/sh
for word; do printf '%s\\0' "$word" >>"$SAID"; done
echo >>"$SAID"
"""


def run_by_a_shell(commands, folder, tool, **env):
    """The words that each of the printed commands gives Kafka's tool."""
    said = folder / "said"
    said.write_bytes(b"")
    (folder / tool).write_text(TOOL)
    (folder / tool).chmod(0o755)
    env |= {"PATH": f"{folder}:{os.environ['PATH']}", "SAID": str(said)}
    subprocess.run(["sh", "-e"], input=commands, env=env, check=True, text=True, timeout=60)
    return [line.split("\0")[:-1] for line in said.read_text().splitlines()]


def acl_bindings(commands):
    """What was printed, as kafka-acls.sh understands it."""
    found = []
    for line in commands.splitlines():
        words = shlex.split(line)
        assert words[0] == "kafka-acls.sh" and "--add" in words, line
        options = dict(zip(words[1:], words[2:], strict=False))
        [kind] = [kind for kind in ("topic", "group") if f"--{kind}" in options]
        prefixed = options.get("--resource-pattern-type") == "prefixed"
        found.append(
            AclBinding(
                ResourceType[kind.upper()],
                options[f"--{kind}"],
                ResourcePatternType.PREFIXED if prefixed else ResourcePatternType.LITERAL,
                options["--allow-principal"],
                "*",
                OPERATIONS[options["--operation"]],
                AclPermissionType.ALLOW,
            )
        )
    return found


@functools.cache
def printed():
    env = {name: value for name, value in os.environ.items() if not name.startswith(("LEADSPOOL_", "KAFKA_"))}
    command = [settings().bin / "leadspool", "topics", "print", "--as", "kafka-acls"]
    env |= {"LEADSPOOL_NAMESPACE": PATTERN}
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True, timeout=60).stdout


def bindings_of(ns):
    """Those of a namespace, for the users of the private broker."""
    return acl_bindings(printed().replace(f"User:{PATTERN}_", "User:").replace(f" {PATTERN}.", f" {ns}."))


def any_of(restype=ResourceType.ANY, name=None, pattern=ResourcePatternType.ANY, principal=None):
    return AclBindingFilter(restype, name, pattern, principal, None, AclOperation.ANY, AclPermissionType.ANY)


def grant(ns):
    """Begins it; what it returns waits until they hold, which is a moment after the broker's answer."""
    asked = admin().create_acls(bindings_of(ns))
    last = any_of(ResourceType.TOPIC, f"{ns}.", ResourcePatternType.PREFIXED, "User:owner")

    def settled():
        for done in asked.values():
            done.result()
        wait_for(lambda: admin().describe_acls(last).result(), every=0.02, what="rights in Kafka")

    return settled


def revoke(ns):
    """Begins it; what it returns waits for its end."""
    resources = {(acl.restype, acl.name, acl.resource_pattern_type) for acl in bindings_of(ns)}
    asked = admin().delete_acls([any_of(*resource) for resource in resources])

    def settled():
        for done in asked.values():
            done.result()

    return settled


ALLOWED = re.compile(r"Principal = (User:\S+) is Allowed operation = (\w+) from .* on resource = (\w+):LITERAL:(\S+) for ")


def idle(bindings, log):
    """Those that nothing in a broker's log, its authorizer at DEBUG, was allowed by. What a right implies does not
    count: whoever writes may describe."""
    used = {tuple(words) for words in ALLOWED.findall(log)}

    def was_used(acl):
        is_it = str.startswith if acl.resource_pattern_type == ResourcePatternType.PREFIXED else str.__eq__
        wanted = (acl.principal, acl.operation.name, acl.restype.name.title())
        return any(words[:3] == wanted and is_it(words[3], acl.name) for words in used)

    return [(acl.principal, acl.operation.name, acl.restype.name, acl.name) for acl in bindings if not was_used(acl)]
