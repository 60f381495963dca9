"""list.export: one consistent file of a list, its filter, its order, its cells, and what takes it back."""

import collections
import contextlib
import csv
import hashlib
import io
import json
import random
import re
import subprocess
import time
from datetime import UTC, datetime

import pytest
from dirty_csv import make
from harness import wait_for
from harness.settings import ROOT, settings
from scenario import (
    COUNTS,
    answer,
    ask,
    create_list,
    done,
    follow,
    job_events,
    job_state,
    leads_of,
    run_import,
    scale,
    seed,
    start_import,
    tell,
    upsert,
)


def export(space, list_id="a", **fields):
    """The values of job.completed, after its events and its file were looked through."""
    reply = answer(space, tell(space, "list.export", {"list_id": list_id, **fields}))
    assert reply.type == "command.accepted", reply
    events = job_events(space, reply.value["job_id"])
    assert events[-1].type == "job.completed", events[-1]
    ended = events[-1].value
    check_file(space, ended)
    return ended


def check_file(space, ended):
    """The manifest says what the file is."""
    data = (space.outbox / ended["file"]).read_bytes()
    manifest = manifest_of(space, ended)
    assert hashlib.sha256(data).hexdigest() == manifest["sha256"] == ended["sha256"]
    assert len(data) == manifest["bytes"] == ended["bytes"]
    assert (manifest["rows"], manifest["list_version"]) == (ended["rows"], ended["list_version"])
    assert manifest["file"] == ended["file"]
    return manifest


def manifest_of(space, ended):
    return json.loads((space.outbox / f"{ended['file']}.manifest.json").read_text())


def lines_of(space, ended, delimiter=",", encoding="utf-8"):
    text = (space.outbox / ended["file"]).read_bytes().decode(encoding)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))


LEADS = """phone,first_name,state,priority,custom.tier,custom.note
504-621-8927,Ada,LA,10,gold,=1+1
810-292-9388,"Grace ""G"" H",MI,,silver,"a, b; c"
856-636-8749,Íñigo,NJ,99,,+15046218927
"""


def test_fields_filter_and_format(space):
    (space.inbox / "leads.csv").write_text(LEADS)
    space.importer()
    space.exporter()
    create_list(space, "a")
    run_import(space, "leads.csv", keep_unmapped=True)
    ended = export(space)
    assert ended["rows"] == ended["rows_total"] == 3
    names = "phone extension first_name last_name email address city state zip country time_zone external_id"
    names += " priority custom.note custom.tier stage status attempts last_called_at"
    head, *rows = lines_of(space, ended)
    assert head == names.split()
    ada = dict(zip(head, rows[0], strict=True))
    assert (ada["phone"], ada["state"], ada["stage"], ada["custom.note"]) == (
        "+15046218927",
        "LA",
        "ready",
        "'=1+1",
    )
    assert dict(zip(head, rows[2], strict=True))["custom.note"] == "+15046218927"

    fields = ["custom.note", {"field": "first_name", "header": "Vorname"}, "phone"]
    where = {
        "or": [
            {"field": "priority", "op": "gt", "value": 50},
            {"field": "custom.tier", "op": "eq", "value": "silver"},
        ]
    }
    more = {"delimiter": ";", "line_end": "lf", "bom": True, "raw": True, "where": where}
    ended = export(space, fields=fields, **more)
    assert (space.outbox / ended["file"]).read_bytes().decode() == (
        '\ufeffcustom.note;Vorname;phone\n"a, b; c";"Grace ""G"" H";+18102929388\n+15046218927;Íñigo;+18566368749\n'
    )
    assert (
        lines_of(space, export(space, fields=["phone", "custom.note"], header=False, raw=True))[0][1]
        == "=1+1"
    )
    head, *rows = lines_of(space, export(space, all_fields=True))
    schema = json.loads((ROOT / "schemas" / "messages" / "filter.json").read_text())
    known = schema["$defs"]["field"]["anyOf"][0]["enum"]
    assert head == [*known, "reason", "custom.note", "custom.tier"]
    assert dict(zip(head, rows[0], strict=True))["zones"] == "America/Chicago"


def test_when_a_lead_was_made(space):
    """By an upsert: then, also when it is changed or moved. By an import: when that was ordered."""
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    space.exporter()
    for list_id in "ab":
        create_list(space, list_id)
    job_id = run_import(space, "leads.csv")["job_id"]
    before = datetime.now(UTC)
    upsert(space, "a", phone="+18102929388")
    after = datetime.now(UTC)
    upsert(space, "a", phone="+18102929388", city="Flint")
    everyone = {"field": "attempts", "op": "ge", "value": 0}
    moved = ask(space, "leads.move", {"list_id": "a", "to_list_id": "b", "where": everyone})
    assert job_events(space, moved.value["job_id"])[-1].value["moved"] == 2

    def exported(**more):
        _, *rows = lines_of(space, export(space, "b", fields=["phone", "created_at"], **more))
        return {phone: datetime.fromisoformat(made) for phone, made in rows}

    ordered = space.value("SELECT created_at FROM jobs WHERE job_no = %s", int(job_id))
    found = exported()
    assert found["+15046218927"] == ordered and before <= found["+18102929388"] <= after
    late = {"field": "created_at", "op": "gt", "value": found["+15046218927"].isoformat()}
    assert exported(where=late).keys() == {"+18102929388"}


def test_reasons_by_rules_that_the_exporter_cannot_read(space):
    space.importer()
    space.exporter()
    create_list(space, "a", campaign_id="c")
    space.rows("UPDATE campaign SET law_pack = 'elsewhere', active = true RETURNING 1")
    reply = answer(space, tell(space, "list.export", {"list_id": "a", "fields": ["reason"]}))
    [*_, ended] = job_events(space, reply.value["job_id"])
    assert (ended.type, ended.value["error"]["code"]) == ("job.failed", "law_pack_missing"), ended
    export(space, fields=["phone"])


def test_cli(space):
    """What people type: a filter, a file, standard output, a count, and what is wrong before anything is sent."""
    (space.inbox / "leads.csv").write_text(LEADS)
    space.importer()
    space.exporter()
    create_list(space, "a")
    run_import(space, "leads.csv")
    base = ["export", "--list", "a", "--field", "phone=Telephone", "--field", "custom.tier"]
    where = ["--where", "custom.tier in (gold, silver) and not state = LA"]
    assert space.cli(*base, *where).stdout == "Telephone,custom.tier\n+18102929388,silver\n"
    out = space.dir / "out.csv"
    told = space.cli_json(*base, "-o", out, "--line-end", "lf", "--delimiter", "tab", "--no-header")
    assert out.read_text() == "+15046218927\tgold\n+18102929388\tsilver\n+18566368749\t\n"
    assert (told["outcome"], told["rows"], told["bytes"]) == ("completed", 3, out.stat().st_size)
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    assert space.cli_json(*base, *where, "--dry-run") == {"list_id": "a", "rows": 1}
    assert space.cli_json("export", "--list", "a", "--what", "dnc", "--dry-run")["rows"] == 0
    done = space.cli(*base, "--where", "priority > 5 and stats = NA", code=2)
    assert done.stderr.splitlines()[:2] == ["  priority > 5 and stats = NA", "                   ^"]
    assert 'column 18: "stats" is no field of a lead' in done.stderr
    assert "export_field" not in space.cli("export", "--list", "a", "--field", "fone", code=2).stderr
    assert "unknown_list" in space.cli("export", "--list", "b", "--json", code=1).stdout
    job = space.cli_json("export", "--list", "a", "--no-wait")["job_id"]
    assert space.cli_json("job", "watch", job)["outcome"] == "completed"


def into_nothing(space, *args):
    """leadspool ARGS without a standard output; it has to fail."""
    command = ["sh", "-c", 'exec "$@" >&-', "-", settings().bin / "leadspool", *args]
    done = subprocess.run(command, env=space.env(service="cli"), stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1, done
    return done


def test_cli_brings_the_file(space):
    """Where it goes is looked at before there is a job; what did not come can be fetched."""
    (space.inbox / "leads.csv").write_text(LEADS)
    space.importer()
    space.exporter()
    create_list(space, "a")
    imported = run_import(space, "leads.csv")["job_id"]
    base = ["export", "--list", "a", "--field", "phone"]
    for path, said in ((space.dir / "no" / "out.csv", "cannot open the directory"), (space.dir, "a directory")):
        assert said in space.cli(*base, "-o", path, code=1).stderr
    assert "job fetch" in space.cli(*base, "-o", "out.csv", "--no-wait", code=2).stderr
    assert "standard output is closed" in into_nothing(space, *base).stderr
    assert "standard output: " in into_nothing(space, "job", "ls").stderr
    assert space.value("SELECT count(*) FROM jobs WHERE kind = 'export'") == 0

    elsewhere = {"LEADSPOOL_OUTBOX": space.dir}
    failed = space.cli(*base, "-o", space.dir / "out.csv", code=1, env=elsewhere).stderr
    assert f"LEADSPOOL_OUTBOX is {space.dir} here" in failed
    job = str(space.value("SELECT max(job_no) FROM jobs"))
    assert f"job fetch {job} -o FILE" in failed
    link, out = space.dir / "link.csv", space.dir / "out.csv"
    link.symlink_to(out)
    told = space.cli_json("job", "fetch", job, "-o", link)
    assert link.is_symlink() and out.read_text() == space.cli("job", "fetch", job).stdout
    assert told["sha256"] == hashlib.sha256(out.read_bytes()).hexdigest() and told["rows"] == 3
    assert "is no export" in space.cli("job", "fetch", imported, code=1).stderr


# ---- other kinds


def test_attempts_dnc_and_rejects(space):
    (space.inbox / "leads.csv").write_text(LEADS + "12,Bad,,,,\n")
    space.importer()
    space.exporter()
    create_list(space, "a")
    imported = run_import(space, "leads.csv")
    done(space, "dnc.add", {"phone": "+15046218927", "source": "a, b"})
    done(space, "dnc.add", {"phone": "+12125550142", "campaign_id": "c-a"})
    space.db.execute(
        "INSERT INTO attempt (recorded_at, lead_id, number_id, list_no, campaign_no, source, call_id, disposition,"
        " status, contact, started_at, duration_s) SELECT '2026-01-02', 7, (SELECT min(number_id) FROM number),"
        " list_no, campaign_no, 's', 'call-' || n, '=A', 'AM', n = 1, '2026-01-01', n FROM list,"
        " generate_series(1, 3) n"
    )
    ended = export(
        space, what="attempts", fields=["call_id", "phone", "disposition", "contact", "started_at"]
    )
    head, first, *rest = lines_of(space, ended)
    assert head[0] == "call_id" and len(rest) == 2
    assert first == ["call-1", "+15046218927", "'=A", "true", "2026-01-01T00:00:00.000000Z"]
    rows = lines_of(space, export(space, what="dnc", fields=["phone", "campaign_id", "source"]))[1:]
    assert rows[0] == ["+15046218927", "", "a, b"] and rows[1][:2] == ["+12125550142", "c-a"]
    space.db.execute("UPDATE dnc_entry SET expires_at = now() - interval '1 s' WHERE source = 'a, b'")
    rows = lines_of(space, export(space, what="dnc", fields=["phone", "campaign_id"]))[1:]
    assert rows == [["+12125550142", "c-a"]], "what has expired, whether or not it was ended since, does not hold"
    ended = export(space, what="rejects", job_id=imported["job_id"])
    assert ended["rows"] == 1
    assert (space.outbox / ended["file"]).read_bytes() == (space.outbox / imported["rejects"]).read_bytes()
    manifest = manifest_of(space, ended)
    shape = ("fields", "where", "order", "delimiter", "line_end", "bom", "header")
    assert [manifest[name] for name in shape] == [None] * len(shape) and manifest["defused"] is False
    for fields, code, bad in (
        ({"what": "rejects", "job_id": "999999"}, "unknown_job", False),
        ({"what": "rejects", "job_id": imported["job_id"], "raw": True}, "invalid_value", False),
        ({"where": {"field": "stats", "op": "null"}}, "filter_field", True),
        ({"fields": ["fone"]}, "export_field", False),
    ):
        reply = answer(space, tell(space, "list.export", {"list_id": "a", **fields}, bad=bad))
        assert (reply.type, reply.value["code"]) == ("command.rejected", code), reply


def test_what_stays_of_a_deleted_list(space):
    """Its calls, which are evidence, and what its imports rejected; neither leads nor entries."""
    (space.inbox / "leads.csv").write_text(LEADS + "12,Bad,,,,\n")
    space.importer()
    space.exporter()
    create_list(space, "a")
    imported = run_import(space, "leads.csv")
    space.db.execute(
        "INSERT INTO attempt (recorded_at, lead_id, list_no, campaign_no, source, call_id, disposition, status, contact,"
        " started_at, duration_s) SELECT '2026-01-02', 7, list_no, campaign_no, 's', 'call', 'A', 'A', false,"
        " '2026-01-01', 5 FROM list"
    )
    version = space.value("SELECT version FROM list_stats")
    space.cli("list", "rm", "a", "--yes", "--wait")
    ended = export(space, what="attempts", fields=["call_id", "list_id"])
    assert lines_of(space, ended)[1:] == [["call", "a"]] and ended["list_version"] > version
    ended = export(space, what="rejects", job_id=imported["job_id"])
    assert (space.outbox / ended["file"]).read_bytes() == (space.outbox / imported["rejects"]).read_bytes()
    assert "call" in space.cli("export", "--list", "a", "--what", "attempts").stdout
    assert space.cli_json("export", "--list", "a", "--what", "attempts", "--dry-run")["rows"] == 1
    for what in ("leads", "dnc"):
        reply = answer(space, tell(space, "list.export", {"list_id": "a", "what": what}))
        assert (reply.type, reply.value["code"]) == ("command.rejected", "unknown_list"), reply


# ---- every byte of a cell

DIRTY = [
    *["", None],
    *"\n¦\r¦a\nb¦a\r\nb¦=1\n2¦a\tb¦\ta¦a\t¦a\u00a0¦\u00a0a¦\u00a0=1".split("¦"),
    *'Ada¦a,b¦a;b¦a|b¦,¦1,5¦"¦""¦say "hi"¦"a¦ "¦ ¦ a¦a ¦\\¦\\.¦\\N¦NULL¦Íñigo¦日本¦€ ¦😀¦x=1¦！'.split("¦"),
    *"=1+1¦=1,2¦= 1 ¦'=1¦''=1¦'¦'a¦ =1¦@a¦-2¦+¦+1¦＋1¦－¦＝1,¦＠¦=\"x\"".split("¦"),
    *"+15046218927¦+15046218927 ¦+1504,1¦+12345678901234567".split("¦"),
]
KEY = """it's "$1" {a,b} \\N '' %s é"""


def cell_of(text, delimiter, raw):
    """DESIGN 7 and RFC 4180, a second time."""
    text = text or ""
    quoted = any(c in text for c in f'{delimiter}"\r\n') or text != text.strip(" \t")
    phone = re.fullmatch(r"\+[0-9]{5,15}", text)
    if not raw and not phone and re.match(r"[ '\u00a0]*[-=+@\t\r\n＋－＝＠]", text):
        text = f"'{text}"
    doubled = text.replace('"', '""')
    return f'"{doubled}"' if quoted else text


FORMS = [
    {},
    {"delimiter": ";", "line_end": "lf", "bom": True},
    {"delimiter": "\t", "raw": True, "header": False},
    {"delimiter": "|", "line_end": "lf", "raw": True},
]


def bytes_of(head, rows, form):
    delimiter = form.get("delimiter", ",")
    end = "\n" if form.get("line_end") == "lf" else "\r\n"
    lines = [head] if form.get("header", True) else []
    lines += [[cell_of(cell, delimiter, form.get("raw", False)) for cell in row] for row in rows]
    text = "".join((delimiter.join(line) or '""') + end for line in lines)
    return (("\ufeff" if form.get("bom") else "") + text).encode()


def test_each_byte_of_a_cell(space):
    """Files are, byte by byte, what the rules for one cell say; whatever a key or a filter has in it is no SQL."""
    space.importer()
    space.exporter()
    create_list(space, "a")
    for n, text in enumerate(DIRTY):
        space.db.execute(
            "INSERT INTO leads (lead_id, phone, list_no, stage, first_name, last_name, city, custom, due_at) SELECT"
            " (1::bigint << 32) + %s, 15040000000 + %s, list_no, %s, %s, %s, %s, jsonb_build_object(%s::text, %s::text),"
            " '2026-01-01'::timestamptz - make_interval(secs => %s) FROM list",
            [n, n, n % 6 + 1, text, DIRTY[n - 1], DIRTY[n - 2], KEY, text, n],
        )
    stages = ["dnc", "invalid", "finished", "offered", "exhausted", "ready"]
    rows = [
        [DIRTY[n], f"+1504{n:07}", DIRTY[n - 1], stages[n % 6], "false", DIRTY[n], None, DIRTY[n - 2]]
        for n in range(len(DIRTY))
    ]
    names = ["first_name", "phone", "last_name", "stage", "contacted", f"custom.{KEY}", "zip", "city"]
    where = {"field": f"custom.{KEY}", "op": "in", "values": [text for text in DIRTY if text]}
    for form in FORMS:
        for count, expected, more in (
            (8, rows, {}),
            (8, rows[::-1], {"order": "due"}),
            (1, rows, {}),
            (2, [row for row in rows if row[0]], {"where": where}),
        ):
            head = [f"h{n}" for n in range(count)]
            fields = [{"field": name, "header": at} for name, at in zip(names, head, strict=False)]
            ended = export(space, fields=fields, **form, **more)
            found = (space.outbox / ended["file"]).read_bytes()
            assert found == bytes_of(head, [row[:count] for row in expected], form), (form, more)


# ---- round trip


def again(space, wild_seed):
    """Imports a dirty file, exports it, imports the export: both lists have the same leads, in all that files may say."""
    first, second = f"first-{wild_seed}", f"second-{wild_seed}"
    expected = make(space.inbox / f"{first}.csv", 400, wild_seed, wild=True)
    create_list(space, first)
    create_list(space, second)
    imported = run_import(space, f"{first}.csv", first, keep_unmapped=True, **expected["import"])
    form = {"delimiter": ",;\t|"[wild_seed % 4], "bom": wild_seed % 3 == 0, "all_fields": wild_seed % 2 == 0}
    ended = export(space, first, **form)
    assert ended["rows"] == imported["inserted"]
    (space.inbox / f"{second}.csv").write_bytes((space.outbox / ended["file"]).read_bytes())
    back = run_import(space, f"{second}.csv", second)
    assert [back[name] for name in COUNTS] == [ended["rows"], ended["rows"], 0, 0, 0, 0, 0, 0]
    assert sorted(leads_of(space, first)) == sorted(leads_of(space, second))
    read = "SELECT phone, leads.priority, custom FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1"
    rows = space.rows(read, first)
    assert rows == space.rows(read, second)
    assert any(custom for _, _, custom in rows)


def test_export_comes_back(space):
    space.importer()
    space.exporter()
    for wild_seed in range(seed(), seed() + scale(3, 40)):
        again(space, wild_seed)
    hostile = [
        "=1+1",
        "'=1",
        "''+x",
        "-2",
        "@a",
        "+15046218927",
        "'+15046218927",
        "＝1",
        'q"q',
        "a,b",
        "a;b|c",
        "'",
    ]
    create_list(space, "a")
    create_list(space, "b")
    leads = [
        {"phone": f"+1504621{1000 + i}", "first_name": text, "custom": {"note": text, "a b": text}}
        for i, text in enumerate(hostile)
    ]
    for lead in leads:
        done(space, "lead.upsert", {"list_id": "a", "lead": lead})
    ended = export(space)
    (space.inbox / "b.csv").write_bytes((space.outbox / ended["file"]).read_bytes())
    assert run_import(space, "b.csv", "b")["inserted"] == len(hostile)
    read = "SELECT phone, first_name, custom FROM leads JOIN list USING (list_no) WHERE list_id = %s ORDER BY 1"
    assert space.rows(read, "a") == space.rows(read, "b")
    assert [first for _, first, _ in space.rows(read, "b")] == hostile


def test_keys_that_no_column_can_have(space):
    """New ones are refused; what was stored before stops no export, which counts what it leaves out."""
    space.importer()
    space.exporter()
    create_list(space, "a")
    good = {"größe": "x", "tier-2": "y", "a=b": "z"}
    bad = {"": "1", "*": "2", "a\tb": "3", " b": "4", "k" * 129: "5"}
    for key in bad:
        lead = {"phone": "+15046218927", "custom": {**good, key: "1"}}
        reply = answer(space, tell(space, "lead.upsert", {"list_id": "a", "lead": lead}, bad=len(key) != 2))
        [result] = reply.value["results"]
        assert (result["result"], result["code"]) == ("rejected", "invalid_key"), reply
    done(space, "lead.upsert", {"list_id": "a", "lead": {"phone": "+15046218927", "custom": good}})
    space.db.execute("UPDATE leads SET custom = custom || %s", [json.dumps(bad)])
    for fields in ({}, {"all_fields": True}, {"fields": ["custom.*"]}):
        ended = export(space, **fields)
        assert ended["keys_left_out"] == manifest_of(space, ended)["keys_left_out"] == len(bad)
        head, row = lines_of(space, ended)
        found = {name[7:]: text for name, text in zip(head, row, strict=True) if name.startswith("custom.")}
        assert found == good
    erased = {"phone": "+15046218927", "custom": dict.fromkeys([*bad][:-2])}
    done(space, "lead.upsert", {"list_id": "a", "lead": erased})
    kept = space.dir / "kept.csv"
    remove = ("list", "rm", "a", "--keep-leads-as", kept, "--yes", "--wait")
    told = space.cli(*remove, code=1)
    assert "2 custom fields are not in the file" in told.stderr and "--allow-left-out" in told.stderr
    assert "größe" in kept.read_text() and space.value("SELECT count(*) FROM leads") == 1
    assert space.value("SELECT count(*) FROM jobs WHERE kind = 'list.delete'") == 0
    told = space.cli(*remove, "--allow-left-out")
    assert "2 custom fields are not in the file" in told.stderr
    assert space.value("SELECT count(*) FROM leads") == 0
    space.cli("list", "rm", "a", "--allow-left-out", "--yes", code=2)


# ---- one snapshot


def counts_at(space, version, list_id="a"):
    """What list.stats says of the list at that version."""

    def found(records):
        return [
            record.value for record in records if record.key == list_id and record.value and record.value["version"] == version
        ]

    return found(follow(space, "list.stats", found, 60))[0]


BESIDE = """
    SELECT DISTINCT other.kind FROM jobs e, jobs other
    WHERE e.job_no = %s AND other.started_at < e.finished_at AND coalesce(other.finished_at, 'infinity') > e.started_at
"""


def change(space, rng, n, rows):
    """Upserts, a number that is barred, and, when the last such job has ended, a move of some leads to list b or
    back, or a reset of those that were called. rows: (lead_id, phone) of the leads of a."""
    new = [f"+1212{rng.randrange(200, 900)}{rng.randrange(10_000):04}" for _ in range(10)]
    known = [phone for _, phone in rng.sample(rows, min(10, len(rows)))]
    for phone in new + known:
        tell(space, "lead.upsert", {"list_id": "a", "lead": {"phone": phone, "city": f"{n}"}}, flush=False)
    tell(space, "dnc.add", {"phone": rng.choice(new + known)})
    if space.value("SELECT count(*) FROM jobs WHERE kind IN ('leads.move', 'list.reset') AND state IN ('queued', 'running')"):
        return
    some = [lead_id for lead_id, _ in rng.sample(rows, len(rows) // 3)]
    everyone, called = ({"field": "attempts", "op": op, "value": 0} for op in ("ge", "gt"))
    if n % 3 == 0 and some:
        tell(space, "leads.move", {"list_id": "a", "to_list_id": "b", "lead_ids": some})
    elif n % 3 == 1:
        tell(space, "leads.move", {"list_id": "b", "to_list_id": "a", "where": everyone, "on_duplicate": "update"})
    else:
        tell(space, "list.reset", {"list_id": "a", "where": called}, topic="recycler.commands")


def test_each_export_is_one_version(space):
    """Exports while leads come in, are called, changed, barred, moved and reset: each has what the list's counters say
    at its version."""
    rng = random.Random(seed())
    make(space.inbox / "leads.csv", scale(6_000), seed(), bad=0.01)
    space.importer({"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"})
    space.recycler()
    space.exporter({"LEADSPOOL_EXPORT_READERS": "3"})
    settings = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "hopper_target": 50}
    done(space, "campaign.put", {"campaign_id": "c", **settings})
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
    sim = space.dialer_sim("--campaign", "c", "--think", "0", "--seed", seed())
    job = start_import(space, "leads.csv")
    versions, beside, leads = set(), set(), []
    fields = ["lead_id", "stage", "status", "contacted", "attempts", "phone"]
    while (
        len(versions) < scale(5)
        or job_state(space, job) in ("queued", "running")
        or not {"leads.move", "list.reset"} <= beside
    ):
        change(space, rng, len(versions), leads)
        ended = export(space, fields=fields, header=False)
        rows = lines_of(space, ended)
        ids = [int(row[0]) for row in rows]
        assert ids == sorted(set(ids))
        told = counts_at(space, ended["list_version"])
        stages = collections.Counter(row[1] for row in rows)
        assert len(rows) == told["total"] == ended["rows"] == ended["rows_total"]
        assert stages["ready"] == told["dialable"]
        assert all(
            stages[name] == told[name] for name in ("offered", "finished", "exhausted", "dnc", "invalid")
        )
        assert collections.Counter(row[2] for row in rows) == {k: v for k, v in told["statuses"].items() if v}
        assert sum(row[3] == "true" for row in rows) == told["contacted"]
        assert sum(row[4] != "0" for row in rows) == told["attempted"]
        versions.add(ended["list_version"])
        beside |= {kind for [kind] in space.rows(BESIDE, int(ended["job_id"]))}
        leads = [(row[0], row[5]) for row in rows]
    sim.terminate()


# ---- what stops it


def many_leads(space, count, list_id="a"):
    """Leads without an import, which would take longer."""
    space.db.execute(
        "INSERT INTO leads (lead_id, phone, list_no, stage, status, custom) SELECT (1::bigint << 32) + n,"
        " 12000000000 + n, list_no, 6, 'NEW', jsonb_build_object('note', repeat('x', 200)) FROM list,"
        " generate_series(1, %s) n WHERE list_id = %s",
        [count, list_id],
    )
    sql = "UPDATE list_stats SET total = %s, ready = %s WHERE list_no = (SELECT list_no FROM list WHERE list_id = %s)"
    space.db.execute(sql, [count, count, list_id])


def exported(space):
    folder = space.outbox / "exports"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_cancel(space):
    """While its rows do not come, it can be cancelled; nothing is left."""
    space.importer()
    space.exporter()
    create_list(space, "a")
    many_leads(space, 10)
    with space.db.transaction():
        space.db.execute("LOCK TABLE leads IN ACCESS EXCLUSIVE MODE")
        reply = answer(
            space, tell(space, "list.export", {"list_id": "a", "order": "due", "fields": ["phone"]})
        )
        job = reply.value["job_id"]
        wait_for(lambda: job_state(space, job) == "running", what="a running job")
        tell(space, "job.cancel", {"job_id": job}, key="a", topic="exporter.commands")
        assert job_events(space, job)[-1].type == "job.cancelled"
    assert exported(space) == []


def test_cancel_while_rows_trickle(space):
    """Rows that come slowly, but never stop coming, hold nothing up either."""
    space.importer()
    space.exporter()
    create_list(space, "a")
    many_leads(space, 4000)
    columns = "SELECT string_agg(attname, ', ' ORDER BY attnum) FROM pg_attribute WHERE attnum > 0 AND attrelid = 'leads'::regclass"
    columns = space.value(columns).replace("first_name", "nap(first_name) AS first_name")
    space.db.execute("ALTER TABLE leads RENAME TO leads_kept")
    space.db.execute(
        "CREATE FUNCTION nap(text) RETURNS text STABLE LANGUAGE plpgsql COST 100000 AS"
        " $$ BEGIN PERFORM pg_sleep(0.004); RETURN $1; END $$"
    )
    space.db.execute(f"CREATE VIEW leads AS SELECT {columns} FROM leads_kept")
    space.db.execute("GRANT SELECT ON leads TO PUBLIC")
    fields = ["first_name", "custom.note"]
    job = answer(space, tell(space, "list.export", {"list_id": "a", "fields": fields})).value["job_id"]
    wait_for(lambda: job_state(space, job) == "running", what="a running job")
    time.sleep(0.5)
    begun = time.monotonic()
    tell(space, "job.cancel", {"job_id": job}, key="a", topic="exporter.commands")
    assert job_events(space, job)[-1].type == "job.cancelled"
    assert time.monotonic() - begun < 3
    assert exported(space) == []
    space.db.execute("DROP VIEW leads")
    space.db.execute("ALTER TABLE leads_kept RENAME TO leads")


@contextlib.contextmanager
def small_volume(space, folder):
    """The folder on a volume of one megabyte; yields what makes it larger."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", folder]
    if subprocess.run(mount, stderr=subprocess.DEVNULL).returncode != 0:
        pytest.skip("no right to mount a small volume")
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=32m", folder], check=True)
    finally:
        space.end_processes()
        subprocess.run(["umount", "-l", folder], check=True)


@pytest.fixture
def small_outbox(space):
    with small_volume(space, space.outbox) as enlarge:
        yield enlarge


def test_full_disk(space, small_outbox):
    """It says no_space, leaves nothing partial, and goes on by itself when there is room."""
    space.importer()
    exporter = space.exporter()
    create_list(space, "a")
    many_leads(space, 20_000)
    job = answer(space, tell(space, "list.export", {"list_id": "a", "fields": ["phone", "custom.*"]})).value[
        "job_id"
    ]

    def waits(records):
        values = [record.value for record in records if record.headers.get("ce_subject") == job]
        return [value for value in values if value.get("waiting") == "no_space"]

    follow(space, "list.events", waits, 60)
    wait_for(lambda: exported(space) == [], what="an outbox without parts")
    assert "event=export.waits" in exporter.log() and "for=no_space" in exporter.log()
    small_outbox()
    ended = job_events(space, job)[-1]
    assert ended.type == "job.completed" and ended.value["waiting"] is None
    check_file(space, ended.value)
    assert ended.value["rows"] == 20_000 == len(lines_of(space, ended.value)) - 1
    assert len(exported(space)) == 2


def test_an_outbox_that_is_not_there(space):
    """It says so, and goes on when the outbox comes back."""
    space.importer()
    exporter = space.exporter()
    create_list(space, "a")
    many_leads(space, 10)
    away = space.outbox.rename(space.outbox.with_name("away"))
    job = answer(space, tell(space, "list.export", {"list_id": "a"})).value["job_id"]

    def waits(records):
        values = [record.value for record in records if record.headers.get("ce_subject") == job]
        return [value for value in values if value.get("waiting") == "outbox_unavailable"]

    follow(space, "list.events", waits, 20)
    assert job_state(space, job) == "running" and "job.given_back" not in exporter.log()
    away.rename(space.outbox)
    ended = job_events(space, job)[-1]
    assert (ended.type, ended.value["waiting"], ended.value["rows"]) == ("job.completed", None, 10)
    check_file(space, ended.value)
