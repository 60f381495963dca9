"""PostgreSQL, Kafka and Redis of a test's own, that let nobody in who does not show who he is."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
from confluent_kafka import KafkaException
from confluent_kafka.admin import AclBindingFilter, AdminClient

from harness.process import free_port
from harness.settings import ROOT
from harness.wait import wait_for

PG_BIN = Path("/usr/lib/postgresql/15/bin")
KAFKA_LIBS = ROOT / ".dev" / "kafka" / "libs"


class SecurePostgres:
    """TLS only; a client's certificate or a password, by user. url: the superuser's, through its socket."""

    def __init__(self, authority, logs, passwords):
        self.dir = Path(tempfile.mkdtemp(prefix="leadspool-pg-"))
        self.port = free_port()
        self.logs = logs
        self.url = f"postgresql://leadspool@/leadspool?host={self.dir}&port={self.port}"
        self.passwords = passwords
        self.owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None
        crt, key = authority.server()
        for source, name in ((crt, "server.crt"), (key, "server.key"), (authority.crt, "ca.crt")):
            shutil.copy(source, self.dir / name)
        (self.dir / "server.key").chmod(0o600)
        for path in (self.dir, *self.dir.iterdir()):
            if self.owner:
                os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        self.process = None

    def run(self, *command):
        who = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        with (self.logs / "postgres.log").open("ab") as log:
            return subprocess.Popen(
                [PG_BIN / command[0], *command[1:]], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd="/", **who
            )

    def hba(self):
        users = ",".join(self.passwords)
        return (
            "local all all trust\n"
            f"hostssl leadspool {users} 127.0.0.0/8 scram-sha-256\n"
            "hostssl leadspool all 127.0.0.0/8 cert\n"
        )

    def start(self):
        data = self.dir / "data"
        init = self.run("initdb", "--pgdata", data, "--username=leadspool", "--auth=trust", "--encoding=UTF8",
                        "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        assert init.wait(120) == 0
        (data / "pg_hba.conf").write_text(self.hba())
        options = {
            "listen_addresses": "127.0.0.1,127.0.0.2",
            "port": self.port,
            "log_line_prefix": "%m [%p] %u ",
            "unix_socket_directories": self.dir,
            "fsync": "off",
            "ssl": "on",
            "ssl_cert_file": self.dir / "server.crt",
            "ssl_key_file": self.dir / "server.key",
            "ssl_ca_file": self.dir / "ca.crt",
        }
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        self.process = self.run("postgres", "-D", data, *words)
        wait_for(self.answers, 60, what="PostgreSQL")
        with psycopg.connect(self.url.replace("/leadspool?", "/postgres?"), autocommit=True) as connection:
            connection.execute("CREATE DATABASE leadspool")

    def answers(self):
        assert self.process.poll() is None, self.logs
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url.replace("/leadspool?", "/postgres?")).close()
            return True

    def set_passwords(self):
        with psycopg.connect(self.url, autocommit=True) as connection:
            for user, password in self.passwords.items():
                connection.execute(f"ALTER ROLE \"{user}\" PASSWORD '{password}'")

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
        shutil.rmtree(self.dir, ignore_errors=True)


KAFKA_PROPERTIES = """
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=INNER://127.0.0.1:{inner},TLS://127.0.0.1:{tls},SASL://127.0.0.1:{sasl},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=INNER://127.0.0.1:{inner},TLS://localhost:{tls},SASL://localhost:{sasl}
listener.security.protocol.map=INNER:PLAINTEXT,TLS:SSL,SASL:SASL_SSL,CONTROLLER:PLAINTEXT
controller.listener.names=CONTROLLER
inter.broker.listener.name=INNER
log.dirs={data}
auto.create.topics.enable=false
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=8388608
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:ANONYMOUS
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={truststore}
listener.name.tls.ssl.client.auth=required
listener.name.tls.ssl.principal.mapping.rules=RULE:^CN=([^,]+).*$/$1/
listener.name.sasl.sasl.enabled.mechanisms=PLAIN
listener.name.sasl.plain.sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule required {users};
"""


class SecureKafka:
    """tls: a client's certificate names the user. sasl: a password does. inner: whoever may do anything."""

    def __init__(self, authority, folder, logs, passwords):
        self.dir = folder
        folder.mkdir()
        self.logs = logs
        self.ports = {name: free_port() for name in ("inner", "tls", "sasl", "controller")}
        crt, key = authority.server()
        keystore = folder / "server.pem"
        keystore.write_text(key.read_text() + crt.read_text())
        users = " ".join(f'user_{user}="{password}"' for user, password in passwords.items())
        self.config = folder / "server.properties"
        self.config.write_text(
            KAFKA_PROPERTIES.format(
                **self.ports, data=folder / "data", keystore=keystore, truststore=authority.crt, users=users
            )
        )
        self.process = None

    def at(self, listener, host="localhost"):
        return f"{host}:{self.ports[listener]}"

    def java(self, *command, log):
        words = ["java", "-Xms96m", "-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
        words += [f"-Dlog4j2.configurationFile=file:{self.log_config()}", "-cp", f"{KAFKA_LIBS}/*"]
        with (self.logs / log).open("wb") as out:
            return subprocess.Popen(
                [*words, *command], stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=self.dir
            )

    def log_config(self):
        """The log has what each user was allowed."""
        usual = (ROOT / "deploy" / "kafka" / "log4j2.xml").read_text()
        file = self.dir / "log4j2.xml"
        file.write_text(usual.replace("<Loggers>", '<Loggers><Logger name="kafka.authorizer.logger" level="DEBUG"/>'))
        return file

    def log(self):
        return (self.logs / "kafka.log").read_text(errors="replace")

    def start(self):
        """What `kafka-storage format` writes, without the seconds of another JVM."""
        data = self.dir / "data"
        data.mkdir()
        (data / "meta.properties").write_text(
            "version=1\ncluster.id=leadspoolTestCluster01\nnode.id=1\ndirectory.id=bGVhZHNwb29sLXRlc3QtMQ\n"
        )
        self.process = self.java("kafka.Kafka", self.config, log="kafka.log")

    def wait_ready(self):
        def answers():
            assert self.process.poll() is None, self.logs / "kafka.log"
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", self.ports["sasl"]), 1).close()
                return True

        wait_for(answers, 120, what="Kafka")
        self.admin = AdminClient({"bootstrap.servers": self.at("inner", "127.0.0.1"), "log_level": 3})

        def leads():
            with contextlib.suppress(KafkaException):
                return self.admin.list_topics(timeout=5) is not None

        wait_for(leads, 60, what="Kafka's metadata")

    def grant(self, bindings):
        for done in self.admin.create_acls(bindings).values():
            done.result()

    def revoke(self, binding):
        one = AclBindingFilter(
            binding.restype,
            binding.name,
            binding.resource_pattern_type,
            binding.principal,
            binding.host,
            binding.operation,
            binding.permission_type,
        )
        [done] = self.admin.delete_acls([one]).values()
        assert len(done.result()) == 1, binding

    def stop(self):
        self.admin = None  # it would go on looking for the broker
        if self.process:
            self.process.kill()
            self.process.wait(20)
