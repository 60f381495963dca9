"""kill -9 in the middle of an export: another process finishes it, and no file is ever seen that its manifest
does not match."""

import random
import threading
from collections import Counter

import pytest
from harness import read_topic, wait_for
from scenario import all_published, create_list, events_of, job_events, job_state, scale, seed, tell
from test_export import check_file, export, exported, lines_of, manifest_of, many_leads

KILLS = scale(4, long=60)
LEADS = scale(60_000)


class Watch(threading.Thread):
    """Looks all the time at what can be seen in the outbox."""

    def __init__(self, space):
        super().__init__(daemon=True)
        self.space, self.ended, self.found, self.looks = space, threading.Event(), [], 0

    def run(self):
        while not self.ended.wait(0.005):
            try:
                self.look()
            except Exception as error:  # told by the test
                self.found.append(repr(error))

    def look(self):
        self.looks += 1
        for name in exported(self.space):
            if name.endswith(".csv") and not name.startswith("."):
                self.check(name)

    def check(self, name):
        ended = {"file": f"exports/{name}"}
        try:
            check_file(self.space, ended | manifest_of(self.space, ended))
        except FileNotFoundError:  # what a dead claim left is taken away, the data first
            assert name not in exported(self.space), f"{name} has no manifest"

    def close(self):
        self.ended.set()
        self.join()
        assert not self.found, self.found[:3]
        assert self.looks > 0


def record_of(space):
    """What an export only reads."""
    leads = "SELECT count(*), md5(string_agg(l::text, ',' ORDER BY lead_id)) FROM leads l"
    return [space.rows(sql) for sql in (leads, "SELECT * FROM list_stats", "SELECT * FROM list_status ORDER BY 1, 2")]


@pytest.mark.timeout(200 + KILLS * 20)
def test_killed_exports_are_finished(space):
    space.extra_env |= {"LEADSPOOL_JOB_LEASE_MS": "1500", "LEADSPOOL_JOB_DEATHS": "1000"}
    rng = random.Random(seed())
    space.importer()
    exporters = [space.exporter(), space.exporter()]
    create_list(space, "a")
    many_leads(space, LEADS)
    before = record_of(space)
    watch = Watch(space)
    watch.start()
    command = {"list_id": "a", "fields": ["lead_id", "custom.note"]}
    tell(space, "list.export", command)
    job = wait_for(lambda: space.rows("SELECT job_no::text FROM jobs"), every=0.002)[0][0]  # before the answer
    kills = 0
    while kills < KILLS and job_state(space, job) in ("queued", "running"):
        wait_for(lambda: any(n.endswith(".tmp") for n in exported(space)) or is_over(space, job), 60, every=0.002)
        threading.Event().wait(rng.random() * 0.2 * (kills > 0))  # it may take no longer than this: not before the first
        if is_over(space, job):
            break
        for exporter in exporters:
            exporter.kill9()
        kills += 1
        for exporter in exporters:
            exporter.start()
    ended = job_events(space, job)[-1]
    assert ended.type == "job.completed" and kills > 0
    check_file(space, ended.value)
    watch.close()
    ids = [int(row[0]) for row in lines_of(space, ended.value)[1:]]
    assert ids == [(1 << 32) + n for n in range(1, LEADS + 1)]
    name = ended.value["file"].removeprefix("exports/")
    assert exported(space) == [name, f"{name}.manifest.json"]
    calm = export(space, **command)
    said = ("sha256", "bytes", "rows", "list_version")
    assert [ended.value[what] for what in said] == [calm[what] for what in said], "as without kills"
    assert record_of(space) == before
    all_published(space)
    told = Counter(event.type for event in events_of(read_topic(space, "list.events"), job))
    del told["job.progress"]
    assert told == {"job.accepted": 1, "job.started": 1, "job.completed": 1}


def is_over(space, job):
    return job_state(space, job) not in ("queued", "running")
