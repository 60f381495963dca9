"""Imports of dirty files: every row is accounted for, whatever it is and however often it comes."""

import csv
import json
import os
import subprocess
import time
from pathlib import Path

import pytest
from dirty_csv import make
from dirty_phones import Numbers
from dirty_rows import COLUMNS, EXTERNAL_ID
from harness import wait_for
from harness.settings import settings
from scenario import (
    COUNTS,
    LONG,
    answer,
    answers,
    ask,
    check_checkpoints,
    check_counters,
    check_import,
    check_leads,
    check_rejects,
    counts_of,
    create_list,
    done,
    finish_import,
    job_events,
    rejects_of,
    run_import,
    scale,
    seed,
    start_import,
    tell,
    upsert,
    wait_rows,
)

WILD_SEEDS = [range(first, first + 5) for first in range(seed(), seed() + scale(30, long=1000), 5)]
ROWS = scale(20_000, long=1_000_000)


@pytest.mark.timeout(300 + ROWS // 500)
def test_every_row_is_accounted_for(space):
    expected = make(space.inbox / "leads.csv", ROWS, seed())
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv", timeout=280 + ROWS // 1000, **expected["import"])
    assert ended["unverified"] == ended["dnc"] == 0
    assert ended["bytes_done"] == ended["bytes_total"] > 0
    check_import(space, expected, ended)


def test_without_memory_every_row_is_accounted_for(space):
    """Phones are asked of the database, external ids of a file that is gone afterwards; also by a dry run.
    Every tenth row has the id of an earlier one."""
    lines = [f"+1504{2_000_000 + n},A-{n - 5 if n % 10 == 9 else n}\n" for n in range(5_000)]
    (space.inbox / "leads.csv").write_text("phone,external_id\n" + "".join(lines))
    space.extra_env["LEADSPOOL_IMPORT_SET_MIB"] = "0"
    space.importer()
    create_list(space)
    dry = ("import", space.inbox / "leads.csv", "--list", "a", "--dry-run")
    said = space.cli_json(*dry)
    assert (said["inserted"], said["problems"]) == (4_500, {"identity_conflict": 500})
    assert list(space.outbox.iterdir()) == []
    nowhere = space.cli(*dry, "--json", code=1, env={"LEADSPOOL_OUTBOX": "/nowhere"}).stdout
    assert json.loads(nowhere)["error"]["code"] == "scratch"
    ended = run_import(space, "leads.csv", mapping={"phone": "phone", "external_id": "external_id"})
    assert (ended["inserted"], ended["rejected"]) == (4_500, 500)
    assert {code for _, _, code, *_ in rejects_of(space, ended)[1:]} == {"identity_conflict"}
    assert [path.name for path in space.outbox.iterdir()] == ["rejects"]


@pytest.mark.parametrize("scope", ["list", "campaign"])
def test_dry_run_without_memory_says_what_the_import_then_does(space, scope):
    """Phones of the list are asked of the database, those of the file lie in the outbox."""
    space.extra_env |= {"LEADSPOOL_IMPORT_SET_MIB": "0", "LEADSPOOL_IMPORT_CHUNK_ROWS": "300"}
    space.importer()
    create_list(space)
    create_list(space, "b", campaign_id="c-a")
    for name, first in (("a", 0), ("b", 100)):
        leads = [{"phone": f"504621{n:04d}"} for n in range(first, first + 150)]
        done(space, "lead.upsert", {"list_id": name, "leads": leads})
    lines = "".join(f"504621{n % 2_500:04d}\n" for n in range(0, 5_000, 2))
    (space.inbox / "leads.csv").write_text("phone\n" + lines)
    words = ("import", space.inbox / "leads.csv", "--list", "a", "--duplicate-scope", scope)
    said = space.cli_json(*words, "--dry-run")
    nowhere = space.cli(*words, "--dry-run", "--json", code=1, env={"LEADSPOOL_OUTBOX": "/nowhere"}).stdout
    assert json.loads(nowhere)["error"]["code"] == "scratch"
    did = space.cli_json(*words, "--wait")
    names = ("duplicate_in_file", "duplicate_in_list", "duplicate_in_campaign")
    assert counts_of(said) == counts_of(did)
    assert said["duplicate_in_list"] == 150 and said["duplicate_in_file"] > 900
    assert [said[name] for name in names] == [did[name] for name in names]


def test_all_is_found_out_from_the_file(space):
    """Encoding, delimiter, header and mapping of an ordinary file need not be given."""
    expected = make(space.inbox / "leads.csv", 2_000, seed(), delimiter=";", encoding="utf-8-sig")
    space.importer()
    create_list(space)
    check_import(space, expected, run_import(space, "leads.csv"))


def test_same_file_again_is_all_duplicates(space):
    expected = make(space.inbox / "leads.csv", scale(3_000), seed())
    space.importer()
    create_list(space)
    run_import(space, "leads.csv", **expected["import"])
    versions = space.value("SELECT sum(lead_version) FROM leads")
    again = run_import(space, "leads.csv", **expected["import"])
    good = expected["rows"] - expected["rejected"]
    wanted = dict.fromkeys(COUNTS, 0) | {"rows": expected["rows"], "rejected": expected["rejected"]}
    assert counts_of(again) == wanted | {"duplicate": good, "duplicate_in_list": good}
    check_rejects(space, expected, again)
    check_leads(space, expected)
    check_counters(space)
    assert space.value("SELECT sum(lead_version) FROM leads") == versions


def test_update_merges_and_counts_rows_that_change_nothing(space):
    """Cells that are not empty win; the file again changes no lead, but every good row counts."""
    expected = make(space.inbox / "leads.csv", scale(3_000), seed(), on_duplicate="update", duplicates=0.0)
    space.importer()
    create_list(space)
    check_import(space, expected, run_import(space, "leads.csv", **expected["import"]))
    versions = space.value("SELECT sum(lead_version) FROM leads")
    again = run_import(space, "leads.csv", **expected["import"])
    good = expected["rows"] - expected["rejected"]
    assert counts_of(again)["updated"] == good
    assert counts_of(again)["inserted"] == counts_of(again)["duplicate"] == 0
    check_leads(space, expected)
    check_counters(space)
    assert space.value("SELECT sum(lead_version) FROM leads") == versions


def test_update_within_one_file(space):
    expected = make(space.inbox / "leads.csv", scale(3_000), seed(), on_duplicate="update", duplicates=0.3)
    assert expected["updated"] > 0
    space.importer()
    create_list(space)
    check_import(space, expected, run_import(space, "leads.csv", **expected["import"]))


UPDATES = [  # cell of the second file, empty_erases, what the lead then has
    ("", False, "Boston"),
    ("", True, None),
    ("Chicago", False, "Chicago"),
    ("Chicago", True, "Chicago"),
]


@pytest.mark.parametrize("cell, erases, city", UPDATES)
def test_empty_cells_erase_only_when_asked(space, cell, erases, city):
    (space.inbox / "one.csv").write_text("phone,city\n504-621-8927,Boston\n")
    (space.inbox / "two.csv").write_text(f"phone,city\n(504) 621-8927,{cell}\n")
    space.importer()
    create_list(space)
    run_import(space, "one.csv")
    ended = run_import(space, "two.csv", on_duplicate="update", empty_erases=erases)
    assert (ended["updated"], ended["rows"]) == (1, 1)
    assert space.value("SELECT city FROM leads") == city


@pytest.mark.parametrize("erases, custom", [(False, {"pet": "cat", "car": "red"}), (True, {"car": "red"})])
def test_empty_custom_cells_erase_only_when_asked(space, erases, custom):
    (space.inbox / "one.csv").write_text("phone,pet,car\n504-621-8927,cat,blue\n")
    (space.inbox / "two.csv").write_text("phone,pet,car\n(504) 621-8927,,red\n")
    space.importer()
    create_list(space)
    run_import(space, "one.csv", keep_unmapped=True)
    run_import(space, "two.csv", on_duplicate="update", empty_erases=erases, keep_unmapped=True)
    assert space.value("SELECT custom FROM leads") == custom


def test_campaign_scope_skips_numbers_of_its_other_lists(space):
    first = make(space.inbox / "first.csv", 500, seed())
    second = make(space.inbox / "second.csv", 800, seed())  # begins with the same numbers
    space.importer()
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="c")
    create_list(space, "other", campaign_id="d")
    run_import(space, "first.csv", "a", **first["import"])
    same = second["leads"].keys() & first["leads"].keys()
    assert same
    scoped = second["import"] | {"duplicate_scope": "campaign"}
    ended = run_import(space, "second.csv", "b", **scoped)
    good = second["rows"] - second["rejected"]
    assert ended["inserted"] == second["inserted"] - len(same)
    assert ended["duplicate_in_campaign"] >= len(same)
    assert ended["duplicate_in_campaign"] + ended["duplicate_in_file"] == good - ended["inserted"]
    elsewhere = run_import(space, "second.csv", "other", **scoped)
    assert elsewhere["inserted"] == second["inserted"]
    for list_id in ("a", "b", "other"):
        check_counters(space, list_id)


def test_without_header_columns_go_by_number(space):
    expected = make(space.inbox / "leads.csv", 2_000, seed(), header=False)
    space.importer()
    create_list(space)
    check_import(space, expected, run_import(space, "leads.csv", **expected["import"]))


def test_keep_unmapped_goes_to_custom(space):
    (space.inbox / "leads.csv").write_text("phone,Favourite Colour,note\n504-621-8927,blue,\n")
    space.importer()
    create_list(space)
    run_import(space, "leads.csv", keep_unmapped=True)
    custom = space.value("SELECT custom FROM leads")
    assert list(custom.values()) == ["blue"], "an empty cell makes no key"


@pytest.mark.parametrize("wild_seeds", WILD_SEEDS, ids=lambda seeds: str(seeds[0]))
def test_wild_files(space, wild_seeds):
    """By one importer, each into a list of its own."""
    first = wild_seeds[0]
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = str(100 + first * 31 % 500)
    space.extra_env["LEADSPOOL_IMPORT_LANES"] = str(1 + first % 4)
    space.importer()
    for wild_seed in wild_seeds:
        name, rows = f"wild{wild_seed}", 50 + wild_seed * 7919 % 1500
        expected = make(space.inbox / f"{name}.csv", rows, wild_seed, wild=True, last_newline=wild_seed % 2 == 0)
        create_list(space, name)
        check_import(space, expected, run_import(space, f"{name}.csv", name, **expected["import"]), name)


def mend(cells, code, place, number):
    """The cells of a rejected row with what was wrong put right, or None when that is not one cell."""
    if not code.startswith("phone_"):
        return None
    cells = cells + [""] * (place + 1 - len(cells))
    cells[place] = number
    return cells


def test_mended_reject_file_loads(space):
    """Rejected rows with their numbers put right come in as leads; nothing comes twice."""
    expected = make(space.inbox / "leads.csv", scale(3_000), seed(), bad=0.2)
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv", **expected["import"])
    header, *lines = rejects_of(space, ended)
    place = header[0].index("phone1")
    fresh, mended = Numbers(seed() + 1), []
    for index, (cells, _, code, column, reason) in enumerate(lines):
        row = mend(cells, code, place, fresh.digits(index))
        assert row, code
        mended.append([*row, str(index + 1), code, column, reason])
    with open(space.inbox / "mended.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[*header[0], *header[1:]], *mended])
    again = run_import(space, "mended.csv")
    assert again["rejected"] == 0
    assert again["inserted"] == expected["rejected"]
    assert space.value("SELECT count(*) FROM leads") == expected["inserted"] + expected["rejected"]
    check_counters(space)


def test_reject_file_of_a_wide_file_loads(space):
    """512 columns, the most that a file may have of its own; and what is rejected again has the same header."""
    (space.inbox / "leads.csv").write_text("phone" + ",".join(f"c{n}" for n in range(512))[2:] + "\n" + "12" + "," * 511)
    space.importer()
    create_list(space)
    name = run_import(space, "leads.csv", mapping={"phone": "phone"})["rejects"]
    first = (space.outbox / name).read_text()
    assert first.count(",") == 2 * 515
    (space.inbox / "again.csv").write_text(first)
    again = run_import(space, "again.csv")
    assert again["rejected"] == 1
    assert (space.outbox / again["rejects"]).read_text() == first
    (space.inbox / "mended.csv").write_text(first.replace("\n12,", "\n504-621-8927,"))
    assert run_import(space, "mended.csv")["inserted"] == 1
    (space.inbox / "wider.csv").write_text(",".join(f"phone{n}" for n in range(513)) + "\n")
    reply = ask(space, "list.import", {"list_id": "a", "file": "wider.csv"})
    assert (reply.type, reply.value["code"]) == ("command.rejected", "too_many_columns")


def test_reject_file_holds_the_cells_as_they_were(space):
    (space.inbox / "leads.csv").write_text('name,phone\n"Smith, ""Bob""\nJr",12\nAnn,504-621-8927\n')
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv")
    assert ended["rejects"].startswith("rejects/job-")
    header, line = rejects_of(space, ended)
    assert header == (["name", "phone"], "row", "code", "column", "reason")
    assert line[0] == ['Smith, "Bob"\nJr', "12"]
    assert line[1:4] == ("1", "phone_too_short", "phone")


def test_lost_quote_costs_its_row_only(space):
    """The next quote of the file is an inch mark 9,000 rows on, with a delimiter behind it."""
    lines = [f"+1504{2_000_000 + n},Foo,{n}\n" for n in range(10_000)]
    lines[9] = '+15042000009,"Acme,1\n'
    lines[8_999] = '+15042008999,Pipe 5",x\n'
    (space.inbox / "leads.csv").write_text("phone,company,size\n" + "".join(lines))
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv")
    assert (ended["rows"], ended["inserted"], ended["rejected"]) == (10_000, 9_999, 1)
    assert rejects_of(space, ended)[1][:3] == (["+15042000009", "Acme,1", ""], "10", "unclosed_quote")


def test_rows_beyond_the_limits_cost_themselves_only(space):
    """Also an open quote with more behind it than a row may have, and no other quote."""
    good = [f"+1504{2_000_000 + n},{'x' * 1_000}\n" for n in range(4_500)]
    bad = [
        f"5046218927,{'x' * 5_000_000}\n",
        "5046218927" + ",cell" * 599 + "\n",
        f'5046218927,"{"y" * 600_000}\n',
    ]
    lines = [good[0], bad[0], good[1], bad[1], good[2], bad[2], *good[3:]]
    (space.inbox / "leads.csv").write_text("phone,notes\n" + "".join(lines))
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv")
    assert (ended["rows"], ended["inserted"], ended["rejected"]) == (4_503, 4_500, 3)
    rejects = rejects_of(space, ended)[1:]
    wanted = [("2", "row_too_long", ""), ("4", "too_many_columns", ""), ("6", "unclosed_quote", "")]
    assert [reject[1:4] for reject in rejects] == wanted
    assert all(reject[0][0] == "5046218927" and len(reject[4]) > 40 for reject in rejects)


@pytest.mark.parametrize("policy, rejected, unverified", [("possible", 0, 1), ("strict", 1, 0)])
def test_phone_policy(space, policy, rejected, unverified):
    """Area code 383 has the right form, and is not in use."""
    (space.inbox / "leads.csv").write_text("phone\n(989) 200-1234\n(383) 200-1234\n")
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv", phone_policy=policy)
    assert (ended["rejected"], ended["unverified"]) == (rejected, unverified)
    if rejected:
        assert rejects_of(space, ended)[1][2] == "phone_unverified"


@pytest.mark.parametrize("ids", [True, False])
def test_two_numbers_run_together_are_too_long(space, ids):
    """Libphonenumber takes German numbers of 15 digits behind the country code; E.164 has 15 in all."""
    phones = ["+49 89 1234567 123456", "089 1234567 123456", "0049 89 1234567 123456", "089 1234567"]
    lines = [f"{phone},DE,A-{n}\n" for n, phone in enumerate(phones)]
    (space.inbox / "leads.csv").write_text("phone,country,external_id\n" + "".join(lines))
    space.importer()
    create_list(space)
    mapping = {"phone": "phone", "country": "country"} | ({"external_id": "external_id"} if ids else {})
    ended = run_import(space, "leads.csv", mapping=mapping)
    assert (ended["inserted"], ended["rejected"]) == (1, 3)
    assert {code for _, _, code, *_ in rejects_of(space, ended)[1:]} == {"phone_too_long"}


SLOW_VOLUME = """
#include <sys/syscall.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>
ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
    nanosleep(&(struct timespec){.tv_nsec = 900000000}, NULL);
    return syscall(SYS_pread64, fd, bytes, len, at);
}
ssize_t pread64(int fd, void *bytes, size_t len, off_t at)
{
    return pread(fd, bytes, len, at);
}
"""


def test_slow_volume_delays_the_answer_only(space):
    """Ten reads of a second each: longer than a transaction may stand open."""
    library = space.library(SLOW_VOLUME)
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    importer = space.importer(env={"LD_PRELOAD": library})
    create_list(space)
    began = time.monotonic()
    job_id = start_import(space, "leads.csv")
    assert time.monotonic() - began > 6, "the volume was slow"
    assert finish_import(space, job_id)["inserted"] == 1
    assert "batch.retry" not in importer.log()


SLOW_SYNC = """
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
int fsync(int fd)
{
    static int slept;
    struct stat file;
    if (fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && slept++ == 0) {
        sleep(6);
    }
    return syscall(SYS_fsync, fd);
}
"""


def test_slow_volume_holds_nobody_up(space):
    """Rejects that take longer to write than a transaction may stand open: the list is free meanwhile."""
    library = space.library(SLOW_SYNC)
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n12\n")
    importer = space.importer(env={"LD_PRELOAD": library, "LEADSPOOL_IMPORT_LANES": "1"})
    create_list(space)
    job_id = start_import(space, "leads.csv")
    parts = space.outbox / "rejects" / f"job-{job_id}.parts"
    wait_for(lambda: parts.exists() and any(path.stat().st_size for path in parts.iterdir()), 20)
    began = time.monotonic()
    upsert(space, phone="504-845-1427")
    assert time.monotonic() - began < 3, "the list was held"
    assert space.value("SELECT state FROM jobs") == "running"
    ended = finish_import(space, job_id)
    assert (ended["inserted"], ended["rejected"]) == (1, 1)
    assert "import.retry" not in importer.log()


def test_known_import_keeps_its_answer_when_the_file_or_the_volume_is_gone(space):
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    create_list(space)
    fields = {"list_id": "a", "file": "leads.csv"}
    first = ask(space, "list.import", fields, id="twin")
    job_events(space, first.value["job_id"])
    for gone in (space.inbox / "leads.csv", space.inbox):
        gone.rename(space.dir / "away")
        tell(space, "list.import", fields, id="twin")
        assert done(space, "list.update", {"list_id": "a", "name": str(gone)})
        (space.dir / "away").rename(gone)
    replies = answers(space, ["twin"])["twin"]
    assert {reply.type for reply in replies} == {"command.accepted"}
    assert {reply.value["job_id"] for reply in replies} == {first.value["job_id"]}
    assert space.value("SELECT count(*) FROM jobs") == 1


def test_import_waits_for_a_volume_that_is_away(space):
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    create_list(space)
    space.inbox.rename(space.dir / "away")
    id = tell(space, "list.import", {"list_id": "a", "file": "leads.csv"})
    time.sleep(1)
    (space.dir / "away").rename(space.inbox)
    assert answer(space, id).type == "command.accepted"


def test_file_of_blank_lines_only_is_rejected(space):
    (space.inbox / "blank.csv").write_bytes(b"\n" * (20 << 20) + b"phone\n504-621-8927\n")
    space.importer()
    create_list(space)
    reply = ask(space, "list.import", {"list_id": "a", "file": "blank.csv"})
    assert (reply.type, reply.value["code"]) == ("command.rejected", "empty_file")


LONG_NAMES = [  # what is cut to fit into an answer is cut between characters
    ({"encoding": "é" * 20}, "encoding", "unknown_encoding"),
    ({"encoding": "x" + "é" * 19}, "encoding", "unknown_encoding"),
    ({"mapping": {"é" * 100: "phone"}}, "mapping.é", "unknown_field"),
    ({"mapping": {"x" + "é" * 100: "phone"}}, "mapping.xé", "unknown_field"),
    ({"mapping": {"phone": "€" * 400}}, "mapping.phone", "unknown_column"),
]


@pytest.mark.parametrize("fields, field, code", LONG_NAMES)
def test_long_names_that_are_not_ascii_are_answered(space, fields, field, code):
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    create_list(space)
    reply = ask(
        space, "list.import", {"list_id": "a", "file": "leads.csv", **fields}, bad=code == "unknown_field"
    )
    assert (reply.type, reply.value["code"]) == ("command.rejected", code)
    assert reply.value["field"].startswith(field)


def test_stopped_import_goes_on_where_it_was(space):
    expected = make(space.inbox / "leads.csv", scale(20_000), seed(), duplicates=0.2)
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    first = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 500)
    assert first.terminate() == 0
    stopped_at = space.value("SELECT sum(rows) FROM import_lane")
    assert 0 < stopped_at < expected["rows"], "it was stopped in the midst of the file"
    space.importer()
    check_import(space, expected, finish_import(space, job_id))


def test_import_goes_on_where_the_volume_has_another_device_number(space):
    """Another host numbers the same volume otherwise: file, size, time and what was read decide."""
    expected = make(space.inbox / "leads.csv", scale(5_000), seed())
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    first = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 300)
    assert first.terminate() == 0
    space.rows("UPDATE jobs SET params = params || jsonb_build_object('dev', '1') RETURNING 1")
    space.importer()
    check_import(space, expected, finish_import(space, job_id))


def test_cancelled_import_keeps_what_it_did(space):
    expected = make(space.inbox / "leads.csv", scale(20_000), seed())
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 500)
    assert done(space, "job.cancel", {"job_id": job_id}) == [{"job_id": job_id, "result": "cancelling"}]
    last = job_events(space, job_id)[-1]
    assert last.type == "job.cancelled"
    value = last.value
    assert 0 < value["rows"] < expected["rows"]
    assert space.value("SELECT count(*) FROM leads") == value["inserted"]
    check_checkpoints(space, job_id, value)
    check_counters(space)
    assert len(rejects_of(space, value)) == value["rejected"] + (value["rejected"] > 0)


def stop_within(space, bad=0.3):
    """An import stopped in the midst, with rejected rows in parts; (its job_id, what was expected)."""
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    expected = make(space.inbox / "leads.csv", scale(8_000), seed(), bad=bad)
    importer = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 300)
    assert importer.terminate() == 0
    return job_id, expected


def parts_of(space, job_id):
    folder = space.outbox / "rejects" / f"job-{job_id}.parts"
    sizes = space.rows("SELECT lane, token, size_bytes FROM import_part WHERE job_no = %s", int(job_id))
    return [(folder / f"{lane}-{token}", size) for lane, token, size in sizes if size]


def lose_parts(space, job_id, how):
    parts = parts_of(space, job_id)
    assert parts
    for path, size in parts:
        if how == "missing":
            path.unlink()
        elif how == "short":
            os.truncate(path, size - 1)
        elif how == "other":
            path.write_bytes(b"x" * size)
        else:
            path.unlink()
            path.mkdir()


@pytest.mark.parametrize("how", ["missing", "short", "other", "folder"])
def test_lost_rejects_fail_the_job_and_free_the_list(space, how):
    """Nobody can bring them back: all else is done and said, and the list is free for the next job."""
    job_id, expected = stop_within(space)
    lose_parts(space, job_id, how)
    space.importer()
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["error"]["code"]) == ("job.failed", "rejects_lost")
    assert last.value["rejects"] is None
    assert counts_of(last.value) == {name: expected[name] for name in COUNTS}
    check_checkpoints(space, job_id, last.value)
    check_leads(space, expected)
    check_counters(space)
    (space.inbox / "next.csv").write_text("phone\n504-621-8927\n")
    assert run_import(space, "next.csv")["rows"] == 1


def test_rejects_lost_under_a_running_import_end_it(space):
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    expected = make(space.inbox / "leads.csv", scale(20_000), seed(), bad=0.3)
    space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 300)
    lose_parts(space, job_id, "missing")
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["error"]["code"]) == ("job.failed", "rejects_lost")
    assert last.value["rejects"] is None
    check_checkpoints(space, job_id, last.value)
    check_counters(space)


CANCEL = "UPDATE jobs SET cancel_requested = true RETURNING 1"


@pytest.mark.parametrize("how", ["missing", "short"])
def test_import_with_lost_rejects_can_be_cancelled(space, how):
    job_id, expected = stop_within(space)
    lose_parts(space, job_id, how)
    space.rows(CANCEL)
    space.importer()
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["error"], last.value["rejects"]) == ("job.cancelled", None, None)
    assert 0 < last.value["rejected"] and last.value["rows"] < expected["rows"]
    check_checkpoints(space, job_id, last.value)
    check_counters(space)


@pytest.mark.parametrize("params", ["{}", '{"mapping": []}', '{"lanes": 99}'])
def test_import_of_another_release_can_be_cancelled(space, params):
    """Settings that this release cannot read are left to others, unless nobody wants them done."""
    job_id, _ = stop_within(space)
    space.rows(f"UPDATE jobs SET params = CASE WHEN '{params}' = '{{}}' THEN '{{}}'::jsonb"
               f" ELSE params || '{params}' END RETURNING 1")  # fmt: skip
    space.rows(CANCEL)
    space.importer()
    assert job_events(space, job_id)[-1].type == "job.cancelled"
    assert space.value("SELECT count(*) FROM job_slot") == 0
    check_counters(space)


def test_changed_file_fails_the_job(space):
    """A resumed import reads again what it has read, and goes on only when that is the same."""
    path = space.inbox / "leads.csv"
    expected = make(path, scale(20_000), seed())
    space.extra_env |= {"LEADSPOOL_IMPORT_CHUNK_ROWS": "100", "LEADSPOOL_JOB_LEASE_MS": "1000"}
    first = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 500)
    first.kill9()
    make(path, scale(20_000), seed() + 1)
    space.importer()
    last = job_events(space, job_id)[-1]
    assert last.type == "job.failed"
    assert last.value["error"]["code"] == "source_changed"
    check_counters(space)


def append(path):
    with open(path, "a") as file:
        file.write("504-621-8927\n")


def truncate(path):
    os.truncate(path, path.stat().st_size // 2)


def replace(path):
    other = path.with_name("other.csv")
    other.write_text("phone\n504-621-8927\n")
    other.rename(path)


def check_source_changed(space, job_id):
    """The job failed for it, accounted for, and the next one has the list."""
    last = job_events(space, job_id)[-1]
    assert (last.type, (last.value["error"] or {}).get("code")) == ("job.failed", "source_changed")
    check_checkpoints(space, job_id, last.value)
    check_counters(space)
    (space.inbox / "next.csv").write_text("phone\n504-621-8927\n")
    assert run_import(space, "next.csv")["rows"] == 1


def begin_import(space, with_ids=False):
    """One that has done some of its rows; (importer, job_id, what was expected)."""
    space.extra_env |= {"LEADSPOOL_IMPORT_CHUNK_ROWS": "100"}
    columns = {"columns": (*COLUMNS, EXTERNAL_ID)} if with_ids else {}
    expected = make(space.inbox / "leads.csv", scale(20_000), seed(), **columns)
    importer = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv", **expected["import"])
    wait_rows(space, job_id, 500)
    return importer, job_id, expected


@pytest.mark.parametrize("change", [append, truncate])
def test_file_that_changes_under_a_running_import_fails_it(space, change):
    _, job_id, _ = begin_import(space)
    change(space.inbox / "leads.csv")
    check_source_changed(space, job_id)


def test_running_import_reads_the_file_that_it_opened(space):
    """Another file that takes its name is of no matter until the import has to be begun again."""
    _, job_id, expected = begin_import(space)
    replace(space.inbox / "leads.csv")
    check_import(space, expected, finish_import(space, job_id))


@pytest.mark.parametrize("with_ids", [False, True])
def test_change_that_size_and_time_do_not_show_fails_the_resumed_import(space, with_ids):
    """A byte of what was read is another, wherefore rows would be done twice or never."""
    importer, job_id, _ = begin_import(space, with_ids)
    lowest = "SELECT min(rows) FROM import_lane WHERE job_no = %s"
    wait_for(lambda: space.value(lowest, int(job_id)), 20, what="a chunk of each lane")
    assert importer.terminate() == 0
    path = space.inbox / "leads.csv"
    before = path.stat()
    with open(path, "r+b") as file:
        file.seek(300)
        byte = file.read(1)
        file.seek(300)
        file.write(b"y" if byte == b"x" else b"x")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    space.importer()
    check_source_changed(space, job_id)


@pytest.mark.parametrize("change", [append, truncate, replace])
def test_file_that_changes_before_its_import_begins_fails_it(space, change):
    space.importer()
    job_id = queued_import(space)
    change(space.inbox / "leads.csv")
    space.db.execute("DELETE FROM job_slot")
    check_source_changed(space, job_id)


def queued_import(space):
    """One that begins when the slots are free."""
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    create_list(space)
    space.db.execute("INSERT INTO job_slot SELECT 'list:' || list_no, 0 FROM list")
    return start_import(space, "leads.csv")


def test_file_that_is_gone_fails_the_job_by_its_name(space):
    space.importer()
    job_id = queued_import(space)
    (space.inbox / "leads.csv").unlink()
    space.db.execute("DELETE FROM job_slot")
    last = job_events(space, job_id)[-1]
    assert (last.type, last.value["error"]["code"]) == ("job.failed", "source_gone")
    assert "leads.csv" in last.value["error"]["message"]


DENIED = """
#include <dlfcn.h>
#include <errno.h>
#include <sys/syscall.h>
int access(const char *, int);
#define F_OK 0
long syscall(long number, long a, long b, long c, long d, long e, long f)
{
    static long (*next)(long, ...);
    if (number == SYS_openat2 && access(MARKER, F_OK) == 0) {
        errno = EACCES;
        return -1;
    }
    next = (long (*)(long, ...))dlsym(RTLD_NEXT, "syscall");
    return next(number, a, b, c, d, e, f);
}
"""


def test_import_waits_for_a_file_that_it_may_not_open(space):
    """A person mends the mode, and the job goes on. Meanwhile whoever looks is told, and the log once."""
    marker = space.dir / "denied"
    library = space.library(DENIED, "-D_GNU_SOURCE", "-fno-builtin", f'-DMARKER="{marker}"')
    importer = space.importer(env={"LD_PRELOAD": library})
    job_id = queued_import(space)
    marker.touch()
    space.db.execute("DELETE FROM job_slot")
    wait_for(lambda: "code=file_unreadable" in importer.log(), 20, what="a try")
    with subprocess.Popen(
        [settings().bin / "leadspool", "job", "watch", job_id],
        env=space.env(service="cli"), stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    ) as watch:  # fmt: skip
        line = watch.stderr.readline()  # after five seconds
        tries = space.value("SELECT token FROM jobs")
        shown = space.cli_json("job", "show", job_id)["progress"]
        told = importer.log().count("event=job.given_back ")
        marker.unlink()
        assert finish_import(space, job_id)["inserted"] == 1
    assert "waits: file_unreadable" in line
    assert (shown.get("waiting"), told, watch.returncode) == ("file_unreadable", 1, 0)
    assert 3 <= tries <= 6, "ever more rarely"
    assert "waiting" not in space.cli_json("job", "show", job_id)["progress"]


@pytest.mark.skipif(not LONG, reason="LEADSPOOL_TEST_LONG=1")
@pytest.mark.timeout(200)
def test_reading_the_list_may_take_longer_than_a_statement(space):
    """The list's leads lie at the end of a large table: here in a view that takes its time."""
    space.importer()
    job_id = queued_import(space)
    upsert(space, phone="504-621-8927")
    space.db.execute("ALTER TABLE leads RENAME TO leads_kept")
    space.db.execute("CREATE VIEW leads AS SELECT * FROM leads_kept WHERE pg_sleep(45) IS NOT NULL")
    space.db.execute("GRANT SELECT ON leads TO PUBLIC")
    space.db.execute("DELETE FROM job_slot")
    reads = "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query LIKE 'FETCH 50000 %'"
    wait_for(lambda: space.value(reads), 30, what="the reading of the list")
    space.db.execute("BEGIN; DROP VIEW leads; ALTER TABLE leads_kept RENAME TO leads; COMMIT")  # behind it
    assert finish_import(space, job_id)["duplicate_in_list"] == 1
    assert space.value("SELECT token FROM jobs WHERE job_no = %s", int(job_id)) == 1


def test_dry_run_says_what_the_import_then_does(space):
    expected = make(space.inbox / "leads.csv", scale(3_000), seed())
    space.importer()
    create_list(space)
    said = space.cli_json("import", space.inbox / "leads.csv", "--list", "a", "--dry-run")
    assert space.value("SELECT count(*) FROM leads") == space.value("SELECT count(*) FROM jobs") == 0
    did = space.cli_json("import", space.inbox / "leads.csv", "--list", "a", "--wait", timeout=200)
    wanted = {name: expected[name] for name in COUNTS}
    assert counts_of(said) == wanted
    assert counts_of(did) == wanted
    check_leads(space, expected)


@pytest.mark.parametrize("header", [True, False])
def test_rows_of_empty_cells_are_no_rows(space, header):
    """As spreadsheets leave them: before the header, between rows, by the hundred behind the last."""
    rows = ["Ann,504-621-8927,", ",,", '"", ,"  "', "Bob,12,", *[",,"] * 500, ",,x", *[",,"] * 500]
    head = [",,", "name,phone,city"] if header else [",,"]
    (space.inbox / "leads.csv").write_text("\n".join(head + rows) + "\n")
    mapping = {} if header else {"first_name": 1, "phone": 2, "city": 3}
    words = [word for field, column in mapping.items() for word in ("--map", f"{field}={column}")]
    space.importer()
    create_list(space)
    said = space.cli_json("import", space.inbox / "leads.csv", "--list", "a", "--dry-run", *words)
    ended = run_import(space, "leads.csv", **({"mapping": mapping} if mapping else {}))
    assert counts_of(said) == counts_of(ended)
    assert (ended["rows"], ended["inserted"], ended["rejected"]) == (3, 1, 2)
    assert [(row, code) for *_, row, code, _, _ in rejects_of(space, ended)[-2:]] == [
        ("2", "phone_too_short"),
        ("3", "phone_missing"),
    ]


def test_dry_run_of_an_update_says_which_rows_are_about_two_leads(space):
    """Phones that the list, or an earlier row, has with another external id; also in a later chunk."""
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    space.importer()
    create_list(space)
    for n in range(40):
        upsert(space, phone=f"504621{n:04d}", **({"external_id": f"L{n}"} if n % 2 else {}))
    rows = [(n, f"L{n}" if n % 4 else f"X{n}") for n in range(40)]  # their own, or another, or the first
    rows += [(n, f"X{n}") for n in range(0, 40, 3)] + [(n, "") for n in range(5)]
    rows += [(n, f"N{n % 150}") for n in range(50, 250)]  # ids that come again with another phone
    rows += [(n, f"N{n}" if n % 3 else f"M{n}") for n in range(50, 200)]
    lines = "".join(f"504621{n:04d},{id},{line}\n" for line, (n, id) in enumerate(rows))
    (space.inbox / "leads.csv").write_text("phone,external_id,city\n" + lines)
    words = ("import", space.inbox / "leads.csv", "--list", "a", "--on-duplicate", "update")
    said = space.cli_json(*words, "--dry-run")
    did = space.cli_json(*words, "--wait")
    assert counts_of(said) == counts_of(did)
    assert said["problems"] == {"identity_conflict": did["rejected"]} and did["rejected"] > 100
    assert did["updated"] > 0 and did["inserted"] > 0


@pytest.mark.skipif(not LONG, reason="LEADSPOOL_TEST_LONG=1")
@pytest.mark.timeout(1800)
def test_five_million_rows(space):
    expected = make(space.inbox / "leads.csv", 5_000_000, seed())
    space.importer()
    create_list(space)
    ended = run_import(space, "leads.csv", timeout=1500, **expected["import"])
    check_import(space, expected, ended)
    assert peak_of_dry_run(space, "0") < 64 << 10 < peak_of_dry_run(space, "192")


def peak_of_dry_run(space, set_mib):
    """KiB, as long as it lived."""
    peak = 0
    (space.inbox / "one.csv").write_text("phone\n504-621-8927\n")
    space.extra_env["LEADSPOOL_IMPORT_SET_MIB"] = set_mib
    process = space.popen("import", space.inbox / "one.csv", "--list", "a", "--dry-run")
    while process.poll() is None:
        status = Path(f"/proc/{process.pid}/status").read_text()
        peak = max([peak, *(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))])
        time.sleep(0.01)
    assert process.returncode == 0
    return peak
