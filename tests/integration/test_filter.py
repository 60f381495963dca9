"""The filter language: what it picks is what an evaluation in Python picks, which shares no code with it."""

import random
import re
from datetime import UTC, datetime, timedelta

from scenario import create_list, run_import, scale, seed
from test_export import export, lines_of

LEADS = 300
STAGES = [None, "dnc", "invalid", "finished", "offered", "exhausted", "ready"]
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
READ = """
    SELECT l.lead_id, '+' || l.phone AS phone, l.city, l.state, l.email, l.status, l.stage, l.attempts,
           l.attempts_total, l.priority, l.contacted, l.called_at AS last_called_at, l.due_at, l.custom,
           l.extension, l.external_id, l.first_name, l.last_name, l.address, l.zip, l.country, l.time_zone, l.revision,
           l.dnc, l.verified, l.callback_at, l.callback_agent, l.lead_version,
           g.zones, l.lead_id >> 32 AS job_id, j.created_at,
           (SELECT a.disposition FROM attempt a WHERE a.lead_id = l.lead_id
            ORDER BY a.started_at DESC LIMIT 1) AS last_disposition
    FROM leads l LEFT JOIN zone_set USING (zone_set_no) LEFT JOIN gate g USING (gate_no)
    JOIN jobs j ON j.job_no = l.lead_id >> 32
"""
CITIES = ["Austin", "austin", "New York", "O'Fallon", "Málaga", "10%", "a_b", "back\\slash", "Zürich"]
PLAIN = ["extension", "first_name", "last_name", "address", "zip", "country", "time_zone", "callback_agent"]
TIERS = ["gold", "silver", "10", "9.5", "-3", "0010", "x" * 40]


def make_leads(space, rng):
    lines = ["phone,city,state,email,custom.tier,custom.n"]
    for i in range(LEADS):
        cells = [
            f"504{2000000 + i * 37}",
            rng.choice([*CITIES, ""]),
            rng.choice(["TX", "LA", "OR", "IN", ""]),
        ]
        cells += [
            rng.choice(["", f"p{i % 7}@example.com"]),
            rng.choice([*TIERS, ""]),
            str(rng.randrange(-5, 20)),
        ]
        lines.append(",".join(cells))
    (space.inbox / "leads.csv").write_text("\n".join(lines) + "\n")
    create_list(space, "a")
    assert run_import(space, "leads.csv")["inserted"] == LEADS
    for [lead] in space.rows("SELECT lead_id FROM leads ORDER BY 1"):
        called = rng.choice([None, BEGIN + timedelta(hours=rng.randrange(100))])
        space.db.execute(
            "UPDATE leads SET status = %s, stage = %s, attempts = %s, attempts_total = %s, priority = %s,"
            " contacted = %s, called_at = %s, due_at = %s WHERE lead_id = %s",
            [rng.choice(["NEW", "NA", "BUSY", "AM"]), rng.randrange(1, 7), rng.randrange(4), rng.randrange(9)]
            + [rng.randrange(100), rng.random() < 0.5, called, called and called + timedelta(hours=2), lead],
        )
        callback = rng.choice([None, BEGIN + timedelta(hours=rng.randrange(100))])
        space.db.execute(
            "UPDATE leads SET revision = %s, dnc = %s, verified = %s, callback_at = %s, lead_version = %s WHERE lead_id = %s",
            [rng.choice([None, rng.randrange(9)]), rng.random() < 0.5, rng.random() < 0.5, callback, rng.randrange(1, 9), lead],
        )
        # Each in words of its own, so that one that is taken for another is seen.
        space.db.execute(
            "UPDATE leads SET " + ", ".join(f"{name} = %s" for name in [*PLAIN, "external_id"]) + " WHERE lead_id = %s",
            [*(rng.choice([None, f"{name} 1", f"{name} 2"]) for name in PLAIN), rng.choice([None, f"external_id {lead}"]), lead],
        )
        for n in range(rng.choice([0, 0, 1, 2])):
            space.db.execute(
                "INSERT INTO attempt (recorded_at, lead_id, source, call_id, disposition, status, contact, started_at)"
                " VALUES (%s, %s, 's', %s, %s, 'NA', false, %s)",
                [
                    BEGIN,
                    lead,
                    f"{lead}-{n}",
                    rng.choice(["NA", "na", "Machine"]),
                    BEGIN + timedelta(minutes=n),
                ],
            )


def read_leads(space):
    cursor = space.db.execute(READ)
    names = [column.name for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]


# ---- random filters: (text, what it means)


def number(text):
    return float(text) if re.fullmatch(r"-?[0-9]{1,30}(\.[0-9]{1,30})?", text) else None


def like(value, pattern):
    regex = "".join({"%": ".*", "_": "."}.get(c, re.escape(c)) for c in pattern)
    return re.fullmatch(regex, value, re.DOTALL) is not None


ORDER = {
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compare(op, have, want, custom=False):
    """have may be None; want is a list for in."""
    if op == "!=":
        return have != want
    if have is None:
        return False
    if op == "=":
        return have == want
    if op == "in":
        return have in want
    if op == "like":
        return like(have, want)
    if custom and number(want) is not None:
        return number(have) is not None and ORDER[op](number(have), number(want))
    if isinstance(have, str):
        have, want = have.encode(), want.encode()
    return ORDER[op](have, want)


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def ints(name, low, high):
    return name, lambda rng: rng.randrange(low, high), str, lambda lead: lead[name], ["=", "!=", "in", *ORDER]


def texts(name, values, ops=("=", "!=", "in", "like", *ORDER), get=None):
    return name, lambda rng: rng.choice(values), quoted, get or (lambda lead: lead[name]), list(ops)


def times(name):
    def pick(rng):
        return BEGIN + timedelta(hours=rng.randrange(100))

    return name, pick, lambda time: time.isoformat(), lambda lead: lead[name], ["=", "!=", "in", *ORDER]


def tier(lead):
    return (lead["custom"] or {}).get("tier")


FIELDS = [
    ints("attempts", 0, 4),
    ints("attempts_total", 0, 9),
    ints("priority", 0, 100),
    times("last_called_at"),
    times("due_at"),
    times("created_at"),
    texts("city", [*CITIES, "A%", "%'%", "_ustin", "1_%", "a_b", "%\\%"]),
    texts("state", ["TX", "LA", "OR", "IN"]),
    texts("email", ["p1@example.com", "p%", "z"]),
    texts("zones", ["America/Chicago", "America/%"]),
    texts("last_disposition", ["NA", "na", "Machine"]),
    texts("status", ["NEW", "NA", "BUSY", "XX"], ("=", "!=", "in")),
    texts("stage", STAGES[1:], ("=", "!=", "in"), lambda lead: STAGES[lead["stage"]]),
    texts("phone", ["+15042000037", "+15042000074", "+15042009999"], ("=", "!=", "in")),
    *(texts(name, ["true", "false"], ("=", "!=", "in"), lambda lead, name=name: str(lead[name]).lower())
      for name in ("contacted", "dnc", "verified")),
    *(texts(name, [f"{name} 1", f"{name} 2", f"{name}%", "%1"]) for name in PLAIN),
    texts("external_id", ["external_id 4294967300", "external_id%", "%1"]),
    ints("revision", 0, 9),
    ints("lead_version", 1, 9),
    ints("job_id", 0, 3),
    times("callback_at"),
    texts("custom.tier", [*TIERS, "1%"], get=tier),
    texts('custom."no such key"', TIERS, get=lambda lead: None),
]


def condition(rng):
    name, pick, write, get, ops = rng.choice(FIELDS)
    if rng.random() < 0.1:
        present = rng.random() < 0.5
        return f"{name} is {'not ' if present else ''}null", lambda lead: (get(lead) is not None) == present
    op, custom = rng.choice(ops), name.startswith("custom")
    if op == "in":
        values = [pick(rng) for _ in range(rng.randrange(1, 4))]
        contrary = rng.random() < 0.3
        text = f"{name} {'NOT ' if contrary else ''}in ({', '.join(map(write, values))})"
        return text, lambda lead: compare("in", get(lead), values) != contrary
    value = pick(rng)
    return f"{name} {op} {write(value)}", lambda lead: compare(op, get(lead), value, custom)


def random_filter(rng, depth):
    if depth == 0 or rng.random() < 0.3:
        return condition(rng)
    if rng.random() < 0.25:
        text, holds = random_filter(rng, depth - 1)
        return f"not ({text})", lambda lead: not holds(lead)
    word, join = rng.choice([("and", all), ("or", any)])
    parts = [random_filter(rng, depth - 1) for _ in range(rng.randrange(2, 4))]
    return f" {word} ".join(f"({text})" for text, _ in parts), lambda lead: join(
        part[1](lead) for part in parts
    )


def test_filters_mean_what_they_say(space):
    rng = random.Random(seed())
    space.importer()
    space.exporter()
    make_leads(space, rng)
    leads = read_leads(space)
    for i in range(scale(50, 1500)):
        text, holds = random_filter(rng, rng.randrange(1, 4))
        wanted = [lead["lead_id"] for lead in leads if holds(lead)]
        told = space.cli_json("export", "--list", "a", "--where", text, "--dry-run")
        assert told["rows"] == len(wanted), text
        if i % 25 == 0:
            out = space.cli(
                "export", "--list", "a", "--where", text, "--field", "lead_id", "--no-header"
            ).stdout
            assert list(map(int, out.split())) == sorted(wanted), text
    tree = {"not": {"field": "custom.n", "op": "lt", "value": 5}}
    ended = export(space, where=tree, fields=["custom.n"], header=False, raw=True)
    assert {int(n) for [n] in lines_of(space, ended)} == set(range(5, 20))
