"""Each right in PostgreSQL that one role alone has is needed: a statement that its process ran fails without it."""

import re
import subprocess
from collections import defaultdict

import psycopg
import pytest
import redis
from harness import Space, db, privacy, roles, wait_for
from harness.settings import settings
from psycopg import sql
from scenario import ask, done, run_import, tell

OWN = ("importer", "recycler", "stats", "exporter", "cli")
SERVER_LOG = settings().logs.parent / "postgres.log"
ENTRY = re.compile(r"^\S+ \S+ \S+ \[\d+\] (\S*) (\w+):  (.*)$")
RUN = re.compile(r"(?:statement|execute [^:]+): (.*)", re.DOTALL)
CURSOR = re.compile(r"^DECLARE \w+ NO SCROLL CURSOR FOR\s")


def record(space):
    """From now on the server's log has what these roles run."""
    for role in OWN:
        space.db.execute(f"ALTER ROLE {space.ns}_{role} SET log_statement = 'all'")
    return SERVER_LOG.stat().st_size


def ran(space, since):
    """{role without the namespace: its statements}"""
    found = defaultdict(set)
    with SERVER_LOG.open(errors="replace") as log:
        log.seek(since)
        user, lines = None, []
        for line in [*log, "- - - [0] - END:  "]:
            entry = ENTRY.match(line)
            if not entry:
                lines.append(line.removeprefix("\t"))
                continue
            said = RUN.fullmatch("\n".join(text.rstrip("\n") for text in lines))
            if user and user.startswith(f"{space.ns}_") and said:
                found[user.removeprefix(f"{space.ns}_")].add(said[1])
            user, lines = entry[1], [entry[3]]
    return found


GRANTED = """
    SELECT a.grantee::regrole::text, o.kind, o.name, a.privilege_type
    FROM (SELECT 'TABLE', relname, relacl FROM pg_class WHERE relnamespace = current_schema()::regnamespace
          UNION ALL SELECT 'FUNCTION', proname, proacl FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
          UNION ALL SELECT 'SCHEMA', nspname, nspacl FROM pg_namespace WHERE nspname = current_schema())
         AS o (kind, name, acl), aclexplode(o.acl) a
    WHERE a.grantee = ANY (%s::regrole[])
    ORDER BY 1, 2, 3, 4
"""


OWNERS = """
    SELECT relowner::regrole::text FROM pg_class WHERE relnamespace = current_schema()::regnamespace
    UNION SELECT proowner::regrole::text FROM pg_proc WHERE pronamespace = current_schema()::regnamespace
"""


# What is in a schema that one may not use is not there.
DENIED = (psycopg.errors.InsufficientPrivilege, psycopg.errors.UndefinedTable, psycopg.errors.UndefinedFunction)


class Proof:
    """A connection that tries what a role ran with one of its rights taken away."""

    def __init__(self, space, role, statements):
        self.role = sql.Identifier(f"{space.ns}_{role}")
        # A plan for no values in particular: one for NULLs may leave out what would ask for the right.
        options = f"-c search_path={space.ns} -c plan_cache_mode=force_generic_plan"
        self.connection = psycopg.connect(settings().database_url, options=options)
        self.connection.prepare_threshold = None
        self.statements = [(text, self.prepare(n, text)) for n, text in enumerate(sorted(statements))]
        self.connection.commit()

    def prepare(self, n, text):
        """What runs it without effect; None for what is no query."""
        text = CURSOR.sub("", text)
        if text.startswith("COPY"):
            return text
        if not re.match(r"(--.*\n)*\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b", text):
            return None
        with self.connection.transaction():
            self.connection.execute(f"PREPARE s{n} AS {text}".encode())
        count = self.connection.execute(
            "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = %s", [f"s{n}"]
        ).fetchone()[0]
        return f"EXPLAIN EXECUTE s{n}" + (f"({', '.join(['NULL'] * count)})" if count else "")

    def denied(self, trial):
        try:
            with self.connection.transaction(), self.connection.cursor() as cursor:
                if trial.startswith("COPY"):
                    with cursor.copy(trial):
                        raise psycopg.errors.BadCopyFileFormat
                cursor.execute(trial)
        except DENIED:
            return True
        except psycopg.Error:
            pass
        return False

    def trials(self, kind, name):
        for text, trial in self.statements:
            if trial and (kind == "SCHEMA" or re.search(rf"\b{name}\b", text)):
                yield trial
                sequence = re.search(rf"(nextval|setval)\('{name}'", text)
                if sequence:  # drawn from only when the statement runs
                    yield f"SELECT {sequence[1]}('{name}'{', 1000' if sequence[1] == 'setval' else ''})"

    def needs(self, kind, name, privilege):
        try:
            revoke = sql.SQL("REVOKE {} ON {} {} FROM {}")
            taken = (sql.SQL(privilege), sql.SQL(kind), sql.Identifier(name), self.role)
            self.connection.execute(revoke.format(*taken))
            self.connection.execute(sql.SQL("SET LOCAL ROLE {}").format(self.role))
            return any(self.denied(trial) for trial in self.trials(kind, name))
        finally:
            self.connection.rollback()


def test_each_own_grant_is_needed(space):
    since = record(space)
    whole_day(space)
    space.end_processes()
    statements = ran(space, since)
    names = [f"{space.ns}_{role}" for role in OWN]
    granted = [(name.removeprefix(f"{space.ns}_"), *what) for name, *what in space.rows(GRANTED, names)]
    assert {role for role, *_ in granted} == set(OWN) == set(statements)
    assert {kind for _, kind, *_ in granted} == {"TABLE", "FUNCTION", "SCHEMA"}
    idle = []
    for role in OWN:
        proof = Proof(space, role, statements[role])
        assert not any(proof.denied(trial) for _, trial in proof.statements if trial and "EXPLAIN" in trial)
        own = [what for who, *what in granted if who == role]
        idle += [(role, *what) for what in own if not proof.needs(*what)]
        proof.connection.close()
    assert not idle, f"{len(idle)} of {len(granted)} rights that nothing needed: {idle}"


@pytest.fixture
def bare(request):
    """A namespace whose tables the superuser made."""
    space = Space(request.node.name)
    space.cli("migrate")
    yield space
    space.end_processes()
    privacy.note(space, [])
    space.drop()


HAS_RIGHTS = """
    SELECT has_schema_privilege('{role}', current_schema(), 'USAGE')
           OR bool_or(has_table_privilege('{role}', c.oid, 'SELECT, INSERT, UPDATE, DELETE'))
    FROM pg_class c WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
"""


@pytest.fixture
def strangers(bare):
    """Another program's roles, under the names that a namespace's would have. They go with the namespace."""
    made = [f"{bare.ns}_{suffix}" for suffix in ("worker", "cli")]
    for role in made:
        bare.db.execute(f"CREATE ROLE {role} LOGIN")
    return made


def test_a_strangers_role_is_granted_nothing(bare, strangers):
    bare.cli("migrate")
    assert [bare.value(HAS_RIGHTS.format(role=role)) for role in strangers] == [False, False]
    with pytest.raises(subprocess.CalledProcessError):
        roles.make_roles(bare.ns)
    assert bare.rows("SELECT FROM pg_roles WHERE rolname = %s", f"{bare.ns}_owner") == []
    for role in strangers:  # said by who knows
        bare.db.execute(f"COMMENT ON ROLE {role} IS 'leadspool, namespace {bare.ns}'")
    roles.make_roles(bare.ns)
    bare.cli("migrate")
    assert [bare.value(HAS_RIGHTS.format(role=role)) for role in strangers] == [True, True]


def test_roles_made_before_there_were_marks_are_marked(space):
    names = [f"{space.ns}_{suffix}" for suffix in roles.SUFFIXES]
    for role in names:
        space.db.execute(f"COMMENT ON ROLE {role} IS NULL")
    space.db.execute(f"REVOKE SELECT ON attempt FROM {space.ns}_exporter")
    space.cli("migrate")
    assert space.value("SELECT has_table_privilege(%s, 'attempt', 'SELECT')", f"{space.ns}_exporter")
    roles.make_roles(space.ns)
    marks = "SELECT DISTINCT shobj_description(oid, 'pg_authid') FROM pg_roles WHERE rolname = ANY (%s)"
    assert space.value(marks, names) == f"leadspool, namespace {space.ns}"


def test_roles_may_come_later(bare):
    roles.make_roles(bare.ns)
    roles.make_logins(bare.ns)
    bare.has_roles = True
    assert bare.cli_json("migrate") == []
    assert {owner for owner, in bare.rows(OWNERS)} == {f"{bare.ns}_owner"}
    bare.importer()
    assert done(bare, "list.create", {"list_id": "a", "campaign_id": "c"})[0]["result"] == "created"
    denied = bare.cli("migrate", env={"DATABASE_URL": roles.with_user(settings().database_url, f"{bare.ns}_cli")}, code=1)
    assert "permission denied" in denied.stderr


def cli_yes(space, *words):
    return space.cli(*words, "--yes", "--wait", "--json")


def whole_day(space):
    """Something of all that each service does."""
    for service in OWN[:4]:
        space.worker(service, {"LEADSPOOL_STATS_PACE_S": "1"}, ready=False)
    for worker in space.workers:
        worker.wait_ready(60)
    for list_id in ("a", "b", "d"):
        space.cli("list", "create", "--list-id", list_id, "--campaign", "c")
    space.cli("list", "update", "d", "--name", "Dee")
    space.cli("list", "create", "--list-id", "e", "--campaign", "other")
    space.cli("list", "update", "e", "--campaign", "c")
    rows = [f"+1504621{n:04},Zacharias,{70000 + n}\n" for n in range(60)]
    (space.inbox / "rows.csv").write_text("Phone,First Name,Zip\n" + "".join(rows) + "5,Nobody,1\n")
    run_import(space, "rows.csv", "a")
    run_import(space, "rows.csv", "b")
    (space.inbox / "more.csv").write_text("Phone,First Name,Zip\n" + "".join(rows).replace("Zach", "Mal"))
    run_import(space, "more.csv", "b", on_duplicate="update")
    ask(space, "lead.upsert", {"list_id": "d", "lead": {"phone": "+12125550142", "first_name": "Zacharias"}})
    (space.inbox / "stop.csv").write_text("Phone\n+12125550142\n+15046219999\n")
    dialing(space)
    changes(space)
    looking(space)


def dialing(space):
    space.cli("campaign", "put", "c", "--active", "--window", "mon-sun=00:00-24:00", "--law-pack", "none",
              "--hopper-target", 1)  # fmt: skip
    wait_for(lambda: shares(space, "a").get("dialable_now", "0") != "0", what="leads of which the calls are looked at")
    space.cli("campaign", "put", "c", "--hopper-target", 100)
    space.cli("disposition", "set", "STOP", "--campaign", "c", "--dnc", "yes", "--final", "yes")
    space.cli("rules", "set", "NA", "--campaign", "c", "--max-attempts", 3, "--interval", "30m")
    wait_for(lambda: space.rows("SELECT FROM offer WHERE state = 1 LIMIT 1"), what="an offer")
    offer = space.value("SELECT offer_id FROM offer WHERE state = 1 ORDER BY 1 DESC LIMIT 1")
    space.cli("outcome", "STOP", "--offer", offer, "--duration", 5)
    wait_for(lambda: space.value("SELECT count(*) FROM dnc_entry") > 0, what="its entry")
    space.cli("dialer-sim", "--campaign", "c", "--max-calls", 15, "--think", 0, "--duration", "60s")
    wait_for(lambda: space.value("SELECT count(*) FROM put_off") > 0, 60, what="a number called just now")
    space.cli("campaign", "put", "c", "--cap-gap", "2h")
    wait_for(lambda: shares(space, "a").get("why:campaign_paused") == "0", what="the shares of a running list")


def shares(space, list_id):
    with redis.Redis.from_url(settings().redis_url, decode_responses=True) as live:
        return live.hgetall(f"{space.ns}:list:{list_id}:now")


def changes(space):
    space.cli("dnc", "add", "+15046210059")
    space.cli("dnc", "rm", "+15046210059")
    space.cli("dnc", "import", space.inbox / "stop.csv", "--source", "test", "--wait")
    cli_yes(space, "reset", "--list", "a", "--where", "attempts > 0")
    cli_yes(space, "move", "--from", "b", "--to", "a", "--where", "phone in (+15046210007, +15046210058)")
    cli_yes(space, "move", "--from", "b", "--to", "a", "--where", "last_disposition is null or attempts < 9",
            "--on-duplicate", "report")  # fmt: skip
    cli_yes(space, "list", "rm", "b")
    job = space.value("SELECT min(job_no) FROM jobs WHERE kind = 'import'")
    cli_yes(space, "import", "undo", job)
    space.cli("lead", "erase", "+15046210030", "--yes")
    space.db.execute("UPDATE list_stats SET total = total + 1, ready = ready + 1")
    space.db.execute("UPDATE list_status SET leads = leads + 1")
    space.cli("stats", "reconcile", "--repair")
    space.cli("stats", "rebuild")


def waits_for_a_lock(space):
    """Until what may have frozen behind it has been asked to end."""
    since = SERVER_LOG.stat().st_size
    with db(space) as beside, beside.transaction():
        beside.execute("LOCK TABLE dead_letter_mark")
        waiting = space.popen("dlq", "ls")
        wait_for(lambda: any("blockers_end" in text for text in ran(space, since)["cli"]), 20, 0.2, "its second look")
    waiting.communicate(timeout=30)


def looking(space):
    space.cli("export", "--list", "a", "--what", "attempts")
    space.cli("export", "--list", "a", "--what", "dnc")
    space.cli("export", "--list", "a", "--all-fields")
    lead = space.value("SELECT lead_id FROM leads LIMIT 1")
    for words in (
        ["doctor"], ["explain", lead], ["stats", "--list", "a", "--record"], ["stats", "--list", "a", "--why"],
        ["stats", "--campaign", "c", "--record"], ["campaign", "ls"], ["campaign", "show", "c"], ["list", "ls"],
        ["job", "ls"], ["job", "show", 1], ["offer", "ls"], ["position", "ls"], ["position", "incidents"],
        ["position", "ack", "--all", "--yes"], ["epoch", "show"], ["dlq", "ls"], ["top"], ["rules", "ls", "--campaign", "c"],
        ["disposition", "ls", "--campaign", "c"], ["migrate", "--plan"], ["lead", "show", lead],
        ["move", "report", space.value("SELECT max(job_no) FROM jobs WHERE kind = 'leads.move'")],
    ):  # fmt: skip
        space.cli(*words, code=None)
    tell(space, "list.update", {"list_id": "a"}, headers={"ce_type": None}, bad=True)
    wait_for(lambda: space.cli_json("dlq", "ls"), what="a dead letter")
    waits_for_a_lock(space)
    space.cli("dlq", "drop", "--all", "--yes")
    space.end_processes()
    space.cli("epoch", "bump")
    space.cli("position", "reset", "--topic", "importer.commands", "--partition", 0, "--to", "latest", "--yes")
