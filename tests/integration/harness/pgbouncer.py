"""A pooler in transaction mode before PostgreSQL."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from harness.process import free_port
from harness.settings import ROOT, settings
from harness.wait import wait_for

PROGRAM = ROOT / ".dev" / "programs" / "pgbouncer"
CONFIG = """
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {pool}
server_lifetime = 1
"""


class PgBouncer:
    """pool: how many of the server's processes it has for all of its clients, each for a second or so."""

    def __init__(self, space, pool=3):
        self.port = free_port()
        self.pool = pool
        self.dir = Path(tempfile.mkdtemp(prefix="leadspool-pgbouncer-"))
        self.log = space.logs / "pgbouncer.log"
        self.real = conninfo_to_dict(settings().database_url)
        self.url = f"postgresql://{self.real['user']}@127.0.0.1:{self.port}/{self.real['dbname']}"
        self.owner = pwd.getpwnam("postgres") if os.geteuid() == 0 else None  # it does not run as root
        self.process = None

    def configure(self, read_only=False):
        """What is there is not changed by it: processes that come from now on are so."""
        words = [f"{word}={self.real[word]}" for word in ("host", "port", "user", "password") if word in self.real]
        if read_only:
            words.append("connect_query='SET default_transaction_read_only = on'")
        config = self.dir / "pgbouncer.ini"
        config.write_text(CONFIG.format(listen=self.port, pool=self.pool, server=" ".join(words)))
        for path in (self.dir, config) if self.owner else ():
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def answers(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def is_read_only(self):
        with psycopg.connect(self.url) as connection:
            return connection.execute("SHOW default_transaction_read_only").fetchone() == ("on",)

    def __enter__(self):
        self.configure()
        program = self.dir / "pgbouncer"  # whoever it runs as may not see the checkout
        shutil.copy(PROGRAM, program)
        who = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [program, self.dir / "pgbouncer.ini"], stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **who
            )
        wait_for(self.answers, what="pgbouncer")
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(20)
        shutil.rmtree(self.dir)
