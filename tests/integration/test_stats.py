"""leadspool-stats: what Redis shows of lists is what the record has."""

import json
import re
import threading
from contextlib import closing

from confluent_kafka import Consumer, Producer, TopicPartition
from harness import read_topic, send_command, wait_for
from harness.bus import client as bus_client
from harness.bus import command_headers, partitions_of, producer
from harness.settings import ROOT, settings
from live import client, equal, fields, not_ahead
from scenario import ask, create_list, done, tell, upsert

QUICK = {"LEADSPOOL_SESSION_TIMEOUT_MS": "2000"}


def test_counters_are_shown_and_announced(space):
    """One lead from the command to Redis, and what is said of it there."""
    live = client()
    listener = live.pubsub(ignore_subscribe_messages=True)
    listener.subscribe(f"{space.ns}:changes")
    listener.get_message(timeout=5)
    space.importer()
    space.stats()
    create_list(space, "a", campaign_id="c")
    upsert(space, "a", phone="+15046218927", external_id="x")
    shown = equal(space)
    key = f"{space.ns}:list:a:stats"
    assert shown[key]["total"] == shown[key]["status:NEW"] == "1"
    assert live.smembers(f"{space.ns}:campaign:c:lists") == {"a"}
    assert live.smembers(f"{space.ns}:campaigns") == {"c"}
    heard = []

    def told():
        message = listener.get_message(timeout=1)
        heard.extend([json.loads(message["data"])] if message else [])
        return {"key": key, "epoch": shown[key]["epoch"], "version": shown[key]["version"]} in heard

    wait_for(told, 10)


def test_killed_in_the_middle(space):
    """kill -9 between reading and committing, again and again: Redis is never ahead, and ends equal."""
    space.importer()
    stats = space.stats(QUICK)
    create_list(space, "a")
    create_list(space, "b")
    for round in range(3):
        for number in range(20):
            tell(space, "lead.upsert", {"list_id": "ab"[number % 2], "lead": phone(round, number)})
            if number == 7 + round:
                stats.kill9()
            not_ahead(space)
        stats.start()
    shown = equal(space)
    assert {hash["total"] for hash in shown.values()} == {"30"}


def test_the_record_read_last_may_be_gone(space):
    """Compaction takes it; here nobody sees it, since its transaction was aborted."""
    space.importer()
    stats = space.stats()
    create_list(space)
    place = "SELECT partition, next_offset FROM consumer_position WHERE topic = 'list.stats' AND next_offset > 0"
    wait_for(lambda: space.rows(place), what="list.stats read")
    stats.terminate()
    [(partition, next_offset)] = space.rows(place)
    topic = f"{space.ns}.list.stats"
    aborted = Producer(bus_client(transactional_id=space.ns))
    aborted.init_transactions(30)
    aborted.begin_transaction()
    aborted.produce(topic, b"{}", "gone", partition)
    aborted.flush(30)
    aborted.abort_transaction(30)
    end = wait_for(lambda: newest(topic, partition, above=next_offset), what="the mark of the transaction")
    gone = "UPDATE consumer_position SET next_offset = %s, fingerprint = 1 WHERE topic = 'list.stats' AND partition = %s"
    space.db.execute(gone, (end, partition))
    upsert(space, phone="+15046218927")
    stats.start()
    moved = "SELECT next_offset > %s FROM consumer_position WHERE topic = 'list.stats' AND partition = %s"
    wait_for(lambda: space.value(moved, end, partition), 20, what="read on")
    assert space.value("SELECT count(*) FROM consumer_position WHERE halted IS NOT NULL") == 0
    equal(space)


def newest(topic, partition, above):
    """The offset that the next record will have, once no transaction is open before it and it is above that one."""
    with closing(Consumer(bus_client(group_id="nobody"))) as reader:
        end = reader.get_watermark_offsets(TopicPartition(topic, partition), 30)[1]
        return end if end > above else None


def phone(round, number):
    return {"phone": f"+1504621{round}{number:03d}"}


def test_why_is_counted_anew_where_the_list_has_changed(space):
    """The shares of the reasons are taken at a pace; those of a list of before an import are not shown."""
    space.importer()
    space.stats({"LEADSPOOL_STATS_PACE_S": "60"})
    create_list(space, "a", campaign_id="c")
    live = client()
    wait_for(lambda: live.exists(f"{space.ns}:list:a:now"), what="shares of the empty list")
    upsert(space, "a", phone="+15046218927")
    wait_for(lambda: live.hget(f"{space.ns}:list:a:stats", "total") == "1", what="the counters in Redis")
    found = space.cli_json("stats", "--list", "a", "--why")
    assert (found["total"], found["source"]) == (1, "postgresql")


def test_why_is_counted_anew_where_the_rules_have_changed(space):
    space.importer()
    space.recycler()
    space.stats({"LEADSPOOL_STATS_PACE_S": "10"})
    create_list(space, "a", campaign_id="c")
    upsert(space, "a", phone="+15046218927")

    def shown():
        why = space.cli_json("stats", "--list", "a", "--why")
        return why["source"], why["why"]["campaign_paused"], why["why"]["outside_hours"]

    wait_for(lambda: shown() == ("redis", 1, 0), 100, what="shares of the list with its lead")
    shut = {"days": ["mon"], "from": "00:00", "to": "00:01"}
    rules = {"campaign_id": "c", "active": True, "law_pack": "none", "assume_zones": ["UTC"]}
    done(space, "campaign.put", rules | {"windows": [shut]})
    assert shown()[1:] == (0, 1)


def test_flushed(space):
    """An emptied Redis is filled again by itself, with numbers beyond 2^53 as they are; so are sums, and what people see."""
    space.importer()
    space.stats()
    create_list(space, "a", campaign_id="c")
    upsert(space, "a", phone="+15046218927")
    equal(space)
    large = 2**53 + 1
    space.db.execute("UPDATE list_stats SET version = %(n)s, total = %(n)s, ready = %(n)s, attempted = %(n)s", {"n": large})
    live = client()
    live.delete(*live.scan_iter(f"{space.ns}:*"))
    assert equal(space) == fields(space)
    wait_for(lambda: live.hget(f"{space.ns}:campaign:c:stats", "attempted") == str(large), what="the sum")
    for subject in (("--list", "a"), ("--campaign", "c"), ("--list", "a", "--record")):
        assert space.cli_json("stats", *subject)["attempted"] == large, subject


def stats_message(list_id, epoch, version, total=1, raw=None, **more):
    """A list.stats as somebody else would send it: value and headers."""
    stages = {"dialable": total, **dict.fromkeys(("offered", "finished", "exhausted", "dnc", "invalid"), 0)}
    value = {"list_id": list_id, "campaign_id": "c", "epoch": epoch, "version": version, "life": "active"}
    value |= {"total": total, "contacted": 0, "attempted": 0, "statuses": {"NEW": total}} | stages | more
    headers = {"ce_subject": list_id, "ce_sequence": f"{epoch:020d}.{version:020d}.0000"}
    return json.dumps(value).encode() if raw is None else raw, headers


def test_replays_tombstones_and_large_numbers(space):
    """Reordered, repeated, after the end of a list; versions and counts beyond 2^53; and what is no list.stats."""
    space.check_messages = False  # they are sent by hand, out of order
    space.stats()
    live = client()
    key = f"{space.ns}:list:z:stats"
    large = 2**53

    def send(*args, **more):
        value, headers = stats_message("z", *args, **more)
        send_command(space, "list.stats", "z", "list.stats", value, headers=headers)

    def version():
        return live.hget(key, "version")

    for number in (large + 1, large + 2, large, large + 1, 9, 10):  # newest second
        send(1, number, total=number)
    send(1, large + 3, total=2**63 - 1, campaign_id="d")
    wait_for(lambda: version() == str(large + 3), 30)
    assert live.hget(key, "total") == live.hget(key, "status:NEW") == str(2**63 - 1)
    assert live.hget(key, "penetration") == "0.0000"
    assert (live.smembers(f"{space.ns}:campaign:c:lists"), live.smembers(f"{space.ns}:campaign:d:lists")) == (
        set(),
        {"z"},
    )
    send(2, 1, total=5)  # the record was set back: a new epoch begins low
    wait_for(lambda: live.hget(key, "epoch") == "2", 30)
    assert (version(), live.hget(key, "total")) == ("1", "5")
    _, headers = stats_message("z", 2, 7)
    tombstone(space, "z", headers)
    wait_for(lambda: live.hget(key, "life") == "deleted", 30)
    assert live.hgetall(key) == {"list_id": "z", "epoch": "2", "version": "7", "life": "deleted"}
    assert 8 * 86400 - 60 < live.ttl(key) <= 8 * 86400
    assert live.smembers(f"{space.ns}:campaign:d:lists") == set()
    for epoch, number in ((1, large + 9), (2, 6), (2, 7)):
        send(epoch, number)
    send_command(space, "list.stats", "z", "list.stats", b"no JSON", headers=headers)
    send_command(space, "list.stats", "z", "list.stats", b"{}", headers=headers)
    [one, two] = read_topic(space, "list.stats.dlq", until=lambda seen: len(seen) == 2)
    assert {one.headers["leadspool_error_code"], two.headers["leadspool_error_code"]} == {
        "json_invalid",
        "missing_field",
    }
    assert live.hget(key, "life") == "deleted"
    assert read_topic(space, "command.events", until=lambda seen: True) == []


def tombstone(space, key, headers):
    all_headers = command_headers("list.stats", "urn:tombstone", "urn:test") | headers
    producer().produce(f"{space.ns}.list.stats", key=key, value=None, headers=list(all_headers.items()))
    producer().flush(30)


def test_an_index_heals(space):
    """Of a hash that is as it should be: whoever wrote it may have died before the index. The hash has the last word."""
    space.check_messages = False
    space.stats({"LEADSPOOL_STATS_SWEEP_S": "3600"})
    live = client()
    key, index = f"{space.ns}:list:z:stats", f"{space.ns}:campaign:c:lists"
    taken = "SELECT coalesce(sum(next_offset), 0) FROM consumer_position WHERE topic = 'list.stats' AND consumer_group = 'stats'"

    def send(count):
        value, headers = stats_message("z", 1, 1)
        send_command(space, "list.stats", "z", "list.stats", value, headers=headers)
        wait_for(lambda: space.value(taken) == count, 30, what=f"message {count}")
        return live.smembers(index)

    assert send(1) == {"z"}
    live.srem(index, "z")
    assert send(2) == {"z"}
    live.hset(key, "campaign_id", "d")
    assert send(3) == set()


def test_the_example_of_redis_md(space):
    """The client of schemas/redis.md, as it stands there, sees each state in order, and the last; of `:now` also those
    that come with time alone; and goes on when its connections were closed."""
    page = (ROOT / "schemas" / "redis.md").read_text()
    [code] = re.findall(r"```python\n(.*?)```", page, re.S)
    scope = {}
    exec(compile(code, "redis.md", "exec"), scope)
    seen = []
    space.importer()
    space.stats(QUICK)
    create_list(space, "a")
    url, key = settings().redis_url, f"{space.ns}:list:a:stats"
    url += "?client_name=" + (reader := f"reader-{space.ns}")
    looks = []
    for which, sink in ((key, seen), (key.replace(":stats", ":now"), looks)):
        threading.Thread(target=scope["follow"], args=(url, which, sink.append), daemon=True).start()
    wait_for(lambda: seen and {hash.get("version") for hash in looks[-3:]} == {seen[-1]["version"]} and len(looks) > 2,
             20, what="looks at one version")  # fmt: skip
    assert len({hash.get("taken_at") for hash in looks[-3:]}) > 1
    for connection in client().client_list():
        if connection["name"] == reader:
            client().client_kill_filter(_id=connection["id"])
    for number in range(10):
        upsert(space, "a", phone=f"+1504621{number + 2000}")
    wait_for(lambda: seen[-1]["total"] == "10", 20)
    versions = [int(hash["version"]) for hash in seen]
    assert versions == sorted(set(versions)) and len(versions) > 1
    fields_told = set(re.findall(r"^\| ([a-z_, :A-Z…]+?) \|", page, re.M))
    named = {name.strip() for group in fields_told for name in group.split(",")}
    plain = {re.sub(r":.*", ":CODE", name) for name in seen[-1]}
    assert plain <= named, plain - named


def test_a_deleted_list(space):
    """It says so, and all that Kafka has, read once more from its beginning, does not bring it back."""
    space.importer()
    stats = space.stats(QUICK)
    for list_id in "ab":
        create_list(space, list_id, campaign_id="c")
        upsert(space, list_id, phone="+15046218927")
    equal(space)
    live = client()
    key = f"{space.ns}:list:a:stats"
    assert ask(space, "list.delete", {"list_id": "a"}).type == "command.accepted"
    wait_for(lambda: live.hget(key, "life") == "deleted", 60)
    assert live.ttl(key) > 7 * 86400
    wait_for(lambda: live.smembers(f"{space.ns}:campaign:c:lists") == {"b"}, 10)
    before = equal(space) | {key: live.hgetall(key)}
    assert stats.terminate() == 0
    for partition in partitions_of(space, "list.stats"):
        space.cli("position", "reset", "--group", "stats", "--topic", "list.stats", "--partition", partition,
                  "--to", "earliest", "--yes", code=None)  # fmt: skip
    stats.start().wait_ready()
    lag = "SELECT coalesce(sum(next_offset), 0) FROM consumer_position WHERE topic = 'list.stats' AND consumer_group = 'stats'"
    wait_for(lambda: space.value(lag) >= 5, 60, what="all of list.stats read again")
    assert equal(space) | {key: live.hgetall(key)} == before
