"""What the workers tell systemd: that they are ready, alive while they get on, and about to end."""

import os
import socket
import threading
import time

import pytest
from harness import db, wait_for
from scenario import tell

WATCHDOG_S = 1.0  # what the worker is told: a sign of life within it; it gives ten


class Supervisor:
    """A NOTIFY_SOCKET, in systemd's place. Read all the time: the kernel keeps ten datagrams, then who speaks waits."""

    def __init__(self, folder):
        self.path = str(folder / "notify")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.socket.settimeout(0.1)
        self.told = []  # "READY=1"
        self.closed = threading.Event()
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def env(self, watchdog_s=WATCHDOG_S):
        return {"NOTIFY_SOCKET": self.path, "WATCHDOG_USEC": str(int(watchdog_s * 1e6))}

    def read(self):
        while not self.closed.is_set():
            try:
                self.told += self.socket.recv(4096).decode().splitlines()
            except TimeoutError:
                continue

    def close(self):
        self.closed.set()
        self.reader.join()
        self.socket.close()

    def count(self, line):
        return self.told.count(line)

    def silence(self, seconds):
        """Is no sign of life given for so long?"""
        before = self.count("WATCHDOG=1")
        time.sleep(seconds)
        return self.count("WATCHDOG=1") == before


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(tmp_path)
    yield supervisor
    supervisor.close()


@pytest.mark.parametrize("service", ["importer", "recycler", "exporter", "stats"])
def test_ready_alive_and_stopping(space, supervisor, service):
    worker = space.worker(service, env=supervisor.env())
    wait_for(lambda: supervisor.count("WATCHDOG=1") >= 2, 15, what="signs of life")
    assert supervisor.count("READY=1") == 1
    assert worker.terminate() == 0
    wait_for(lambda: supervisor.count("STOPPING=1"), 15)
    assert [line for line in supervisor.told if line in ("READY=1", "STOPPING=1")] == ["READY=1", "STOPPING=1"]


def test_signs_come_often_so_that_nearly_the_whole_interval_may_pass_in_silence(space, supervisor):
    """Ten times in it: a round may take 108 s of the two minutes that the units allow."""
    space.exporter(env=supervisor.env(watchdog_s=10))
    before = supervisor.count("WATCHDOG=1")
    wait_for(lambda: supervisor.count("WATCHDOG=1") >= before + 3, 8, what="three signs in less than the interval")


def test_a_loop_that_stands_still_gives_no_sign_of_life(space, supervisor):
    """Its transaction waits for a lock, as it would for a server that hangs; the other threads go on."""
    importer = space.importer(env=supervisor.env())
    wait_for(lambda: supervisor.count("WATCHDOG=1"), 15)
    with db(space) as beside, beside.transaction():
        beside.execute("LOCK TABLE consumer_position")
        tell(space, "list.create", {"list_id": "spring", "campaign_id": "c"})
        waits = "SELECT count(*) FROM pg_locks WHERE relation = 'consumer_position'::regclass AND NOT granted"
        wait_for(lambda: space.value(waits), 15, what="the loop waits")
        assert supervisor.silence(WATCHDOG_S * 2)
        assert importer.get("/metrics")[0] == 200
    before = supervisor.count("WATCHDOG=1")
    wait_for(lambda: supervisor.count("WATCHDOG=1") > before, 15, what="signs of life again")


def test_a_start_that_waits_for_the_database_asks_for_time(space, supervisor):
    nowhere = {"DATABASE_URL": f"postgresql:///none?host={os.path.dirname(supervisor.path)}"}
    worker = space.worker("stats", env={**supervisor.env(), **nowhere}, ready=False)
    wait_for(lambda: supervisor.count("EXTEND_TIMEOUT_USEC=30000000"), 15, what="more time")
    assert supervisor.count("READY=1") == supervisor.count("WATCHDOG=1") == 0
    worker.terminate()
