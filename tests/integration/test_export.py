"""list.export: one consistent file of a list, its filter, its order, its cells, and what takes it back."""

import csv
import hashlib
import io
import json

from scenario import answer, create_list, job_events, run_import, tell


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
    assert (ada["phone"], ada["state"], ada["stage"], ada["custom.note"]) == ("+15046218927", "LA", "ready", "'=1+1")
    assert dict(zip(head, rows[2], strict=True))["custom.note"] == "+15046218927"

    fields = ["custom.note", {"field": "first_name", "header": "Vorname"}, "phone"]
    where = {"or": [{"field": "priority", "op": "gt", "value": 50}, {"field": "custom.tier", "op": "eq", "value": "silver"}]}
    more = {"delimiter": ";", "line_end": "lf", "bom": True, "raw": True, "where": where}
    ended = export(space, fields=fields, **more)
    assert (space.outbox / ended["file"]).read_bytes().decode() == (
        '\ufeffcustom.note;Vorname;phone\n"a, b; c";"Grace ""G"" H";+18102929388\n+15046218927;Íñigo;+18566368749\n'
    )
    assert lines_of(space, export(space, fields=["phone", "custom.note"], header=False, raw=True))[0][1] == "=1+1"
    head, *rows = lines_of(space, export(space, all_fields=True))
    assert head[-2:] == ["custom.note", "custom.tier"] and {"zones", "created_at", "lead_id"} <= set(head)
    assert dict(zip(head, rows[0], strict=True))["zones"] == "America/Chicago"


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
