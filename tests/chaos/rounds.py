"""The work that the chaos scenarios disturb, and what must come of it.

A round is a file to import, upserts, list updates, do-not-call entries, a lead to delete and a person to
erase, the same ones for the same (seed, round) whatever the namespace. A disturbed run of some rounds has
to end like an undisturbed one: the same state, the same answers, the same events but for those whose
number hangs on time.
"""

import os
import random
import threading

import psycopg
from dirty_csv import make
from dirty_rows import COLUMNS, EXTERNAL_ID
from harness import read_topic, wait_for
from harness.digest import state
from scenario import (
    all_published,
    answers,
    check_counters,
    check_import,
    create_list,
    finish_import,
    start_import,
    tell,
)

FAST = {  # short leases and small chunks, so that there is much to disturb and little to wait for
    "LEADSPOOL_JOB_LEASE_MS": "1500",
    "LEADSPOOL_LANE_LEASE_MS": "1500",
    "LEADSPOOL_SESSION_TIMEOUT_MS": "3000",
    "LEADSPOOL_IMPORT_CHUNK_ROWS": "100",
    "LEADSPOOL_IMPORT_LANES": "3",
    "LEADSPOOL_BATCH_MESSAGES": "20",
}
PATIENCE = int(os.environ.get("PATIENCE", "180"))  # seconds; shorter where a failure is what is wanted
IMPORTS = [  # of one round after the other: what the file is like, and what is told of it
    ({"duplicates": 0.2}, {}),
    ({"duplicates": 0.3, "on_duplicate": "update"}, {"lead_events": True}),
    (
        {"columns": (*COLUMNS, EXTERNAL_ID), "identity_conflict": 0.05, "encoding": "utf-16"},
        {"lead_events": True},
    ),
    ({"wild": True}, {}),
]
EXCHANGES = [n for n in range(200, 1000) if n % 100 != 11]  # N11 is no exchange: such numbers are rejected


class Work:
    def __init__(self, space, seed, rows=3_000, upserts=40):
        self.space = space
        self.seed = seed
        self.rows = rows
        self.upserts = upserts
        self.ended = []  # (list, expected, last value of the import's events)
        self.deleted, self.erased = [], []  # numbers
        space.extra_env |= FAST

    def phone(self, round, n):
        return f"+1504{EXCHANGES[round % len(EXCHANGES)]}{n:04d}"

    def send_upserts(self, round):
        rng = random.Random(self.seed * 1000 + round)
        ids = []
        for n in range(self.upserts):
            lead = {"phone": self.phone(round, rng.randrange(15)), "city": f"{round}-{n}"}
            data = {"list_id": "crm", "lead": lead}
            ids.append(tell(self.space, "lead.upsert", data, id=f"{round}-u{n}", flush=False))
            if n % 4 == 0:
                data = {"list_id": f"l{round}", "name": f"name {n}"}
                ids.append(tell(self.space, "list.update", data, id=f"{round}-n{n}", flush=False))
        return ids

    def send_dnc(self, round):
        """Numbers that are in the list by now."""
        phones = phones_of(self.space, self.phone(round, 0)[1:8])
        return [
            tell(self.space, "dnc.add", {"phone": f"+{phone}"}, id=f"{round}-d{n}")
            for n, phone in enumerate(phones[:5])
        ]

    def remove(self, round):
        """A lead and a person, whose numbers are on no do-not-call list."""
        deleted, erased = phones_of(self.space, self.phone(round, 0)[1:8])[-2:]
        ids = [
            tell(self.space, "lead.delete", {"list_id": "crm", "phone": f"+{deleted}"}, id=f"{round}-delete"),
            tell(self.space, "lead.erase", {"phone": f"+{erased}"}, id=f"{round}-erase"),
        ]
        replies = answers(self.space, ids, PATIENCE)
        results = [result for id in ids for reply in replies[id] for result in reply.value["results"]]
        assert [result["result"] for result in results] == ["deleted", "erased"]
        assert results[1]["leads"] == 1
        self.deleted.append(deleted)
        self.erased.append(erased)

    def importers(self, env=None):
        """Two, of which one has no set of numbers in memory."""
        without = {"LEADSPOOL_IMPORT_SET_MIB": "0"}
        return [self.space.importer(env), self.space.importer((env or {}) | without)]

    def begin(self):
        create_list(self.space, "crm", campaign_id="c", id="crm")

    def round(self, round):
        """One round, until all of it is done."""
        space, name = self.space, f"l{round}"
        file, told = IMPORTS[round % len(IMPORTS)]
        expected = make(space.inbox / f"{name}.csv", self.rows, self.seed * 1000 + round, **file)
        fields = expected["import"] | told
        create_list(space, name, campaign_id="c", id=f"{round}-list", timeout=PATIENCE)
        job_id = start_import(space, f"{name}.csv", name, id=f"{round}-import", timeout=PATIENCE, **fields)
        answers(space, self.send_upserts(round), PATIENCE)
        answers(space, self.send_dnc(round), PATIENCE)
        self.remove(round)
        self.ended.append((name, expected, finish_import(space, job_id, PATIENCE)))

    def check(self):
        """Everything that can be said without another run to compare with."""
        for name, expected, value in self.ended:
            check_import(self.space, expected, value, name)
        check_counters(self.space, "crm")
        self.check_removed()
        all_published(self.space)
        assert dead_letters(self.space) == []

    def check_removed(self):
        """The numbers of those who were erased are known by their digests alone, and on the list of all campaigns."""
        space = self.space
        assert space.value("SELECT count(*) FROM leads WHERE phone = ANY (%s)", self.deleted + self.erased) == 0
        assert space.value("SELECT count(*) FROM number WHERE phone = ANY (%s)", self.erased) == 0
        entries = "SELECT campaign_no, source FROM dnc_entry JOIN number USING (number_id) WHERE phone IS NULL"
        assert space.rows(entries) == [(0, "erased")] * len(self.erased)


def phones_of(space, prefix):
    """Numbers of the list crm that begin so. PostgreSQL may just be away."""
    sql = "SELECT phone FROM leads JOIN list USING (list_no) WHERE list_id = 'crm' AND phone::text LIKE %s"

    def ask():
        try:
            return space.rows(f"{sql} ORDER BY phone", f"{prefix}%")
        except psycopg.OperationalError:
            return None

    return [phone for [phone] in wait_for(ask, 60)]


def dead_letters(space):
    return [r for topic in ("importer.commands.dlq", "dnc.commands.dlq") for r in read_topic(space, topic)]


def rejects_text(work):
    """The reject files; their names hold the job's number and are left out."""
    found = {}
    for name, _, value in work.ended:
        path = value["rejects"] and work.space.outbox / value["rejects"]
        found[name] = path.read_bytes() if path else None
    return found


def check_same(spaces, disturbed, rounds):
    """The disturbed work ended as the same rounds do in peace."""
    disturbed.check()
    calm = Work(spaces(), disturbed.seed, disturbed.rows, disturbed.upserts)
    importers = calm.importers()
    calm.begin()
    for round in range(rounds):
        calm.round(round)
    calm.check()
    assert rejects_text(disturbed) == rejects_text(calm)
    for importer in importers + disturbed.space.workers:
        if importer.alive:
            importer.terminate()
    found, wanted = state(disturbed.space), state(calm.space)
    for part in wanted:
        more = sorted(set(found[part]) - set(wanted[part]))[:5]
        less = sorted(set(wanted[part]) - set(found[part]))[:5]
        assert found[part] == wanted[part], f"{part}: too much {more}, missing {less}"


class Disturber:
    """Does something to a running space at random moments, in a thread, until stopped.

    act(rng) is called after pauses between shortest and longest seconds, .limit times at most; .times
    counts the calls."""

    def __init__(self, act, seed, shortest=0.05, longest=1.5):
        self.act = act
        self.rng = random.Random(seed)
        self.pauses = (shortest, longest)
        self.times = 0
        self.limit = None
        self.error = None
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        self.ending.set()
        self.thread.join(120)
        assert not self.thread.is_alive()
        if self.error:
            raise self.error

    def run(self):
        try:
            while self.times != self.limit and not self.ending.wait(self.rng.uniform(*self.pauses)):
                self.act(self.rng)
                self.times += 1
        except BaseException as error:  # told by stop()
            self.error = error


def disturb(work, disturber, times):
    """Rounds until the disturber has acted that often; returns how many rounds it took."""
    rounds = 0
    disturber.limit = times
    with disturber:
        while disturber.times < times:
            work.round(rounds)
            rounds += 1
            assert disturber.error is None, disturber.error
    return rounds
