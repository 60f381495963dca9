"""How long after its COMMIT a version of a list's counters can be read in Redis.

PostgreSQL says when the transaction of a version committed (track_commit_timestamp), Redis when it ran the script that
stored it (MONITOR): both by this machine's clock. A version is readable when it or a later one is stored. The time of its
record in Kafka, which the relay gave it, splits the way in two.
"""

import bisect
import json
import threading
import time

from confluent_kafka import Consumer, TopicPartition
from harness import db
from harness.bus import client

VERSIONS = (
    "SELECT l.list_id, s.version, extract(epoch FROM pg_xact_commit_timestamp(s.xmin))::float8"
    " FROM list_stats s JOIN list l USING (list_no)"
)
LOOK_S = 0.004  # between two looks at the versions
LAST_S = 5  # for the last of them to arrive
ENOUGH = "ECHO enough"


class Watch(threading.Thread):
    """Calls a function over and over until it is ended."""

    def __init__(self, look):
        super().__init__(daemon=True)
        self.look = look
        self.ended = False
        self.start()

    def run(self):
        while not self.ended:
            self.look()

    def end(self):
        self.ended = True
        self.join()


class Freshness:
    def __init__(self, space, redis):
        self.space = space
        self.commits = {}  # (list, version): when
        self.arrivals = {}  # list: [(version, when)]
        self.db = db(space)
        [(kept,)] = self.db.execute("SHOW track_commit_timestamp").fetchall()
        assert kept == "on", "PostgreSQL keeps no commit times: ./dev down && ./dev up"
        self.redis = redis
        self.changes = f"PUBLISH {space.ns}:changes "
        self.begin = self.ends()
        self.began = time.time()
        self.watches = [Watch(self.hear), Watch(self.look)]

    def hear(self):
        """Until somebody says that it is enough."""
        with self.redis.monitor() as monitor:
            for seen in monitor.listen():
                if seen["command"] == ENOUGH:
                    return
                if seen["command"].startswith(self.changes):
                    self.note(json.loads(seen["command"][len(self.changes) :]), seen["time"])

    def note(self, told, now):
        parts = told["key"].split(":")
        if parts[1] == "list":
            self.arrivals.setdefault(parts[2], []).append((int(told["version"]), now))

    def look(self):
        for list_id, version, when in self.db.execute(VERSIONS):
            if when is not None and when >= self.began:
                self.commits[list_id, version] = when
        time.sleep(LOOK_S)

    def end(self):
        """{name: seconds of each version}; what never arrived is not among them, but counted by `missing`."""
        hear, look = self.watches
        look.end()
        time.sleep(LAST_S)
        hear.ended = True
        self.redis.execute_command(*ENOUGH.split())
        hear.join()
        produced = self.produced()
        ways = {"fresh": [], "to_kafka": [], "to_redis": []}
        missing = 0
        for (list_id, version), committed in self.commits.items():
            arrived = self.arrived(list_id, version)
            if arrived is None:
                missing += 1
                continue
            ways["fresh"].append(arrived - committed)
            if (list_id, version) in produced:
                ways["to_kafka"].append(produced[list_id, version] - committed)
                ways["to_redis"].append(arrived - produced[list_id, version])
        self.db.close()
        return ways, missing

    def arrived(self, list_id, version):
        arrivals = self.arrivals.get(list_id, [])
        at = bisect.bisect_left(arrivals, (version, 0.0))
        return arrivals[at][1] if at < len(arrivals) else None

    # -- Kafka

    def ends(self):
        """Where list.stats ends now."""
        topic = f"{self.space.ns}.list.stats"
        consumer = Consumer(client(group_id="bench"))
        partitions = consumer.list_topics(topic, 10).topics[topic].partitions
        ends = {no: consumer.get_watermark_offsets(TopicPartition(topic, no), 10)[1] for no in partitions}
        consumer.close()
        return ends

    def produced(self):
        """{(list, version): when}, as the records say."""
        topic, ends = f"{self.space.ns}.list.stats", self.ends()
        consumer = Consumer(client(group_id="bench", enable_auto_commit=False))
        consumer.assign([TopicPartition(topic, no, offset) for no, offset in self.begin.items()])
        missing, found = sum(ends[no] - self.begin[no] for no in ends), {}
        while missing > 0:
            records = consumer.consume(1000, 5)
            assert records, f"{missing} records of {topic} cannot be read"
            for record in records:
                missing -= 1
                if record.value():
                    told = json.loads(record.value())
                    found[told["list_id"], int(told["version"])] = record.timestamp()[1] / 1e3
        consumer.close()
        return found


def percentiles(name, seconds):
    """{name_p50_ms, name_p99_ms}"""
    ordered = sorted(seconds)
    return {
        f"{name}_p{share}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * share // 100)] * 1e3, 1)
        for share in (50, 99)
        if ordered
    }
