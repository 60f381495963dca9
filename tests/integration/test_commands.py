"""Commands and their answers: each is answered once, whatever it holds and however often it comes."""

import base64
import json
import uuid
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from confluent_kafka import Consumer, TopicPartition
from harness import db, read_topic, send_command, wait_for
from harness.bus import client
from harness.dialer import Clock
from scenario import (
    DATA,
    all_published,
    answer,
    answers,
    ask,
    create_list,
    done,
    finish_import,
    follow,
    job_events,
    scale,
    start_import,
    tell,
)

CASES = sorted(DATA.glob("*valid/command_*"))


def put_file(inbox, name, content):
    """content: text, or {"base64": …} for bytes, or {"symlink": target}."""
    path = inbox / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(content, str):
        path.write_bytes(content.encode())
    elif "symlink" in content:
        path.symlink_to(content["symlink"])
    else:
        path.write_bytes(base64.b64decode(content["base64"]))


def prepare(space, expected):
    """What the case needs to be there; returns the id of its job, if it has one."""
    job_id = None
    for name, content in expected.get("files", {}).items():
        put_file(space.inbox, name, content)
    for before in expected.get("before", []):
        reply = ask(space, before["type"], before["value"], topic=before["topic"], key=before["key"])
        assert reply.type != "command.rejected", reply
        if reply.type == "command.accepted":
            job_id = reply.value["job_id"]
        if before.get("wait") == "job":
            job_events(space, job_id)
    return job_id


def send_case(space, case, expected):
    job_id = prepare(space, expected)
    data = (case / "input.json").read_bytes().replace(b"@job@", (job_id or "").encode())
    id = str(uuid.uuid4())
    headers = {}
    if "content_type" in expected:
        id = json.loads(data)["id"]
        headers = dict.fromkeys(("ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time"))
        headers["content-type"] = expected["content_type"]
    bad = expected["schema"] != "accepts" or case.parent.name == "invalid"
    type, key = expected["type"], expected["key"]
    return send_command(space, expected["topic"], key, type, data, id=id, headers=headers, bad=bad)


def contains(whole, part):
    return all(whole.get(name) == value for name, value in part.items())


def check_reply(reply, id, expected):
    value = reply.value
    assert value["command_id"] == id == reply.headers["ce_correlationid"]
    assert value["command_type"] == expected["type"]
    assert reply.headers["ce_subject"] == f"{value['command_source']}/{id}"
    assert reply.key == expected["key"]
    if "item" in expected:
        assert reply.type == "command.completed", value
        result = value["results"][expected["item"]]
        assert result["result"] == "rejected", result
        assert contains(result, {name: expected[name] for name in ("code", "field") if name in expected}), (
            result
        )
        return
    if "code" in expected:
        assert (reply.type, value.get("code")) == ("command.rejected", expected["code"]), value
        assert expected.get("field") in (None, value["field"]), value
        assert value["message"]
        return
    assert reply.type == expected["reply"], value
    results = expected.get("results", [])
    assert len(value.get("results", [])) == len(results)
    for found, wanted in zip(value.get("results", []), results, strict=True):
        assert contains(found, wanted), (found, wanted)


@pytest.mark.timeout(600)
def test_cases(space, subtests):
    """tests/data/{valid,invalid}/command_*: one importer, a list of its own per case."""
    space.importer()
    for case in CASES:
        expected = json.loads((case / "expected.json").read_text())
        with subtests.test(f"{case.parent.name}/{case.name}"):
            id = send_case(space, case, expected)
            check_reply(answer(space, id), id, expected)
    assert not read_topic(space, "importer.commands.dlq")
    assert not read_topic(space, "dnc.commands.dlq")


def test_largest_message_that_kafka_takes_is_answered(space):
    space.importer()
    for data in (b"[" * 990_000, b'"' + b"x" * 990_000 + b'"', b" " * 990_000):
        id = send_command(space, "importer.commands", "a", "list.create", data, bad=True)
        assert answer(space, id).value["code"].startswith("json_")


def body(reply):
    return reply.type, {name: value for name, value in reply.value.items() if name != "at"}


REPEATED = [
    ("list.create", {"list_id": "a", "campaign_id": "c"}),
    ("list.update", {"list_id": "there", "name": "New name"}),
    ("list.update", {"list_id": "absent", "name": "New name"}),
    ("dnc.add", {"phone": "+15042005001"}),
    ("dnc.remove", {"phone": "+15042005002"}),
    ("list.import", {"list_id": "there", "file": "leads.csv"}),
    ("list.import", {"list_id": "there", "file": "absent.csv"}),
]


@pytest.mark.parametrize("type, data", REPEATED, ids=lambda part: part if isinstance(part, str) else "")
def test_same_command_twice_has_one_effect_and_the_same_answer(space, type, data):
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    space.importer()
    create_list(space, "there")
    id = str(uuid.uuid4())
    for _ in range(3):
        tell(space, type, data, id=id)
    last = ask(space, "job.cancel", {"job_id": "999999"}, key=data.get("list_id") or data["phone"],
               topic="dnc.commands" if type.startswith("dnc") else "importer.commands")  # fmt: skip
    assert last.type == "command.rejected"
    replies = answers(space, [id])[id]
    assert replies and all(body(reply) == body(replies[0]) for reply in replies)
    assert space.value("SELECT count(*) FROM jobs") == (replies[0].type == "command.accepted")
    assert space.value("SELECT count(*) FROM list WHERE list_id = 'a'") == (type == "list.create")
    assert space.value("SELECT count(*) FROM dnc_entry") == (type == "dnc.add")
    names = [
        r.type
        for r in read_topic(space, "list.events", until=lambda seen: seen)
        if r.key == data.get("list_id")
    ]
    assert len(names) == len(set(names)), names


def test_same_id_with_other_content_is_a_conflict(space):
    space.importer()
    first = {"list_id": "a", "campaign_id": "c", "name": "one"}
    tell(space, "list.create", first, id="twin")
    tell(space, "list.create", first | {"name": "two"}, id="twin")
    tell(space, "list.create", first, id="twin", source="urn:another")
    create_list(space, "b")

    def answered(records):
        return len({r.id for r in records if r.headers.get("ce_correlationid") == "twin"}) == 3

    records = read_topic(space, "command.events", until=answered)
    replies = [
        r.value for r in {r.id: r for r in records if r.headers["ce_correlationid"] == "twin"}.values()
    ]
    codes = sorted((value["command_source"], value.get("code", "")) for value in replies)
    assert codes == [("urn:another", "list_exists"), ("urn:test", ""), ("urn:test", "id_conflict")]
    assert space.value("SELECT name FROM list WHERE list_id = 'a'") == "one"


NOT_RECORDED = [
    ("list.destroy", b"{}"),
    ("list.create", b"{"),
    ("lead.upsert", b'{"list_id": "a", "lead": {"phone": "+15046218927"}}'),
]


@pytest.mark.parametrize("type, data", NOT_RECORDED, ids=[row[0] for row in NOT_RECORDED])
def test_repeats_are_answered_in_order_also_when_nothing_is_recorded(space, type, data):
    """The check after each test wants every reply to have a higher sequence than the one before."""
    space.importer()
    create_list(space)
    for _ in range(3):
        send_command(space, "importer.commands", "a", type, data, id="again", bad=True)
    create_list(space, "b")
    assert len(follow(space, "command.events", lambda seen: len(seen) >= 5, 30)) == 5


def test_import_command_twice_is_one_job_also_after_it_ended(space):
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n810-292-9388\n")
    space.importer()
    create_list(space)
    first = start_import(space, "leads.csv", id="import-1")
    job_events(space, first)
    second = start_import(space, "leads.csv", id="import-1")
    assert first == second
    third = start_import(space, "leads.csv", id="import-2")
    assert third != first
    ended = job_events(space, third)[-1].value
    assert (ended["rows"], ended["duplicate_in_list"]) == (2, 2)


def test_id_that_comes_again_after_its_time_is_a_new_command(space):
    """Answers are forgotten after 35 days, jobs are not. The check after each test wants the reply to have
    a higher sequence than the one that nobody knows of any more."""
    clock = Clock(space, datetime.now(UTC) - timedelta(days=37))
    importer = space.importer()
    create_list(space)
    (space.inbox / "leads.csv").write_text("phone\n504-621-8927\n")
    first = start_import(space, "leads.csv", id="quarterly")
    assert finish_import(space, first)["inserted"] == 1
    clock.advance(days=36)
    importer.terminate()
    importer.start()
    wait_for(lambda: space.value("SELECT count(*) FROM command WHERE command_id = 'quarterly'") == 0)
    for _ in range(2):
        tell(space, "list.import", {"list_id": "a", "file": "leads.csv"}, id="quarterly")
    wait_for(lambda: space.value("SELECT count(*) FROM jobs WHERE state = 'completed'") == 2, 30)
    jobs = "SELECT job_no::text, result ->> 'duplicate' FROM jobs WHERE command_id = 'quarterly' ORDER BY 1"
    assert space.rows(jobs)[0] == (first, "0") and space.rows(jobs)[1][1] == "1"
    assert done(space, "list.update", {"list_id": "a", "name": "behind it"})


def test_jobs_of_one_list_take_turns(space):
    (space.inbox / "leads.csv").write_text("phone\n" + "".join(f"504-200-{i:04d}\n" for i in range(3000)))
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    space.importer()
    create_list(space)
    ids = [tell(space, "list.import", {"list_id": "a", "file": "leads.csv"}) for _ in range(3)]
    jobs = [replies[0].value["job_id"] for replies in answers(space, ids).values()]
    ended = [job_events(space, job)[-1] for job in sorted(jobs, key=int)]
    assert [event.value["inserted"] for event in ended] == [3000, 0, 0]
    assert [event.value["duplicate_in_list"] for event in ended] == [0, 3000, 3000]


def test_many_commands_are_answered_each_once_and_in_order(space):
    """N commands on 20 lists, each given twice: as many effects as commands, versions without holes."""
    count, lists = scale(400), 20
    space.importer()
    for n in range(lists):
        create_list(space, f"l{n}", name="0")
    ids = []
    for n in range(count):
        data = {"list_id": f"l{n % lists}", "name": str(n + 1)}
        ids += [tell(space, "list.update", data, id=f"u{n}", flush=False) for _ in range(2)][:1]
    assert len(answers(space, ids, timeout=120)) == count
    for n in range(lists):
        assert done(space, "list.update", {"list_id": f"l{n}", "priority": 50})[0]["result"] == "unchanged"
        last = max(range(n, count, lists)) + 1
        assert space.value("SELECT name FROM list WHERE list_id = %s", f"l{n}") == str(last)
    all_published(space)
    events = [r for r in read_topic(space, "list.events") if r.type == "list.updated"]
    assert len({r.id for r in events}) == count


def test_a_second_importer_shares_the_work(space):
    importers = [space.importer(), space.importer()]
    ids = [tell(space, "list.create", {"list_id": f"l{n}", "campaign_id": "c"}) for n in range(60)]
    replies = answers(space, ids)
    assert all(found[0].type == "command.completed" for found in replies.values())
    assert all(importer.alive for importer in importers)
    owners = space.rows(
        "SELECT owner FROM consumer_position WHERE topic = 'importer.commands' AND owner <> ''"
    )
    assert len(set(owners)) == 2


def test_list_that_exists_makes_no_campaign(space):
    space.importer()
    create_list(space, "a", campaign_id="c")
    again = ask(space, "list.create", {"list_id": "a", "campaign_id": "another"})
    assert (again.type, again.value["code"]) == ("command.rejected", "list_exists")
    assert space.rows("SELECT campaign_id FROM campaign") == [("c",)]


def test_update_of_other_fields_leaves_a_list_as_somebody_beside_made_it(space):
    """What the command does not name is neither written back nor told from an earlier look."""
    space.importer()
    create_list(space, "a", description="before")
    with db(space) as beside:
        with beside.transaction():
            beside.execute("UPDATE list_stats SET life = 'paused', version = version + 1")
            beside.execute("UPDATE list SET description = 'after'")
            id = tell(space, "list.update", {"list_id": "a", "name": "New name"})
            pid = beside.info.backend_pid
            wait_for(lambda: space.waiting_for(pid), 20, every=0.01, what="the update that waits")
    assert answer(space, id).type == "command.completed"
    assert space.value("SELECT life FROM list_stats") == "paused"
    assert space.row("SELECT name, description FROM list") == ("New name", "after")
    [update] = [
        record.value
        for record in read_topic(space, "list.events", until=lambda seen: len(seen) == 2)
        if record.type == "list.updated"
    ]
    assert (update["active"], update["description"]) == (False, "after")


def test_lag_tools_see_how_far_a_worker_has_read(space):
    """Kafka is told soon after, though not of each batch; the record has it at once."""
    space.create().importer()
    create_list(space)
    [(topic, partition, after)] = space.rows(
        "SELECT topic, partition, next_offset FROM consumer_position WHERE next_offset > 0 AND topic = 'importer.commands'"
    )
    place = TopicPartition(f"{space.ns}.{topic}", partition)
    with closing(Consumer(client(group_id=f"{space.ns}.importer"))) as tool:
        wait_for(lambda: tool.committed([place], timeout=10)[0].offset == after, 10, what="the position on Kafka")
