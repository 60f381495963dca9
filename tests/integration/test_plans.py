"""What is asked for hundreds of keys goes by those keys, also where the server has never looked at the tables."""

import json
import re

import pytest
from scenario import query

NUMBERS, ENTRIES, KEYS = 20_000, 4_000, 500
KEPT_ROWS = 20  # of a table or index, for each key

NUMBER_IDS = "(SELECT array_agg(number_id) FROM number WHERE number_id % 40 = 1)"
PHONES = "(SELECT array_agg(phone) FROM number WHERE number_id % 40 = 1)"
DIGESTS = "(SELECT array_agg(digest) FROM number WHERE number_id % 40 = 1)"
NEW_PHONES = "(SELECT array_agg(15043000000 + n) FROM generate_series(1, 500) n)"
NEW_DIGESTS = "(SELECT array_agg(int8send(-n)) FROM generate_series(1, 500) n)"
ERASED = "UPDATE number SET phone = NULL WHERE number_id % 40 = 1"
STATEMENTS = [  # file, parameters, keys, what is done before
    ("dnc_holds", f"{NUMBER_IDS}, now()", KEYS, None),
    ("lead_dnc_phones", f"{PHONES}, 1, now()", KEYS, None),
    ("number_ids", f"{PHONES}", KEYS, None),
    ("number_lock", f"{NUMBER_IDS}", KEYS, None),
    ("number_revive", f"{PHONES}, {DIGESTS}", KEYS, ERASED),
    ("dnc_recheck_settle", "4000, now()", 4_000, None),
    ("number_make", f"{NEW_PHONES}, {NEW_DIGESTS}", KEYS, None),
]


# Leads of list 1, known to the server, and of list 2, which came behind its last look: for all it knows there are none.
OLD, FRESH = 20_000, 10_000
OLD_PHONES = "(SELECT array_agg(phone) FROM leads WHERE list_no = 1 AND phone % 40 = 1)"
OLD_IDS = "(SELECT array_agg(lead_id) FROM leads WHERE list_no = 1 AND phone % 40 = 1)"
FRESH_IDS = "(SELECT array_agg(lead_id) FROM leads WHERE list_no = 2 AND phone % 20 = 1)"
EXTERNALS = "(SELECT array_agg(external_id) FROM leads WHERE list_no = 1 AND phone % 40 = 1)"
TWOS = "(SELECT array_agg(2) FROM generate_series(1, 500) n)"
PLACES = "(SELECT array_agg(n) FROM generate_series(1, 500) n)"
LEAD_STATEMENTS = [
    ("move_clash", f"{OLD_IDS}, 2, 65536", KEYS),
    ("move_merge", f"{OLD_IDS}, {FRESH_IDS}", 2 * KEYS),  # its twelve fields are rows, too
    ("move_put_off", f"{OLD_IDS}, 1, 2", KEYS),
    ("sweep_meant", f"{FRESH_IDS}, 2, '{{0}}'::text[]", KEYS),
    ("reset_meant", f"{FRESH_IDS}, 2, '{{0}}'::text[]", KEYS),
    ("import_probe", f"{OLD_PHONES}, 2", KEYS),
    ("import_probe_external", f"{EXTERNALS}, 2", KEYS),
    ("upsert_find_phones", f"{OLD_PHONES}, {TWOS}, {PLACES}", KEYS),
    ("upsert_find_externals", f"{EXTERNALS}, {TWOS}, {PLACES}", KEYS),
    ("lead_dial_lock", OLD_IDS, KEYS),
    ("topup_lock", OLD_IDS, KEYS),
]


@pytest.fixture
def grown(space):
    def leads(list_no, count):
        space.db.execute(
            "INSERT INTO leads (lead_id, list_no, phone, stage, external_id)"
            " SELECT (%s::bigint << 32) + n, %s, 15042000000 + n + (%s - 1) * 1000000, 6, %s || '-' || n"
            " FROM generate_series(1, %s) n",
            [list_no, list_no, list_no, list_no, count],
        )

    space.check_messages = False  # there are none
    leads(1, OLD)
    space.db.execute("ANALYZE leads")
    leads(2, FRESH)
    return space


@pytest.mark.parametrize("name, params, keys", LEAD_STATEMENTS, ids=[row[0] for row in LEAD_STATEMENTS])
def test_a_list_that_grew_is_not_read_for_each_key(grown, name, params, keys):
    check_rows_met(grown, name, params, keys)


# A chunk of 500 leads of list 2: the range that it is, and what else the statement asks for.
CHUNK = "2, 2::bigint << 32, (2::bigint << 32) + 500"
CHUNK_STATEMENTS = [
    ("list_delete_leads", CHUNK),
    ("reset_leads", f"{CHUNK}, '{{0}}'::text[], false"),
    ("move_leads", f"{CHUNK}, '{{0}}'::text[], 3, 1, now()"),
]


@pytest.fixture
def queued(grown):
    grown.db.execute("UPDATE leads SET attempts = 1, due_at = '2026-01-01' WHERE list_no = 2")
    grown.db.execute(
        "INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)"
        " SELECT list_no, 1, 3, 49, due_at, lead_id FROM leads WHERE list_no = 2"
    )
    return grown


@pytest.mark.parametrize("name, params", CHUNK_STATEMENTS, ids=[row[0] for row in CHUNK_STATEMENTS])
def test_a_chunk_is_all_that_is_read(queued, name, params):
    check_rows_met(queued, name, params, 2 * 500, begin="lead_order_begin")  # of many parts, each of which meets them
    left = queued.value("SELECT count(*) FROM ready_lead WHERE list_no = 2 AND due_at > 'epoch'")
    assert left == FRESH - 500


@pytest.fixture
def filled(space):
    space.create()
    space.db.execute(
        "INSERT INTO number (phone, digest) SELECT 15042000000 + n, int8send(n) FROM generate_series(1, %s) n",
        [NUMBERS],
    )
    space.db.execute("ANALYZE number")  # then come the entries, many at once
    space.db.execute(
        "INSERT INTO dnc_entry (number_id, source, added_at)"
        " SELECT number_id, 'file', now() FROM number ORDER BY number_id LIMIT %s",
        [ENTRIES],
    )
    space.db.execute(
        "INSERT INTO dnc_recheck (number_id, xid_horizon) SELECT number_id, pg_current_xact_id() FROM dnc_entry"
    )
    return space


def rows_met(plan):
    met = plan.get("Actual Rows", 0) + sum(plan.get(f"Rows Removed by {name}", 0) for name in ("Filter", "Join Filter"))
    return met * plan.get("Actual Loops", 1) + sum(rows_met(part) for part in plan.get("Plans", []))


@pytest.mark.parametrize("name, params, keys, before", STATEMENTS, ids=[row[0] for row in STATEMENTS])
def test_rows_met_are_few(filled, name, params, keys, before):
    check_rows_met(filled, name, params, keys, before)


@pytest.mark.parametrize("analyzed", [False, True])
def test_lists_are_found_by_their_numbers(space, analyzed):
    """The aggregator asks for each in turn, and for pages of them."""
    space.create()
    space.db.execute(
        "WITH c AS (INSERT INTO campaign (campaign_id, name, created_at) VALUES ('c', 'c', now()) RETURNING campaign_no),"
        " made AS (INSERT INTO list (list_id, name, description, campaign_no, priority, created_at, updated_at)"
        " SELECT 'l-' || n, '', '', campaign_no, 50, now(), now() FROM c, generate_series(1, 5000) n"
        " RETURNING list_no, campaign_no)"
        " INSERT INTO list_stats (list_no, life, campaign_no, campaign_active, rules_version)"
        " SELECT list_no, 'active', campaign_no, true, 1 FROM made"
    )
    if analyzed:
        space.db.execute("ANALYZE list, list_stats")
    check_rows_met(space, "now_next", "2500", 1, begin=None)
    check_rows_met(space, "live_lists", "2500, 100, NULL::text[]", 100, begin=None)
    check_rows_met(space, "live_lists", "0, 1, ARRAY['l-2500']", 1, begin=None)


@pytest.fixture
def called(space):
    """10,000 leads of list 1 with two calls each, and 50 of list 2, some called, some with a dialer."""
    space.create()
    space.db.execute(
        "INSERT INTO number (phone, digest) SELECT 15042000000 + n, int8send(n) FROM generate_series(1, 10050) n"
    )
    space.db.execute(
        "INSERT INTO leads (lead_id, list_no, phone, stage, due_at)"
        " SELECT number_id, 1 + (number_id > 10000)::int, phone, 6, now() FROM number"
    )
    space.db.execute(
        "INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)"
        " SELECT list_no, 1, 3, 49, due_at, lead_id FROM leads"
    )
    space.db.execute(
        "INSERT INTO attempt (recorded_at, lead_id, number_id, list_no, source, call_id, disposition, status, contact, started_at)"
        " SELECT now(), number_id, number_id, 1, 'urn:test', number_id || '-' || n, 'NA', 'NA', false,"
        " now() - n * interval '20 h' FROM number, generate_series(1, 2) n WHERE number_id <= 10030"
    )
    space.db.execute(
        "INSERT INTO offer (lead_id, number_id, list_no, campaign_no, state, class, made_at, not_after, held_until, started_at,"
        " ended_at, ended_by) SELECT number_id, number_id, 2, 1, 1 + 8 * (number_id % 2), 3, now(), now(), now(),"
        " CASE WHEN number_id % 2 = 1 THEN now() END, CASE WHEN number_id % 2 = 1 THEN now() END,"
        " CASE WHEN number_id % 2 = 1 THEN 'lapsed' END FROM number WHERE number_id > 10020"
    )
    space.check_messages = False
    return space


WINDOW = "now() + interval '1 min', now() - interval '1 day'"


def test_calls_of_few_leads_are_found_by_those(called):
    """By their numbers; and they are what a look at all calls finds."""
    check_rows_met(called, "cli_why_calls_few", f"2, {WINDOW}", 50, begin=None)
    few = rows_of(called, "cli_why_calls_few", f"2, {WINDOW}")
    assert few == rows_of(called, "cli_why_calls", f"2, {WINDOW}, 1, now()")
    assert len(few) == 20 + 10 + 15 + 15  # called; called and in an offer that lapsed or is open; that alone


def rows_of(space, name, params):
    with space.db.transaction():
        found = space.db.execute(prepared(space, name, space.row(f"SELECT {params}"))).fetchall()
        space.db.execute("DEALLOCATE asked")
    return sorted(found, key=str)


def prepared(space, name, values):
    """How the statement is executed; in the transaction that is open."""
    sql = re.sub(r"\[(?:filter|named) \$(\d+)\]", r"(l.attempts >= (SELECT ($\1::text[])[1]::bigint))", query(name))
    count = max(int(n) for n in re.findall(r"\$(\d+)", sql))
    types = ", ".join(re.search(rf"\${n}::([a-z0-9]+(\[\])?)", sql).group(1) for n in range(1, count + 1))
    literals = ", ".join(space.value("SELECT quote_nullable(%s::text)", literal(value)) for value in values)
    space.db.execute(f"PREPARE asked ({types}) AS {sql}")
    return f"EXECUTE asked ({literals})"


@pytest.mark.parametrize(
    "name, params, keys",
    [
        ("cli_job_ls", "NULL::text, false, 20", 20),
        ("job_erase", "15046218927", 10),
        ("job_forget", "now(), 100", 10),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isidentifier() else "",
)
def test_old_jobs_are_not_read(space, name, params, keys):
    """Of all that there ever were, ten have a filter."""
    space.check_messages = False  # there are none
    space.db.execute(
        "INSERT INTO jobs (job_no, kind, source, command_id, slots, state, created_at, finished_at, params)"
        " SELECT n, 'export', 's', n::text, '{}', 'completed', now(), now(), CASE WHEN n % 2000 = 0"
        """ THEN '{"where": {"value": "+15046218927"}}' ELSE '{}' END::jsonb FROM generate_series(1, 20000) n"""
    )
    check_rows_met(space, name, params, keys, begin=None)


def check_rows_met(filled, name, params, keys, before=None, begin="lead_begin"):
    values = filled.row(f"SELECT {params}")
    if before:
        filled.db.execute(before)
    with filled.db.transaction():
        if begin:
            filled.db.execute(query(begin).replace("$1", "'off'"))
            with filled.db.transaction(force_rollback=True):  # what PostgreSQL may keep for all values
                filled.db.execute("SET LOCAL plan_cache_mode = force_generic_plan")
                check_plan(filled, name, values, keys)
        check_plan(filled, name, values, keys)


def check_plan(filled, name, values, keys):
    asked = prepared(filled, name, values)
    [[found]] = filled.db.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {asked}").fetchall()
    filled.db.execute("DEALLOCATE asked")
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    assert rows_met(plan) < keys * KEPT_ROWS, json.dumps(plan, indent=1)


def literal(value):
    if value is None:
        return None
    if isinstance(value, list):
        return "{" + ",".join(map(literal, value)) + "}"
    return rf'"\\x{value.hex()}"' if isinstance(value, bytes) else str(value)
