"""All links as an operator locks them: certificates, passwords from files, rights of their own; and what is said
to whoever shows the wrong ones."""

import functools
import itertools
import json
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from confluent_kafka import Producer
from harness import roles, settle, wait_for
from harness.bus import command_headers
from harness.certificates import Authority
from harness.kafka_acls import acl_bindings, idle, run_by_a_shell
from harness.privacy import note_values
from harness.redis_server import RedisServer
from harness.secure_servers import SecureKafka, SecurePostgres
from harness.settings import ROOT, settings
from harness.space import Space

KEY_PASSWORD = "the key: {}%"
BY_PASSWORD = ("recycler", "exporter", "cli")  # the others show a certificate
KEYS = 40  # of 16 lanes, which four relays share: each of them meets some
ROWS = "Telephone,First Name\n" + "".join(f"504621{n:04},Zacharias\n" for n in range(KEYS))


class SecureSpace(Space):
    """A namespace on servers of its own."""

    def __init__(self, name):
        super().__init__(name)
        users = {f"{self.ns}_{service}": f"pass word/{service}%" for service in BY_PASSWORD}
        self.secrets = self.dir / "secrets"
        self.secrets.mkdir()
        self.authority = Authority(self.dir / "certificates")
        self.kafka = SecureKafka(self.authority, self.dir / "kafka", self.logs, users)
        self.postgres = SecurePostgres(self.authority, self.logs, users)
        self.redis = RedisServer(self, socket=True)
        self.has_roles = False  # env() here has them

    def start(self):
        self.kafka.start()
        self.redis.start()
        self.postgres.start()
        roles.make_roles(self.ns, self.postgres.url)
        self.postgres.set_passwords()
        self.kafka.wait_ready()
        self.acls = acl_bindings(self.cli("topics", "print", "--as", "kafka-acls").stdout)
        self.kafka.grant(self.acls)
        self.cli("migrate")
        return self

    def secret(self, name, text):
        """A file as systemd and Docker give one."""
        path = self.secrets / name
        if not path.exists():
            path.write_text(f"{text}\n")
        return str(path)

    def kafka_env(self, service):
        user = f"{self.ns}_{service}"
        links = {"KAFKA_SSL_CA_LOCATION": str(self.authority.crt)}
        if service in BY_PASSWORD:
            return links | {
                "KAFKA_BOOTSTRAP_SERVERS": self.kafka.at("sasl"),
                "KAFKA_SECURITY_PROTOCOL": "sasl_ssl",
                "KAFKA_SASL_MECHANISM": "PLAIN",
                "KAFKA_SASL_USERNAME": user,
                "KAFKA_SASL_PASSWORD_FILE": self.secret(f"{service}.kafka", f"pass word/{service}%"),
            }
        crt, key = self.authority.client(user, KEY_PASSWORD)
        return links | {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka.at("tls"),
            "KAFKA_SECURITY_PROTOCOL": "ssl",
            "KAFKA_SSL_CERTIFICATE_LOCATION": str(crt),
            "KAFKA_SSL_KEY_LOCATION": str(key),
            "KAFKA_SSL_KEY_PASSWORD_FILE": self.secret("key", KEY_PASSWORD),
        }

    def database(self, service, host="localhost", ca=None, mode="verify-full", password=None):
        user = f"{self.ns}_{service}"
        words = [f"host={host}", f"port={self.postgres.port}", "dbname=leadspool", f"user={user}",
                 f"sslmode={mode}", f"sslrootcert={ca or self.authority.crt}"]  # fmt: skip
        if service in BY_PASSWORD:
            words += [f"password='{password or f'pass word/{service}%'}'", "channel_binding=require"]
        else:
            crt, key = self.authority.client(user, KEY_PASSWORD)
            words += [f"sslcert={crt}", f"sslkey={key}", f"sslpassword='{KEY_PASSWORD}'"]
        return " ".join(words)

    def env(self, more=None, service="cli"):
        env = super().env() | self.kafka_env(service)
        for name in ("DATABASE_URL", "REDIS_URL"):
            env.pop(name)
        env["DATABASE_URL_FILE"] = self.secret(f"{service}.database", self.database(service))
        env["REDIS_URL_FILE"] = self.secret(
            f"{service}.redis", self.redis.user_url("stats" if service == "stats" else "reader")
        )
        for name, value in (more or {}).items():
            env.pop(f"{name}_FILE", None)
            env[name] = value
        return {name: value for name, value in env.items() if value is not None}

    def stop(self):
        self.end_processes()
        self.kafka.stop()
        self.postgres.stop()
        self.redis.kill9()
        self.drop()


@pytest.fixture
def secure(request):
    space = SecureSpace(request.node.name)
    try:
        yield space.start()
    finally:
        space.stop()


@pytest.mark.timeout(600)
def test_locked(secure):
    workers = {name: secure.worker(name, ready=False) for name in ("importer", "recycler", "stats", "exporter")}
    for worker in workers.values():
        worker.wait_ready(200)  # the first makes the broker's own topic
    work(secure)
    no_right_is_idle(secure)
    rights_are_missed(secure, workers)
    refused(secure)
    for log in secure.logs.glob("*.log"):
        text = log.read_text(errors="replace")
        assert "pass word" not in text and KEY_PASSWORD not in text, log
    assert [fault for worker in secure.workers for fault in worker.faults()] == []


def work(space):
    """Something of each service's, and of each topic that one reads."""
    space.cli("list", "create", "--list-id", "a", "--campaign", "c")
    file = space.dir / "rows.csv"
    file.write_text(ROWS)
    note_values(space.ns, [f"504621{n:04}" for n in range(KEYS)], ["Zacharias"])
    done = space.cli_json("import", file, "--list", "a", "--wait")
    assert done["inserted"] == KEYS, done
    space.cli("campaign", "put", "c", "--active", "--window", "mon-sun=00:00-24:00", "--law-pack", "none")
    space.cli("dnc", "add", "5046210001")
    space.cli("dialer-sim", "--campaign", "c", "--max-calls", KEYS, "--think", 0, "--duration", "30s")
    assert len(space.cli("export", "--list", "a").stdout.splitlines()) > 15
    wait_for(lambda: space.cli_json("stats", "--list", "a")["source"] == "redis", timeout=90, what="counters in Redis")
    space.cli("stats", "rebuild")
    assert space.cli_json("dlq", "ls") == []
    assert space.cli_json("doctor")["ok"]
    assert all(topic["ok"] for topic in space.cli_json("topics", "check"))


def no_right_is_idle(space):
    """Whatever one may do in Kafka was done: each relay has published to every topic that it may write to, the
    command line has sent what is dead again."""
    told = Producer({"bootstrap.servers": space.kafka.at("inner", "127.0.0.1"), "log_level": 2})
    letters = {acl.name for acl in space.acls if acl.name.endswith(".dlq")}
    taken = {name.removesuffix(".dlq") for name in letters}
    for n in range(KEYS):
        for topic in taken:
            told.produce(topic, key=f"bad{n}", value=b"{")
        lists = json.dumps({"list_id": f"list{n}", "campaign_id": "c"})
        told.produce(f"{space.ns}.importer.commands", key=f"list{n}", value=lists,
                     headers=list(command_headers("list.create", f"list{n}", "urn:test").items()))  # fmt: skip
    assert told.flush(60) == 0

    def all_dead():
        return len(space.cli_json("dlq", "ls")) == KEYS * len(taken)

    for _ in range(2):
        wait_for(all_dead, 180, 0.5, "dead letters")
        space.cli("dlq", "replay", "--all", "--yes", code=1)  # those of events stay
    wait_for(all_dead, 180, 0.5, "dead letters")

    rounds = itertools.count(1)

    def all_used():
        """Not at once: which relay has which lanes changes until all workers have been there for a while."""
        unused = idle(space.acls, space.kafka.log())
        for service in WORKERS:  # one at a time has the lane of counters
            if any(acl[:2] == (f"User:{space.ns}_{service}", "WRITE") and acl[3].endswith(".list.stats") for acl in unused):
                hand_counters_to(space, service)
                break
        if unused:
            upsert_more(space, told, next(rounds))
        assert not unused, f"{len(unused)} of {len(space.acls)} rights that nothing needed: {unused}"

    settle(all_used, 200, every=1)


def hand_counters_to(space, service):
    """Until the record says otherwise."""
    with psycopg.connect(space.postgres.url, autocommit=True, options=f"-c search_path={space.ns}") as db:
        db.execute(
            "UPDATE outbox_lane SET epoch = epoch + 1, lease_until = clock_timestamp() + interval '5 s', owner ="
            " (SELECT worker_id FROM worker WHERE service = %s ORDER BY alive_until DESC LIMIT 1) WHERE lane = 16",
            [service],
        )


def upsert_more(space, told, round):
    """Leads that are offered: events of theirs on all lanes."""
    leads = [{"phone": f"+1504621{1000 + round * KEYS + n}"} for n in range(KEYS)]
    note_values(space.ns, [lead["phone"] for lead in leads], [])
    told.produce(f"{space.ns}.importer.commands", key="a", value=json.dumps({"list_id": "a", "leads": leads}),
                 headers=list(command_headers("lead.upsert", f"more{round}", "urn:test").items()))  # fmt: skip
    assert told.flush(60) == 0


WORKERS = ("importer", "recycler", "stats", "exporter")
TAKEN = {"importer": "importer.commands", "recycler": "dialer.outcomes", "stats": "stats.commands",
         "exporter": "exporter.commands"}  # fmt: skip
MISSED = "a right is missing"


def rights_of(space, service, operation, name):
    found = [acl for acl in space.acls if acl.principal == f"User:{space.ns}_{service}"
             and acl.operation.name == operation and acl.name == f"{space.ns}.{name}"]  # fmt: skip
    assert len(found) == 1, (service, operation, name, found)
    return found


def rights_are_missed(space, workers):
    """One of each kind, of all services: each says so, and goes on when it has it again."""
    assert [fault for worker in workers.values() for fault in worker.faults()] == []
    told = Producer({"bootstrap.servers": space.kafka.at("inner", "127.0.0.1"), "log_level": 2})
    for worker in workers.values():
        worker.may_miss_rights = True
    one_is_missed(space, workers, "Read", "topic", TAKEN)
    all_read(space, told)
    for topic, cause in (("lead.events", more_leads), ("importer.commands.dlq", more_letters)):
        one_is_missed(space, workers, "Write", "topic", dict.fromkeys(TAKEN, topic),
                      functools.partial(cause, space, told))  # fmt: skip
    one_is_missed(space, workers, "Read", "group", {service: service for service in TAKEN})
    none_is_there(space, workers["importer"], told)
    assert len(space.cli("export", "--list", "a").stdout.splitlines()) > 15
    taken = rights_of(space, "cli", "WRITE", "importer.commands")
    space.kafka.revoke(*taken)
    assert MISSED in space.cli("list", "create", "--list-id", "z", "--campaign", "c", code=1).stderr
    space.kafka.grant(taken)


def one_is_missed(space, workers, operation, kind, names, cause=lambda attempt: None):
    """names: {service: the resource}; cause(attempt): what makes them use it, again until each has: which relay has
    which lanes may change meanwhile."""
    taken = [acl for service in workers for acl in rights_of(space, service, operation.upper(), names[service])]
    before = {service: len(worker.log()) for service, worker in workers.items()}
    for acl in taken:
        space.kafka.revoke(acl)

    def silent():
        """Those that have not said it, in the log and now."""
        said = {service: f"{MISSED}: {operation} of {kind} {space.ns}.{name}: " for service, name in names.items()}
        return [service for service, worker in workers.items()
                if said[service] not in worker.log()[before[service] :] or said[service] not in worker.get("/readyz")[1]]  # fmt: skip

    deadline = time.monotonic() + 120
    for attempt in itertools.count():
        cause(attempt)
        try:
            wait_for(lambda: not silent(), 10, 0.1)
            break
        except AssertionError:
            assert time.monotonic() < deadline, f"{operation} of {kind}: not said by {silent()}"
    space.kafka.grant(taken)
    for worker in workers.values():
        worker.wait_ready(90)


def all_read(space, told):
    """Also a topic that its reader may have left out of its subscription meanwhile, and whose right it has seen again
    before it did."""
    def dead():
        return [sum(topic in letter["letter"] for letter in space.cli_json("dlq", "ls")) for topic in TAKEN.values()]

    wait_for(lambda: (before := dead()) and time.sleep(1) is None and dead() == before, 60, what="no dead letter is under way")
    before = dead()
    for topic in TAKEN.values():
        told.produce(f"{space.ns}.{topic}", key="again", value=b"{")
    assert told.flush(60) == 0
    wait_for(lambda: dead() == [count + 1 for count in before], 60, 0.5, "what is dead, of all topics")


def none_is_there(space, worker, told):
    """What it asks for first is named; without any to write, a broker takes no producer of its kind."""
    taken = [acl for acl in space.acls if acl.principal == f"User:{space.ns}_importer"]
    for acl in taken:
        space.kafka.revoke(acl)
    worker.terminate()
    worker.start()
    more_letters(space, told, topic="recycler.commands")
    wanted = {f"Read of group {space.ns}.importer", f"Read of topic {space.ns}.importer.commands",
              f"Read of topic {space.ns}.dnc.commands", f"Write of any topic of namespace {space.ns}"}  # fmt: skip

    def unsaid():
        body = worker.get("/readyz")[1]
        return {right for right in wanted if f"{MISSED}: {right}: " not in body}

    wait_for(lambda: not unsaid(), 120, 0.1, "all that it lacks, by /readyz")
    space.kafka.grant(taken)
    worker.wait_ready(90)


def more_leads(space, told, attempt):
    upsert_more(space, told, 100 + attempt)


def more_letters(space, told, attempt=0, topic="importer.commands"):
    """On all lanes."""
    for n in range(KEYS):
        told.produce(f"{space.ns}.{topic}", key=f"worse{attempt}.{n}", value=b"{")
    assert told.flush(60) == 0


def refused(space):
    """Each in a command of its own, beside each other: what is said names what to look at."""
    stranger = Authority(space.dir / "strangers")
    crt, key = stranger.client(f"{space.ns}_importer")
    by_certificate = space.kafka_env("importer")
    strange = by_certificate | {
        "KAFKA_SSL_CERTIFICATE_LOCATION": str(crt),
        "KAFKA_SSL_KEY_LOCATION": str(key),
        "KAFKA_SSL_KEY_PASSWORD_FILE": None,
    }
    sasl_off = dict.fromkeys(("KAFKA_SASL_MECHANISM", "KAFKA_SASL_USERNAME", "KAFKA_SASL_PASSWORD_FILE"))
    none = strange | {"KAFKA_SSL_CERTIFICATE_LOCATION": None, "KAFKA_SSL_KEY_LOCATION": None}
    topics, lists = ("topics", "check"), ("list", "ls")
    cases = {
        "kafka: a broker of a strange authority": (
            topics, {"KAFKA_SSL_CA_LOCATION": str(stranger.crt)}, "certificate.*KAFKA_SSL_CA_LOCATION"),
        "kafka: another host": (
            topics, {"KAFKA_BOOTSTRAP_SERVERS": space.kafka.at("sasl", "127.0.0.1")}, "certificate.*names in"),
        "kafka: a wrong password": (
            topics, {"KAFKA_SASL_PASSWORD": "wrong"}, "uthentication failed.*KAFKA_SASL_PASSWORD"),
        "kafka: a strange certificate": (topics, sasl_off | strange, "our (own )?certificate"),
        "kafka: no certificate": (topics, sasl_off | none, "our (own )?certificate"),
        "kafka: SCRAM": (topics, {"KAFKA_SASL_MECHANISM": "SCRAM-SHA-512"}, "nonce.*mTLS, PLAIN over TLS"),
        "postgresql: a server of a strange authority": (
            lists, {"DATABASE_URL": space.database("cli", ca=stranger.crt)}, "certificate verify failed"),
        "postgresql: another host": (
            lists, {"DATABASE_URL": space.database("cli", host="127.0.0.1")}, "does not match host name"),
        "postgresql: a wrong password": (
            lists, {"DATABASE_URL": space.database("cli", password="wrong")}, "password authentication failed"),
        "postgresql: no TLS": (
            lists, {"DATABASE_URL": space.database("cli", mode="disable").replace("channel_binding=require", "")},
            "no encryption"),
        "postgresql: a password that is not quoted": (
            lists, {"DATABASE_URL": "host=localhost password=pass word/cli%"}, "percent-encoded"),
        "redis: TLS": (lists, {"REDIS_URL": "rediss://127.0.0.1/0"}, "hiredis 0.14 has no TLS.*stunnel.*unix://"),
    }  # fmt: skip

    def told(name):
        words, env, says = cases[name]
        done = space.cli(*words, env=env, code=None, timeout=60)
        assert done.returncode in (1, 2), (name, done)
        assert re.search(says, done.stderr, re.DOTALL), (name, done.stderr)
        assert "pass word" not in done.stderr + done.stdout, name
        return name

    with ThreadPoolExecutor(4) as pool:
        assert len(list(pool.map(told, cases))) == len(cases)
    wrong = {"REDIS_URL": space.redis.user_url("stats").replace(roles.PASSWORD, "wrong")}
    assert space.cli_json("stats", "--list", "a", env=wrong)["source"] == "postgresql"
    stats = space.worker("stats", env=wrong, ready=False)
    wait_for(lambda: "WRONGPASS" in stats.log(), 60, what="what Redis says to a wrong password")
    stats.end()


SECRET = "17-bytes-of-a-key"
SECRETS = {
    "LEADSPOOL_NUMBER_KEY": SECRET,
    "KAFKA_SASL_PASSWORD": SECRET,
    "KAFKA_SSL_KEY_PASSWORD": SECRET,
    "DATABASE_URL": f"postgresql://u:{SECRET}@localhost/x",
    "REDIS_URL": f"redis://u:{SECRET}@localhost",
}


def security_steps():
    """The commands that docs/security.md has for who may do what."""
    text = (ROOT / "docs" / "security.md").read_text()
    return re.search(r"\*\*Rights\.\*\*.*?```\n(.*?)```", text, re.DOTALL)[1].splitlines()


def test_rights_are_there_before_they_are_used():
    """migrate makes topics and logs in; test_locked goes the same way."""
    steps = security_steps()
    words = ("roles.sql", r"\password leadspool_$role", "--as kafka-acls", "leadspool migrate")
    assert [[word for word in words if word in step] for step in steps] == [[word] for word in words]


@pytest.mark.parametrize("tool", ["kafka-acls", "kafka-topics"])
def test_printed_commands_log_in(tmp_path, tool):
    command = [settings().bin / "leadspool", "topics", "print", "--as", tool]
    printed = subprocess.run(command, env={"KAFKA_BOOTSTRAP_SERVERS": "b:1"}, check=True, capture_output=True, text=True)
    lines = printed.stdout.splitlines()
    assert len(lines) > 15
    config = tmp_path / "of the admin.properties"
    for env, login in ({}, []), ({"ADMIN_CONFIG": str(config)}, ["--command-config", str(config)]):
        said = run_by_a_shell(printed.stdout, tmp_path, f"{tool}.sh", **env)
        assert len(said) == len(lines)
        for words in said:
            assert words[: 2 + len(login)] == ["--bootstrap-server", "b:1", *login]
            assert words[2 + len(login)] in ("--add", "--create")


def importer_says(option, code, **env):
    """What it prints, with no secret in it."""
    command = [settings().bin / "leadspool-importer", option]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=30)
    assert done.returncode == code, (env, done)
    assert SECRET not in done.stdout + done.stderr, done
    return done.stdout + done.stderr


def test_a_worker_whose_database_url_cannot_be_read_says_so():
    env = {"DATABASE_URL": "host=localhost password=pass word/x%"}
    done = subprocess.run([settings().bin / "leadspool-importer"], env=env, capture_output=True, text=True, timeout=60)
    assert done.returncode not in (0, -6) and "percent-encoded" in done.stderr and "migrate" not in done.stderr, done


@pytest.mark.parametrize("name", SECRETS)
def test_secret_from_a_file(tmp_path, name):
    """One newline at the end is dropped; what cannot be read, or is given twice, stops the start; none is shown."""
    value, file = SECRETS[name], tmp_path / "secret"
    from_file = {f"{name}_FILE": str(file)}
    shown = re.escape({"KAFKA_SASL_PASSWORD": "kafka sasl.password", "KAFKA_SSL_KEY_PASSWORD": "kafka ssl.key.password"}
                      .get(name, name))  # fmt: skip
    assert "No such file" in importer_says("--check-config", 2, **from_file)
    file.write_text("")
    assert "is empty" in importer_says("--check-config", 2, **from_file)
    file.write_text(value + "\n")
    assert re.search(rf"^{shown}=\*+ \(file\)$", importer_says("--check-config", 0, **from_file), re.MULTILINE)
    says = importer_says("--check-config", 0, **{name: value})
    assert re.search(rf"^{shown}=\*+ \(environment\)$", says, re.MULTILINE)
    says = importer_says("--check-config", 2, **{name: value}, **from_file)
    assert name in says and "give" in says
    importer_says("--help", 0, **{name: value})
