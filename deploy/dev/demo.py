"""For `./dev demo`: reads what the import left behind, as a stranger would.

  demo.py events LIST                       the list's events on Kafka, counted by type
  demo.py rejects JOBS.json                 path of the reject file beneath the outbox
  demo.py rules CAMPAIGN RULES.json         what the campaign may do, for tests/judge.py
  demo.py first_called CALLS.jsonl          the lead that was called first
  demo.py moving                            lines of `stats --watch --json`, counted and the last few shown
  demo.py account JOBS.json EXPECTED.json   job and list against what the generator knows

JOBS.json: one line of `leadspool job ls --json`.
"""

import json
import os
import subprocess
import sys
from collections import Counter

from confluent_kafka import OFFSET_BEGINNING, Consumer, TopicPartition

NAMESPACE = os.environ.get("LEADSPOOL_NAMESPACE", "leadspool")
TOPICS = ("command.events", "list.events", "list.stats")  # all keyed by list
COUNTS = ("rows", "inserted", "updated", "duplicate", "rejected")


def read_to_end(topic):
    """Every record of the topic that is there now."""
    consumer = Consumer(
        {
            "bootstrap.servers": os.environ["KAFKA_BOOTSTRAP_SERVERS"],
            "group.id": f"{NAMESPACE}.demo",
            "enable.auto.commit": False,
            "log_level": 3,
        }
    )
    partitions = consumer.list_topics(topic, timeout=10).topics[topic].partitions
    left = {}
    for number in partitions:
        low, high = consumer.get_watermark_offsets(TopicPartition(topic, number), timeout=10)
        if high > low:
            left[number] = high
    consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in left])
    while left:
        for message in consumer.consume(1000, timeout=1):
            if message.error():
                sys.exit(f"{topic}: {message.error()}")
            if message.offset() + 1 >= left.get(message.partition(), 0):
                left.pop(message.partition(), None)
            yield message
    consumer.close()


def events(list_id):
    print(f"{'topic':<16}{'type':<20}{'events':>6}")
    for topic in TOPICS:
        mine = [m for m in read_to_end(f"{NAMESPACE}.{topic}") if m.key() == list_id.encode()]
        types = Counter(dict(message.headers())["ce_type"].decode() for message in mine)
        for type, count in types.items():
            print(f"{topic:<16}{type:<20}{count:>6}")
        if mine and topic == "list.stats":
            print(f"\nthe latest list.stats: {mine[-1].value().decode()}")


def rules(campaign_id, path):
    """What demo.sh tells the campaign. It did so a moment ago; clocks of one machine differ by nothing."""
    settings = {"active": True, "windows": [], "law_pack": "", "assume_zones": ["America/New_York"]}
    caps = {"cap_gap_s": 1, "cap_calls": 3, "max_attempts": 5}
    intervals = {"NA": (3, 5), "B": (3, 2), "A": (2, 8)}
    commands = [("campaign.put", settings | caps)] + [
        ("recycle_rule.put", {"disposition": code, "max_attempts": most, "intervals_s": [interval]})
        for code, (most, interval) in intervals.items()
    ]
    told = [
        {"at": "2000-01-01T00:00:00Z", "type": type, "data": {"campaign_id": campaign_id} | data}
        for type, data in commands
    ]
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"commands": told, "slack_s": 1}, file)


def first_called(path):
    with open(path, encoding="utf-8") as file:
        print(next(line["lead_id"] for line in map(json.loads, file) if line["event"] == "ended"))


def moving():
    states = [json.loads(line) for line in sys.stdin]
    names = ("version", "dialable", "offered", "attempted", "contacted", "finished", "source")
    print("".join(f"{name:>11}" for name in names))
    for state in states[:: max(1, len(states) // 8)]:
        print("".join(f"{state[name]:>11}" for name in names))
    print(f"{len(states)} states in 5 seconds")


def last_job(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)[0]


def rejects(path):
    print(f"rejects/job-{last_job(path)['job_id']}.csv")


def stats_of(leadspool, list_id):
    done = subprocess.run(
        [leadspool, "stats", "--list", list_id, "--record", "--json"], check=True, capture_output=True, text=True
    )
    return json.loads(done.stdout)


def account(jobs, expected, leadspool):
    job = last_job(jobs)
    with open(expected, encoding="utf-8") as file:
        wanted = json.load(file)
    total = stats_of(leadspool, job["list_id"])["total"]
    print("".join(f"{word:>12}" for word in ("", *COUNTS)))
    for name, counts in (("job", job), ("generator", wanted)):
        print(f"{name:>12}" + "".join(f"{counts[count]:>12}" for count in COUNTS))
    whole = job["rows"] == sum(job[count] for count in COUNTS[1:])
    same = all(job[count] == wanted[count] for count in COUNTS)
    if not whole or not same or total != job["inserted"] or job["state"] != "completed":
        sys.exit(f"NOT OK: the job is {job}, the list has {total} leads")
    print(
        f"OK: {job['rows']} rows = {job['inserted']} inserted + {job['updated']} updated"
        f" + {job['duplicate']} duplicate + {job['rejected']} rejected; the list has {total} leads"
    )


if __name__ == "__main__":
    verbs = {f.__name__: f for f in (events, rejects, rules, first_called, moving, account)}
    verbs[sys.argv[1]](*sys.argv[2:])
