"""A Redis of a test's own, that it may stop, fill and empty."""

import contextlib
import os
import signal
import socketserver
import subprocess
import threading

import redis

from harness.process import free_port
from harness.roles import PASSWORD, acl_users
from harness.wait import wait_for


class RedisServer:
    """url: as whoever may do anything; user_url(): as one of deploy/redis/users.acl. socket: users come by a
    Unix socket."""

    def __init__(self, space, socket=False, db=0):
        self.space = space
        self.dir = space.dir / "redis"
        self.dir.mkdir()
        self.port = free_port()
        self.process = None
        self.socket = self.dir / "redis.sock" if socket else None
        self.db = db
        self.url = f"redis://127.0.0.1:{self.port}/{db}"
        self.users = self.dir / "users.acl"
        lines = [" ".join(["user", user, *rules]) for user, rules in acl_users(space.ns).items()]
        self.users.write_text("\n".join(["user default on nopass ~* &* +@all", *lines, ""]))

    def user_url(self, user):
        login = f"{self.space.ns}-{user}:{PASSWORD}"
        return f"unix://{login}@{self.socket}" if self.socket else f"redis://{login}@127.0.0.1:{self.port}/{self.db}"

    def start(self):
        """As it was saved last, or empty."""
        options = f"--bind 127.0.0.1 --port {self.port} --appendonly no --daemonize no".split()
        options += ["--dir", self.dir, "--save", "", "--busy-reply-threshold", "100"]
        options += ["--aclfile", self.users, "--repl-diskless-load", "disabled"]
        options += ["--unixsocket", self.socket] if self.socket else []
        with (self.space.logs / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["redis-server", *options], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.dir
            )
        wait_for(self.answers, what="Redis")
        return self

    def answers(self):
        with contextlib.suppress(redis.RedisError):
            return self.client().ping()

    def client(self, **more):
        return redis.Redis.from_url(self.url, decode_responses=True, **more)

    def kill9(self):
        if self.process and self.process.poll() is None:
            self.signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(10)

    def signal(self, number):
        os.kill(self.process.pid, number)


class Refusal(socketserver.ThreadingTCPServer):
    """Stands in for a Redis: says the same to everything."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, port, says):
        self.says = says.encode()
        super().__init__(("127.0.0.1", port), RefusalHandler)
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def end(self):
        self.shutdown()
        self.server_close()


class RefusalHandler(socketserver.BaseRequestHandler):
    def handle(self):
        with contextlib.suppress(OSError):
            while self.request.recv(65536):
                self.request.sendall(b"-" + self.server.says + b"\r\n")
