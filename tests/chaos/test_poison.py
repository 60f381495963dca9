"""Messages that cannot be applied leave the partition, with their cause; faults around good ones do not."""

import signal
import threading

import pytest
from harness import db, read_topic, send_command, wait_for
from harness.bus import flush_commands
from rounds import FAST, PATIENCE, dead_letters
from scenario import (
    all_published,
    answer,
    answers,
    ask,
    create_list,
    done,
    finish_import,
    job_events,
    rejects_of,
    scale,
    start_import,
    tell,
)

DEATHS = 3


def ten_updates(space, prefix):
    return [
        tell(space, "list.update", {"list_id": "a", "name": f"{prefix}{n}"}, id=f"{prefix}{n}", flush=False)
        for n in range(10)
    ]


UNREADABLE = [  # headers that replace those of a command, value
    ("no id", {"ce_id": None}, b'{"list_id": "a"}'),
    ("no source", {"ce_source": None}, b'{"list_id": "a"}'),
    ("no type", {"ce_type": None}, b'{"list_id": "a"}'),
    (
        "nothing at all",
        dict.fromkeys(("ce_id", "ce_source", "ce_type", "ce_specversion", "content-type")),
        b"\x00",
    ),
    ("id of bytes", {"ce_id": "\x01\x02"}, b'{"list_id": "a"}'),
    ("broken envelope", {"content-type": "application/cloudevents+json", "ce_id": None}, b"{"),
]


@pytest.mark.parametrize("name, headers, value", UNREADABLE, ids=[row[0] for row in UNREADABLE])
def test_message_that_nobody_can_be_answered_about(space, name, headers, value):
    """It is on the dead letters byte for byte, and those before and after it are answered."""
    space.importer()
    create_list(space)
    ids = ten_updates(space, "before")
    send_command(space, "importer.commands", "a", "list.update", value, id="bad", headers=headers, bad=True)
    ids += ten_updates(space, "after")
    assert all(found[0].type == "command.completed" for found in answers(space, ids).values())
    [dead] = read_topic(space, "importer.commands.dlq", until=lambda seen: seen)
    assert (dead.key, dead.raw) == ("a", value)
    assert dead.headers["__connect.errors.topic"].endswith("importer.commands")
    assert dead.headers["leadspool_error_service"] == "importer"
    for header, kept in headers.items():
        assert dead.headers.get(header) == (kept if kept is None else dead.headers[header])
    assert space.value("SELECT name FROM list") == "after9"


def test_bad_values_are_answered_not_buried(space):
    space.importer()
    create_list(space)
    values = [b"", b"{", b"[]", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"list_id": "a", "nam": "x"}']
    ids = ten_updates(space, "before")
    bad = [
        send_command(space, "importer.commands", "a", "list.update", value, id=f"bad{n}", bad=True)
        for n, value in enumerate(values)
    ]
    ids += ten_updates(space, "after")
    assert {found[0].type for found in answers(space, ids).values()} == {"command.completed"}
    assert {found[0].type for found in answers(space, bad).values()} == {"command.rejected"}
    assert dead_letters(space) == []


def test_a_flood_of_bad_ones_lets_the_good_ones_through(space):
    """N bad messages, a good one every hundred."""
    space.importer()
    create_list(space)
    ids, count = [], scale(2_000)
    for n in range(count):
        value = b'{"list_id": "a", "name": ' + b"[" * (n % 40) + str(n).encode()
        headers = {"ce_id": None} if n % 3 == 0 else {}
        send_command(
            space, "importer.commands", "a", "list.update", value, headers=headers, bad=True, flush=False
        )
        if n % 100 == 99:
            ids.append(tell(space, "list.update", {"list_id": "a", "name": f"n{n}"}, flush=False))
    flush_commands(space)
    assert {found[0].type for found in answers(space, ids, PATIENCE).values()} == {"command.completed"}
    buried = read_topic(space, "importer.commands.dlq", until=lambda seen: len(seen) >= (count + 2) // 3)
    assert len(buried) == (count + 2) // 3


class Supervisor:
    """Starts an importer again whenever it ended, as systemd does; .deaths counts."""

    def __init__(self, importer):
        self.importer = importer
        self.deaths = 0
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.watch, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        self.thread.join(30)

    def watch(self):
        while not self.ending.wait(0.05):
            if not self.importer.alive:
                self.deaths += 1
                self.importer.start()


@pytest.mark.timeout(200)
def test_message_that_kills_the_process(space):
    """Tried alone and marked, it may kill three times; then it is buried and the rest goes on.

    Two deaths may come before: one after others of its batch got through, and one that tells that the
    position does not move."""
    space.extra_env |= FAST | {"LEADSPOOL_DEBUG_MESSAGES": "1"}
    importer = space.importer()
    importer.may_crash = True
    create_list(space)
    ids = ten_updates(space, "before")
    with Supervisor(importer) as supervisor:
        send_command(space, "importer.commands", "a", "debug.abort", {"list_id": "a"}, id="bomb", bad=True)
        ids += ten_updates(space, "after")
        replies = answers(space, ids, PATIENCE)
        [dead] = read_topic(space, "importer.commands.dlq", until=lambda seen: seen)
    assert {found[0].type for found in replies.values()} == {"command.completed"}
    assert all(len(found) == 1 for found in replies.values())
    assert dead.headers["ce_id"] == "bomb"
    assert dead.headers["leadspool_error_code"] == "crash"
    assert dead.headers["leadspool_error_attempts"] == str(DEATHS)
    assert DEATHS <= supervisor.deaths <= DEATHS + 2
    assert space.value("SELECT name FROM list") == "after9"
    all_published(space)
    names = [r for r in read_topic(space, "list.events") if r.type == "list.updated"]
    assert len({r.id for r in names}) == 20


@pytest.mark.timeout(200)
def test_kills_from_outside_bury_nothing(space):
    """kill -9 while good messages are being worked on, more often than a bad one may kill."""
    space.extra_env |= FAST
    importer = space.importer()
    create_list(space)
    ids = []
    for turn in range(DEATHS + 2):
        ids += [
            tell(space, "list.update", {"list_id": "a", "name": f"{turn}-{n}"}, id=f"{turn}-{n}", flush=False)
            for n in range(100)
        ]
        answer(space, ids[-100], PATIENCE)
        importer.kill9()
        importer.start()
    replies = answers(space, ids, PATIENCE)
    assert {found[0].type for found in replies.values()} == {"command.completed"}
    assert dead_letters(space) == []
    assert (
        done(space, "list.update", {"list_id": "a", "name": f"{DEATHS + 1}-99"})[0]["result"] == "unchanged"
    )
    all_published(space)


DEADLY = """
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>
ssize_t pread(int fd, void *bytes, size_t len, off_t at)
{
    struct stat file;
    if (access(MARKER, F_OK) == 0 || (len > 65536 && at >= 200000)) { /* less is what the command looks at */
        kill(getpid(), SIGKILL);
    } else if (len > 65536 && fstat(fd, &file) == 0 && file.st_size < 100) {
        usleep(400000);
    }
    return syscall(SYS_pread64, fd, bytes, len, at);
}
ssize_t pread64(int fd, void *bytes, size_t len, off_t at)
{
    return pread(fd, bytes, len, at);
}
"""


def built(space, source, *words):
    """A library that takes the place of system calls; jobs may kill DEATHS processes."""
    space.extra_env |= FAST | {"LEADSPOOL_JOB_LEASE_MS": "1000", "LEADSPOOL_JOB_DEATHS": str(DEATHS)}
    return space.library(source, *words)


def deadly(space):
    """With the library a process dies far behind the beginning of a file; with the marker there, of any read."""
    marker = space.dir / "deadly"
    return built(space, DEADLY, f'-DMARKER="{marker}"'), marker


BAD_FILE = "phone\n12\n" + "".join(f"504621{n:04d}\n" for n in range(10_000)) * 5


@pytest.mark.timeout(120)
def test_job_that_kills_the_process(space):
    """It fails in the end with what it did accounted for, and frees its list. The one beside it, which
    is too slow for a step of its own before the process dies, is not blamed."""
    library, _ = deadly(space)
    (space.inbox / "bad.csv").write_text(BAD_FILE)
    (space.inbox / "slow.csv").write_text("phone\n504-845-1427\n")
    importer = space.importer(env={"LD_PRELOAD": library, "LEADSPOOL_JOB_THREADS": "2"})
    for list_id in "ab":
        create_list(space, list_id)
    space.db.execute("INSERT INTO job_slot SELECT 'list:' || list_no, 0 FROM list")  # they begin together
    bad, slow = start_import(space, "bad.csv"), start_import(space, "slow.csv", "b")
    with Supervisor(importer) as supervisor:
        space.db.execute("DELETE FROM job_slot")
        failed = job_events(space, bad)[-1]
        assert finish_import(space, slow)["inserted"] == 1
    assert supervisor.deaths == DEATHS
    assert (failed.type, failed.value["error"]["code"]) == ("job.failed", "crash")
    assert failed.value["inserted"] + failed.value["duplicate"] + 1 == failed.value["rows"] > 10_000
    assert [line[2] for line in rejects_of(space, failed.value)] == ["code", "phone_too_short"]
    assert space.value("SELECT count(*) FROM job_slot") == 0


@pytest.mark.timeout(120)
@pytest.mark.parametrize("type, slot", [("list.import", "list:1"), ("dnc.import", "dnc:0")])
def test_job_that_kills_at_its_first_look_at_the_file(space, type, slot):
    library, marker = deadly(space)
    (space.inbox / "bad.csv").write_text("phone\n504-621-8927\n")
    importer = space.importer(env={"LD_PRELOAD": library})
    create_list(space)
    space.db.execute("INSERT INTO job_slot VALUES (%s, 0)", [slot])
    fields = {"list_id": "a"} if type == "list.import" else {}
    job_id = ask(space, type, {"file": "bad.csv", **fields}).value["job_id"]
    marker.touch()
    with Supervisor(importer) as supervisor:
        space.db.execute("DELETE FROM job_slot")
        failed = job_events(space, job_id, 60)[-1]
    assert supervisor.deaths == DEATHS
    assert (failed.type, failed.value["error"]["code"], failed.value["rows"]) == ("job.failed", "crash", 0)


@pytest.mark.timeout(120)
def test_rejects_come_without_the_header_that_kills(space):
    """One more death, and what was rejected before is there."""
    library, marker = deadly(space)
    (space.inbox / "bad.csv").write_text(BAD_FILE)
    importer = space.importer(env={"LD_PRELOAD": library})
    create_list(space)
    job_id = start_import(space, "bad.csv")
    with Supervisor(importer):
        wait_for(lambda: space.value("SELECT count(*) FROM import_part"), 20, every=0.005, what="a rejected row")
        marker.touch()
        failed = job_events(space, job_id, 60)[-1]
    assert space.value("SELECT deaths FROM jobs") == DEATHS + 1
    assert (failed.type, failed.value["error"]["code"], failed.value["rejected"]) == ("job.failed", "crash", 1)
    assert [line[:3] for line in rejects_of(space, failed.value)] == [(["12"], "1", "phone_too_short")]


DEADLY_RENAME = """
#include <signal.h>
#include <unistd.h>
int renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    (void)from_fd, (void)from, (void)to_fd, (void)to;
    return kill(getpid(), SIGKILL);
}
"""


@pytest.mark.timeout(120)
def test_a_job_that_kills_at_its_end_ends_all_the_same(space):
    """The file of its rejected rows cannot be made: it does without."""
    library = built(space, DEADLY_RENAME)
    (space.inbox / "bad.csv").write_text("phone\n12\n")
    importer = space.importer(env={"LD_PRELOAD": library})
    create_list(space)
    with Supervisor(importer) as supervisor:
        failed = job_events(space, start_import(space, "bad.csv"), 60)[-1]
    assert supervisor.deaths == DEATHS + 2
    assert (failed.type, failed.value["error"]["code"]) == ("job.failed", "crash")
    assert (failed.value["rejected"], failed.value["rejects"]) == (1, None)


def two_deaths(space, job_id):
    space.db.execute("UPDATE jobs SET deaths = 2 WHERE job_no = %s", (int(job_id),))


@pytest.mark.timeout(120)
def test_deadly_job_holds_nobody_up(space):
    """It is alone in its process only up to its next step, and waits for nobody whose end is far."""
    space.extra_env |= FAST | {"LEADSPOOL_JOB_LEASE_MS": "1000", "LEADSPOOL_JOB_THREADS": "3"}
    (space.inbox / "one.csv").write_text("phone\n5046218927\n")
    (space.inbox / "many.csv").write_text("phone\n" + "".join(f"504621{n:04d}\n" for n in range(10_000)))
    importer = space.importer()
    for list_id in "abc":
        create_list(space, list_id)
    stats = "SELECT 1 FROM list_stats JOIN list USING (list_no) WHERE list_id = %s FOR UPDATE OF list_stats"
    with db(space) as first, first.transaction():
        first.execute(stats, ("a",))
        stuck = start_import(space, "one.csv")  # for as long as this transaction lasts
        wait_for(lambda: f"job={stuck} " in importer.log())
        space.db.execute("INSERT INTO job_slot SELECT 'list:' || list_no, 0 FROM list WHERE list_id = 'b'")
        deadly = start_import(space, "many.csv", "b")
        two_deaths(space, deadly)
        space.db.execute("DELETE FROM job_slot WHERE job_no = 0")
        with db(space) as second:
            steps = "SELECT coalesce(sum(chunk), 0) FROM import_lane WHERE job_no = %s"
            wait_for(lambda: space.value(steps, int(deadly)) > 0, every=0.002)
            with second.transaction():
                second.execute(stats, ("b",))
                beside = start_import(space, "one.csv", "c")
                assert finish_import(space, beside)["inserted"] == 1
        assert finish_import(space, deadly)["inserted"] == 10_000
    assert finish_import(space, stuck)["inserted"] == 1
    assert space.value("SELECT max(deaths) FROM jobs") == 0
    assert importer.log().count(f"event=job.claimed job={deadly} ") == 1


@pytest.mark.timeout(120)
def test_kills_between_steps_end_no_job(space):
    """More of them than a job may die of without a step."""
    space.extra_env |= FAST | {"LEADSPOOL_JOB_LEASE_MS": "1000", "LEADSPOOL_JOB_DEATHS": "3"}
    (space.inbox / "leads.csv").write_text(
        "phone\n" + "".join(f"504{621 + n // 10_000}{n % 10_000:04d}\n" for n in range(20_000))
    )
    importer = space.importer()
    create_list(space)
    job_id = start_import(space, "leads.csv")
    for _ in range(3):
        had = space.value("SELECT coalesce(sum(chunk), 0) FROM import_lane")
        wait_for(lambda: space.value("SELECT coalesce(sum(chunk), 0) FROM import_lane") > had, 30, every=0.002)  # noqa: B023
        importer.kill9()
        importer.start()
    assert finish_import(space, job_id)["inserted"] == 20_000


def test_a_process_that_was_asked_to_stop_does_not_die_with_its_job(space):
    space.extra_env |= FAST | {"LEADSPOOL_JOB_LEASE_MS": "1000"}
    (space.inbox / "leads.csv").write_text("phone\n5046218927\n")
    importer = space.importer()
    create_list(space)
    with db(space) as beside, beside.transaction():
        beside.execute("SELECT 1 FROM list_stats FOR UPDATE")
        job_id = start_import(space, "leads.csv")
        wait_for(lambda: space.value("SELECT owner <> '' FROM jobs"), every=0.01)
        importer.signal(signal.SIGTERM)
        wait_for(lambda: space.value("SELECT owner = '' FROM jobs"), 3, every=0.01)
        importer.kill9()
    importer.start()
    assert finish_import(space, job_id)["inserted"] == 1
    assert "event=job.claimed" in importer.log() and "deaths=1" not in importer.log()
