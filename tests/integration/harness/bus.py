"""Kafka as a foreign client sees it: commands in, records out."""

import functools
import json
import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

from harness.settings import settings


@dataclass(frozen=True)
class Record:
    """One record as it lies in Kafka. topic: without the namespace."""

    topic: str
    partition: int
    offset: int
    key: str | None
    raw: bytes | None
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def value(self):
        """The value as JSON; None for a tombstone."""
        return None if self.raw is None else json.loads(self.raw)

    @property
    def type(self):
        return self.headers.get("ce_type")

    @property
    def id(self):
        return self.headers.get("ce_id")

    @property
    def place(self):
        return (self.topic, self.partition, self.offset)


def client(**more):
    """The configuration of a client. Fatal only: a broker that is away on purpose fills no log."""
    return {"bootstrap.servers": settings().bootstrap, "log_level": 2} | {
        name.replace("_", "."): value for name, value in more.items()
    }


@functools.cache
def admin():
    return AdminClient(client())


@functools.cache
def producer():
    """Idempotent: no command lies there twice, unless a test sends it twice."""
    return Producer(
        client(
            partitioner="murmur2_random",
            linger_ms=1,
            enable_idempotence=True,
            topic_metadata_refresh_sparse=True,
            topic_metadata_propagation_max_ms=10_000,
        )
    )


def command_headers(type, id, source):
    now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    return {
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_source": source,
        "ce_type": type,
        "ce_time": now,
        "content-type": "application/json",
    }


def send_command(
    space,
    topic,
    key,
    type,
    data,
    id=None,
    source="urn:test",
    headers=None,
    bad=False,
    partition=None,
    flush=True,
):
    """Sends a command as a CloudEvent in binary mode and returns its ce_id.

    data: an object, or bytes that go out as they are. headers: replaces or adds; a None value leaves
    that header out. bad: the message breaks the schemas on purpose, so that the check after the test
    lets it be. flush=False: for many; call flush_commands() after the last.
    """
    id = id or str(uuid.uuid4())
    all_headers = {**command_headers(type, id, source), **(headers or {})}

    def delivered(err, message):
        space.sent.append(err or (topic, message.partition(), message.offset()))
        if bad and not err:
            space.bad.add((topic, message.partition(), message.offset()))

    placed = {} if partition is None else {"partition": partition}
    while True:
        try:
            producer().produce(
                f"{space.ns}.{topic}",
                key=key,
                value=data if isinstance(data, bytes) else json.dumps(data).encode(),
                headers=[(name, value) for name, value in all_headers.items() if value is not None],
                on_delivery=delivered,
                **placed,
            )
            break
        except BufferError:
            producer().poll(0.1)
    producer().poll(0)
    if flush:
        flush_commands(space)
    return id


def flush_commands(space, timeout=90):
    """Until every command of the test lies in Kafka; fails when one could not. A producer whose broker
    stood still has been seen to take 35 s until it goes on."""
    left = producer().flush(timeout)
    failed = [sent for sent in space.sent if not isinstance(sent, tuple)]
    assert not left and not failed, f"not delivered: {left} left, {failed[:3]}"


def metadata_of(name=None, timeout=60):
    """{topic: its metadata}, of one or of all; waits for a broker that is on its way back."""
    deadline = time.monotonic() + timeout
    while True:
        try:
            return admin().list_topics(name, timeout=10).topics
        except KafkaException:
            if time.monotonic() > deadline:
                raise


def partitions_of(space, topic):
    """Partition numbers of the topic, [] when it does not exist."""
    name = f"{space.ns}.{topic}"
    metadata = metadata_of(name)[name]
    return [] if metadata.error else sorted(metadata.partitions)


def text_of(raw):
    return None if raw is None else raw.decode("utf-8", "backslashreplace")


def record_of(space, message):
    return Record(
        topic=message.topic().removeprefix(f"{space.ns}."),
        partition=message.partition(),
        offset=message.offset(),
        key=text_of(message.key()),
        raw=message.value(),
        headers={name: text_of(value) for name, value in message.headers() or []},
    )


def offsets_of(places, spec):
    """{(topic, partition): its offset}. Asked again for a while: a topic that was made a moment ago may
    have no leader yet."""
    asked = {TopicPartition(place.topic, place.partition): spec for place in places}
    deadline = time.monotonic() + 10
    while asked:
        try:
            found = admin().list_offsets(asked, request_timeout=10)
            return {(place.topic, place.partition): one.result().offset for place, one in found.items()}
        except KafkaException:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)
    return {}


class Reader:
    """Reads topics from the beginning of all their partitions, without a group. wait_ms: of one fetch where
    nothing is new; what comes is seen at once all the same, the end of a partition that late."""

    def __init__(self, space, topics, wait_ms=50):
        self.space = space
        self.consumer = Consumer(
            client(
                group_id=f"{space.ns}.test-reader",
                enable_auto_commit=False,
                enable_partition_eof=True,
                fetch_wait_max_ms=wait_ms,
            )
        )
        self.places = [
            TopicPartition(f"{space.ns}.{topic}", partition, OFFSET_BEGINNING)
            for topic in topics
            for partition in partitions_of(space, topic)
        ]
        self.reached = {}  # (topic, partition): the end that was met there last
        self.consumer.assign(self.places)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.consumer.close()

    def ends(self):
        """{(topic, partition): offset after the last record}, asked of the broker."""
        first = offsets_of(self.places, OffsetSpec.earliest())
        after = offsets_of(self.places, OffsetSpec.latest())
        return {place: high for place, high in after.items() if high > first[place]}

    def read(self, timeout):
        """Records that arrive within timeout, at the first that do."""
        seen = []
        for message in self.consumer.consume(1000, timeout=timeout):
            if not message.error():
                seen.append(record_of(self.space, message))
            elif message.error().code() == KafkaError._PARTITION_EOF:
                self.reached[message.topic(), message.partition()] = message.offset()
            else:
                raise AssertionError(str(message.error()))
        return seen

    def read_to(self, ends, timeout):
        """All records before those offsets."""
        deadline, seen = time.monotonic() + timeout, []
        while ends:
            seen += self.read(0.05)
            ends = {place: end for place, end in ends.items() if self.reached.get(place, -1) < end}
            assert time.monotonic() < deadline, f"not read within {timeout} s: {ends}"
        return seen


def read_topic(space, topic, until=None, timeout=30):
    """Records of the topic from the beginning, in the order of each partition.

    Without until: those that are there now. With it: reads on until until(records) is true, and fails
    with what was seen when that takes longer than timeout seconds.
    """
    with Reader(space, [topic]) as reader:
        assert reader.places, f"no topic {space.ns}.{topic}"
        seen = reader.read_to(reader.ends(), timeout)
        deadline = time.monotonic() + timeout
        while until and not until(seen):
            if time.monotonic() > deadline:
                raise AssertionError(f"{topic}: not within {timeout} s; last of {len(seen)}: {seen[-5:]}")
            seen += reader.read(0.2)
        return seen


def read_all(space, timeout=60):
    """Every record of every topic of the namespace."""
    topics = [name.removeprefix(f"{space.ns}.") for name in metadata_of() if name.startswith(f"{space.ns}.")]
    with Reader(space, topics) as reader:
        return reader.read_to(reader.ends(), timeout)


def drop_topics(space):
    """Deletes the namespace's topics and groups."""
    names = [name for name in metadata_of() if name.startswith(f"{space.ns}.")]
    for done in admin().delete_topics(names, operation_timeout=30).values() if names else []:
        done.result()
    groups = [
        group.group_id
        for group in admin().list_consumer_groups().result().valid
        if group.group_id.startswith(f"{space.ns}.")
    ]
    for done in admin().delete_consumer_groups(groups).values() if groups else []:
        if done.exception():
            continue  # members of killed processes end with their session; the group then ends too
