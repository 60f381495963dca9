"""Each permission of the Redis users is needed: without it something that leadspool-stats, or whoever reads, does is
denied."""

import contextlib
import re
import subprocess
import time

import pytest
import redis
from harness import wait_for
from harness.redis_server import RedisServer
from harness.roles import USERS_ACL, acl_users
from harness.settings import ROOT
from live import fields, shown
from scenario import create_list, tell, upsert

# What says who comes and where the rights begin takes none away: it is set aside.
FRAME = ("on", ">", "resetkeys", "resetchannels", "-@all")


@pytest.fixture
def server(space):
    made = RedisServer(space, db=1)  # for SELECT
    made.start()
    yield made
    space.end_processes()
    made.kill9()


def permissions(space, user):
    return [rule for rule in acl_users(space.ns)[user] if not rule.startswith(FRAME)]


@contextlib.contextmanager
def without(space, live, user, rule):
    rest = [other for other in acl_users(space.ns)[user] if other != rule]
    live.execute_command("ACL", "SETUSER", user, "reset", *rest)
    live.acl_log_reset()
    yield
    live.execute_command("ACL", "SETUSER", user, "reset", *acl_users(space.ns)[user])


def same(space, live):
    with contextlib.suppress(redis.ResponseError):  # of a key that is not mended yet
        return shown(space, live) == fields(space)


def denials(live, user):
    return [entry for entry in live.acl_log() if entry["username"] == user]


class Provoked:
    """Goes round through all that leadspool-stats does in Redis, until something is denied."""

    def __init__(self, space, server):
        self.space = space
        self.live = server.client()
        self.n = 1000

    def round(self):
        ns, live = self.space.ns, self.live
        with contextlib.suppress(redis.ResponseError):
            live.script_flush()
        live.client_kill_filter(_type="normal", skipme=True)
        self.n += 1
        upsert(self.space, "a", phone=f"+1504621{self.n}")
        live.hset(f"{ns}:list:b:stats", "status:ELSE", "1")
        upsert(self.space, "b", phone=f"+1504621{self.n}")
        live.set(f"{ns}:list:a:stats", "of a wrong type")
        live.set(f"{ns}:campaign:c:lists", "so")
        live.delete(f"{ns}:stats:marker")  # a rebuild, and a sweep in it
        live.hset(f"{ns}:list:nobody:stats", mapping={"epoch": "1", "version": "1", "life": "active"})
        live.sadd(f"{ns}:campaigns", "nobody")
        tell(self.space, "stats.reconcile", {"repair": True}, key="a")


def test_each_permission_is_needed(space, server):
    user = f"{space.ns}-stats"
    space.extra_env |= {"REDIS_URL": server.user_url("stats"), "LEADSPOOL_STATS_PACE_S": "1"}
    space.importer()
    stats = space.stats()
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
    live = server.client()
    wait_for(lambda: same(space, live), what="Redis as the record")
    provoked = Provoked(space, server)
    provoked.round()
    wait_for(lambda: live.hget(f"{space.ns}:stats:marker", "state") == "whole", 20, what="a rebuild")
    stats.terminate()
    stats.start().wait_ready()
    assert denials(live, user) == []
    idle = []
    for rule in permissions(space, user):
        with without(space, live, user, rule):
            if not noticed(provoked, stats, live, user):
                idle.append(rule)
    assert not idle, f"nothing needed {idle}"
    wait_for(lambda: same(space, live), 20, what="Redis as the record again")
    assert stats.alive


def noticed(provoked, stats, live, user):
    """The sweep of every few minutes is also the first that a new process does."""
    for begin in (False, False, True, True):
        provoked.round()
        if begin:
            stats.terminate()
            stats.start()
        until = time.monotonic() + (8 if begin else 3)
        while time.monotonic() < until:
            if denials(live, user):
                return True
            time.sleep(0.02)
    return False


def by_the_manual(text, folder):
    """users.acl as docs/security.md makes it."""
    [steps] = re.findall(r"^```\n(digest.*?)```$", text, re.MULTILINE | re.DOTALL)
    (folder / "redis.conf").touch()
    subprocess.run(["sh", "-eu"], input=steps.replace("/etc/redis", str(folder)), cwd=ROOT, text=True, check=True)
    return folder / "redis.conf"


def answers(url):
    with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(url) as client:
        return client.ping()


def test_whoever_has_no_password_is_nobody(tmp_path):
    """And without passwords in the file there is no Redis."""
    none = ["redis-server", "--port", "0", "--unixsocket", tmp_path / "none.sock", "--aclfile", USERS_ACL]
    done = subprocess.run(none, capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "password hash" in done.stdout, done
    config = by_the_manual((ROOT / "docs" / "security.md").read_text(), tmp_path)
    socket = tmp_path / "redis.sock"
    command = ["redis-server", config, "--port", "0", "--unixsocket", socket, "--dir", tmp_path]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as server:
        try:
            login = f"acme-reader:ANOTHER@{socket}"
            wait_for(lambda: answers(f"unix://{login}"), what="Redis")
            with pytest.raises(redis.AuthenticationError):
                redis.Redis.from_url(f"unix://{login.replace('ANOTHER', 'A PASSWORD')}").ping()
            with pytest.raises(redis.AuthenticationError):
                redis.Redis.from_url(f"unix://{socket}").ping()
        finally:
            server.terminate()


def read(space, url):
    """What the command line reads, while leadspool-stats is seen at work; who asks whether Redis is there; the loop of
    schemas/redis.md."""
    for words in (("stats", "--list", "a"), ("top",)):
        space.cli(*words, env={"REDIS_URL": url})
    with contextlib.suppress(redis.RedisError):
        redis.Redis.from_url(url).ping()
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(url).pubsub() as changes:
        changes.subscribe(f"{space.ns}:changes")
        changes.get_message(timeout=2)


def test_each_permission_of_the_reader_is_needed(space, server):
    user, url = f"{space.ns}-reader", server.user_url("reader")
    space.extra_env |= {"REDIS_URL": server.user_url("stats")}
    space.importer()
    space.stats()
    create_list(space, "a", campaign_id="c")
    upsert(space, "a", phone="+15046211000")
    live = server.client()
    wait_for(lambda: same(space, live), what="Redis as the record")
    wait_for(lambda: live.hget(f"{space.ns}:stats:marker", "state") == "whole", 60, what="a rebuild")
    read(space, url)
    assert denials(live, user) == []
    idle = []
    for rule in permissions(space, user):
        with without(space, live, user, rule):
            if not any(read(space, url) or denials(live, user) for _ in range(3)):
                idle.append(rule)
    assert not idle, f"nothing needed {idle}"
