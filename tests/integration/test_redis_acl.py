"""Each permission of the Redis user of leadspool-stats is needed: without it something that it does is denied."""

import contextlib
import time

import pytest
import redis
from harness import wait_for
from harness.redis_server import RedisServer
from harness.roles import acl_users
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


def permissions(space):
    return [rule for rule in acl_users(space.ns)[f"{space.ns}-stats"] if not rule.startswith(FRAME)]


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
    for rule in permissions(space):
        rest = [other for other in acl_users(space.ns)[user] if other != rule]
        live.execute_command("ACL", "SETUSER", user, "reset", *rest)
        live.acl_log_reset()
        if not noticed(provoked, stats, live, user):
            idle.append(rule)
        live.execute_command("ACL", "SETUSER", user, "reset", *acl_users(space.ns)[user])
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
