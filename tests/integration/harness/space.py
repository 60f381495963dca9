"""A namespace of a test's own: PostgreSQL schema, Kafka topics, Redis keys, inbox and outbox."""

import json
import os
import shutil
import subprocess
import tempfile
import uuid
from pathlib import Path

import psycopg
import redis

from harness import bus, kafka_acls, roles
from harness.dialer import Dialer, DialerSim
from harness.process import Worker
from harness.settings import settings


class Space:
    # With a few workers beside each other the processors are busy with looking for what is not there. Of a fetch this is
    # the wait where nothing is; what comes is seen at once. Benchmarks have what users have.
    pace = {"LEADSPOOL_RELAY_IDLE_MS": "100", "KAFKA_CONSUMER_FETCH_WAIT_MAX_MS": "250"}  # fmt: skip

    def __init__(self, name):
        self.ns = f"t{uuid.uuid4().hex[:8]}"
        self.dir = Path(tempfile.mkdtemp(prefix=f"leadspool-{self.ns}-"))
        self.inbox = self.dir / "inbox"
        self.outbox = self.dir / "outbox"
        self.logs = settings().logs / f"{name[:100]}-{self.ns}"
        for folder in (self.inbox, self.outbox, self.logs):
            folder.mkdir(parents=True)
        self.workers = []
        self.dialers = []  # dialer-sim processes, and those that tests play
        self.extra_env = {}  # settings for every process of this space
        self.sent = []  # place of each command that was sent
        self.bad = set()  # places of messages that break the schemas on purpose
        self.check_messages = True  # False: the test damages topics
        self.check_every = 1  # n: schemas are held against each n-th message only
        self.connection = None
        self.has_roles = False

    # -- processes

    def env(self, more=None, service=None):
        """The environment of the product's processes; None as a value takes a variable away. service: whose
        logins it has; without one the superuser's."""
        env = {k: v for k, v in os.environ.items() if not k.startswith("LEADSPOOL_")}
        env |= {
            "DATABASE_URL": settings().database_url,
            "REDIS_URL": settings().redis_url,
            "KAFKA_BOOTSTRAP_SERVERS": settings().bootstrap,
            "LEADSPOOL_NAMESPACE": self.ns,
            "LEADSPOOL_TOPIC_PARTITIONS": "3",  # making one costs the broker 13 ms
            **self.pace,
            "LEADSPOOL_INBOX": str(self.inbox),
            "LEADSPOOL_OUTBOX": str(self.outbox),
        }
        env |= self.extra_env | (more or {})
        env = {k: v for k, v in env.items() if v is not None}
        return roles.as_service(env, self.ns, service) if service and self.has_roles else env

    def importer(self, env=None, ready=True):
        """A running leadspool-importer; ready=False does not wait for it."""
        return self.worker("importer", env, ready)

    def recycler(self, env=None, ready=True):
        """A running leadspool-recycler; ready=False does not wait for it."""
        return self.worker("recycler", env, ready)

    def exporter(self, env=None, ready=True):
        """A running leadspool-exporter; ready=False does not wait for it."""
        return self.worker("exporter", env, ready)

    def stats(self, env=None, ready=True):
        """A running leadspool-stats; ready=False does not wait for it."""
        return self.worker("stats", env, ready)

    def worker(self, service, env=None, ready=True):
        count = sum(worker.name.startswith(service) for worker in self.workers)
        worker = Worker(self, service, f"{service}{count + 1}", env)
        self.workers.append(worker)
        worker.start()
        return worker.wait_ready() if ready else worker

    def dialer_sim(self, *options, name=None, env=None):
        """A running `leadspool dialer-sim`; options as on its command line."""
        dialer = DialerSim(self, name or f"sim{len(self.dialers) + 1}", options, env)
        self.dialers.append(dialer)
        return dialer.start()

    def dialer(self, name="hand", clock=None):
        """One that the test plays."""
        self.dialers.append(Dialer(self, name, clock))
        return self.dialers[-1]

    @property
    def calls(self):
        """What all dialers noted: the files that judge.py reads."""
        return [dialer.calls for dialer in self.dialers if dialer.calls.exists()]

    def cli(self, *args, code=0, env=None, input=None, timeout=120):
        """Runs `leadspool ARGS` and returns the ended process; code=None allows any exit code."""
        done = subprocess.run(
            [settings().bin / "leadspool", *map(str, args)],
            env=self.env(env, "owner" if args[:1] == ("migrate",) else "cli"),
            input=input,
            stdin=subprocess.DEVNULL if input is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
        )
        assert code is None or done.returncode == code, (
            f"leadspool {' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        )
        return done

    def library(self, source, *words):
        """C that stands in the place of library functions, for LD_PRELOAD; words for its compiler."""
        code, library = self.dir / "library.c", self.dir / "library.so"
        code.write_text(source)
        subprocess.run(["cc", *words, "-shared", "-fPIC", "-o", library, code], check=True)
        return str(library)

    def popen(self, *args):
        """`leadspool ARGS` as a process that goes on; its standard output is a pipe."""
        command = [settings().bin / "leadspool", *map(str, args)]
        return subprocess.Popen(command, env=self.env(service="cli"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def cli_json(self, *args, **more):
        """What `leadspool --json` prints: one line, one value."""
        out = self.cli(*args, "--json", **more).stdout
        assert out.count("\n") == 1, out
        return json.loads(out)

    # -- PostgreSQL

    @property
    def db(self):
        if self.connection is None or self.connection.closed:
            self.connection = db(self)
        return self.connection

    def disconnect(self):
        """For a test that restarted PostgreSQL: the connection from before tells of that at its next use."""
        if self.connection:
            self.connection.close()

    def rows(self, sql, *params):
        return self.db.execute(sql, params or None).fetchall()

    def row(self, sql, *params):
        [row] = self.rows(sql, *params)
        return row

    def value(self, sql, *params):
        [value] = self.row(sql, *params)
        return value

    def waiting_for(self, *pids):
        """How many sessions wait for what one of these has locked."""
        return self.value("SELECT count(*) FROM pg_stat_activity WHERE pg_blocking_pids(pid) && %s::int[]", list(pids))

    # -- life

    def create(self):
        roles.make_logins(self.ns)
        self.has_roles = True
        self.cli("migrate")
        return self

    def end_processes(self):
        for worker in self.workers:
            worker.end()
        for dialer in self.dialers:
            dialer.close()

    def drop(self):
        """Takes the namespace away from all three servers, and its folders; the logs stay."""
        self.end_processes()
        self.disconnect()
        with psycopg.connect(settings().database_url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_class c ON c.oid = l.relation"
                " JOIN pg_namespace n ON n.oid = c.relnamespace"
                " WHERE n.nspname = %s AND l.pid <> pg_backend_pid()",
                (self.ns,),
            )
            connection.execute(f'DROP SCHEMA IF EXISTS "{self.ns}" CASCADE')
            roles.drop_roles(connection, self.ns)
        settled = kafka_acls.revoke(self.ns)
        bus.drop_topics(self)
        settled()
        with redis.Redis.from_url(settings().redis_url) as client:
            keys = list(client.scan_iter(f"{self.ns}:*", count=1000))
            for start in range(0, len(keys), 1000):
                client.unlink(*keys[start : start + 1000])
            roles.drop_users(client, self.ns)
        shutil.rmtree(self.dir, ignore_errors=True)


def db(space):
    """A connection of its own that sees the namespace's tables; autocommit."""
    options = f"-c search_path={space.ns}"
    return psycopg.connect(settings().database_url, autocommit=True, options=options)
