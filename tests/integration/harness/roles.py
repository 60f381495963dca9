"""Who the product's processes are: each service has its role of PostgreSQL, its user of Kafka, and leadspool-stats
and readers theirs of Redis, with no more rights than the product's own lists give. So every scenario finds a grant
that is missing.

What a scenario itself asks, it asks as the superuser."""

import re
import subprocess
from urllib.parse import urlsplit, urlunsplit

import redis
from psycopg import sql

from harness import kafka_acls
from harness.settings import ROOT, settings

ROLES_SQL = ROOT / "deploy" / "postgres" / "roles.sql"
USERS_ACL = ROOT / "deploy" / "redis" / "users.acl"
PSQL = "/usr/lib/postgresql/15/bin/psql"
SUFFIXES = ("importer", "recycler", "stats", "exporter", "cli", "worker", "owner")
PASSWORD = "secret"


def make_roles(ns, url=None):
    """As an operator does."""
    subprocess.run(
        [PSQL, "-X", "-q", "-v", f"ns={ns}", "-f", ROLES_SQL, url or settings().database_url],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def drop_roles(connection, ns):
    """After its schema."""
    names = sql.SQL(", ").join(sql.Identifier(f"{ns}_{suffix}") for suffix in SUFFIXES)
    connection.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(names))


def acl_users(ns):
    """{user: rules} of deploy/redis/users.acl, for that namespace; the default user is the scenarios' own."""
    lines = re.sub(r"#\S+", f">{PASSWORD}", USERS_ACL.read_text().replace("leadspool", ns)).splitlines()
    users = {words[1]: words[2:] for words in (line.split() for line in lines) if words[:1] == ["user"]}
    del users["default"]
    return users


def make_users(ns):
    with redis.Redis.from_url(settings().redis_url) as client:
        for user, rules in acl_users(ns).items():
            client.execute_command("ACL", "SETUSER", user, *rules)


def drop_users(client, ns):
    client.execute_command("ACL", "DELUSER", *acl_users(ns))


def make_logins(ns):
    """On all three servers, before the namespace's first migrate."""
    settled = kafka_acls.grant(ns)
    make_roles(ns)
    make_users(ns)
    settled()


def with_user(url, user):
    """The URL of one of the private servers, or of a proxy before it, as that user's."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{user}@{host}"))


def as_service(env, ns, service):
    """Those settings with the service's own logins in place of the superuser's."""
    role = {"DATABASE_URL": f"{ns}_{service}"}
    if service in ("stats", "cli"):
        role["REDIS_URL"] = f"{ns}-{'stats' if service == 'stats' else 'reader'}:{PASSWORD}"
    superusers = {"DATABASE_URL": "leadspool", "REDIS_URL": None}
    urls = {
        name: with_user(env[name], user)
        for name, user in role.items()
        if name in env and urlsplit(env[name]).username == superusers[name]
    }
    return env | urls | kafka_login(env, service)


def kafka_login(env, service):
    """For the private broker only."""
    if env.get("KAFKA_BOOTSTRAP_SERVERS") != settings().bootstrap:
        return {}
    return {
        "KAFKA_BOOTSTRAP_SERVERS": settings().sasl,
        "KAFKA_SECURITY_PROTOCOL": "sasl_plaintext",
        "KAFKA_SASL_MECHANISM": "PLAIN",
        "KAFKA_SASL_USERNAME": service,
        "KAFKA_SASL_PASSWORD": PASSWORD,
    }
