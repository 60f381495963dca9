"""A right in Kafka that somebody lacks: log, /readyz and the command line name it, and what it is to."""

from confluent_kafka.admin import AclBindingFilter
from harness import wait_for
from harness.bus import admin
from harness.kafka_acls import bindings_of
from scenario import create_list, send_command

GIVES = "`leadspool topics print --as kafka-acls`"


class Rights:
    """Those of one service in the namespace, of which some are taken away."""

    def __init__(self, space, service):
        self.ns = space.ns
        self.all = [acl for acl in bindings_of(space.ns) if acl.principal == f"User:{service}"]

    def find(self, operation, kind, name=""):
        found = [acl for acl in self.all if (acl.operation.name, acl.restype.name) == (operation, kind)
                 and (not name or acl.name == f"{self.ns}.{name}")]  # fmt: skip
        assert found, (operation, kind, name)
        return found

    def take(self, acls):
        asked = [AclBindingFilter(acl.restype, acl.name, acl.resource_pattern_type, acl.principal, acl.host,
                                  acl.operation, acl.permission_type) for acl in acls]  # fmt: skip
        for done in admin().delete_acls(asked).values():
            assert len(done.result()) == 1
        for one in asked:  # the broker's answer comes a moment before
            wait_for(lambda one=one: not admin().describe_acls(one).result(), every=0.02, what="the right gone")
        return acls

    def give(self, acls):
        for done in admin().create_acls(acls).values():
            done.result()


def use_dlq(space):
    send_command(space, "importer.commands", "k", "list.create", {"no": "list"}, headers={"ce_id": None}, bad=True)


def use_commands(space):
    tell_create(space, "b")


def nothing(space):
    pass


def tell_create(space, list_id):
    send_command(space, "importer.commands", "k", "list.create", {"list_id": list_id, "campaign_id": "c"})


def told(workers, named):
    return any(named in worker.log() and named in worker.get("/readyz")[1] for worker in workers)


WORKERS = [  # service, how many of it, operation, kind, name, what makes it be used
    ("importer", 1, "READ", "GROUP", "importer", use_commands),
    ("importer", 1, "WRITE", "TOPIC", "importer.commands.dlq", use_dlq),
    ("stats", 2, "READ", "TOPIC", "stats.commands", nothing),  # one of them reads it; afterwards it may be the other
]


def test_a_worker_names_a_right_that_it_lacks(space):
    """In the log and by /readyz, as long as it lacks it, and no longer."""
    for service, count, operation, kind, name, use in WORKERS:
        workers = [worker for worker in space.workers if worker.service == service]
        workers += [space.worker(service, ready=False) for _ in range(count - len(workers))]
        for worker in workers:
            worker.wait_ready().may_miss_rights = True
        rights = Rights(space, service)
        taken = rights.take(rights.find(operation, kind, name))
        use(space)
        named = f"a right is missing: {operation.title()} of {kind.lower()} {space.ns}.{name}: {GIVES}"
        wait_for(lambda: told(workers, named), 20, what=f"{named!r} in the log and by /readyz")  # noqa: B023
        assert any(worker.get("/readyz")[0] == 503 for worker in workers)
        rights.give(taken)
        for worker in workers:
            worker.wait_ready()
    create_list(space, "z", campaign_id="c")
    said = [line for worker in space.workers for line in worker.log().splitlines() if "kafka.right_missing" in line]
    assert all(any(f" {space.ns}.{row[4]}: " in line for row in WORKERS) for line in said), said  # and no other



CREATE = ("list", "create", "--list-id", "b", "--campaign", "c")
CLI = [  # whose, what is taken away, the command, the right that is named
    ("cli", ("READ", "TOPIC"), CREATE, "Describe of topic {}.command.events"),
    ("cli", ("WRITE", "TOPIC", "importer.commands"), CREATE, "Write of topic {}.importer.commands"),
    ("cli", ("DESCRIBE_CONFIGS", "TOPIC"), ("topics", "check"), "DescribeConfigs of topic {}.importer.commands"),
    ("cli", (), ("topics", "check"), "Describe of topic {}.importer.commands"),
    ("cli", (), ("dlq", "ls"), "Describe of topic {}.importer.commands.dlq"),
    ("owner", ("DESCRIBE", "TOPIC"), ("migrate",), "Describe of topic {}.importer.commands"),
    ("owner", ("DESCRIBE", "TOPIC"), ("migrate", "--plan"), "Describe of topic {}.importer.commands"),
    ("owner", ("CREATE", "TOPIC"), ("migrate",), "Create of topic {}.dnc.commands"),
    ("owner", (), ("migrate",), "Describe of topic {}.importer.commands"),
]


def test_a_command_names_a_right_that_it_lacks(space):
    """At once, and not that a topic is missing, or that nobody answers."""
    topic = f"{space.ns}.dnc.commands"
    for done in admin().delete_topics([topic]).values():
        done.result()
    wait_for(lambda: topic not in admin().list_topics(timeout=5).topics, what="the topic gone")
    for service, right, words, named in CLI:
        rights = Rights(space, service)
        taken = rights.take(rights.find(*right) if right else rights.all)
        done = space.cli(*words, code=1, timeout=15)
        assert f"a right is missing: {named.format(space.ns)}" in done.stderr and GIVES in done.stderr, (words, right, done.stderr)
        rights.give(taken)
    wait_for(lambda: space.cli("migrate", timeout=15, code=None).returncode == 0, what="rights that are there again")
    assert all(topic["ok"] for topic in space.cli_json("topics", "check"))
