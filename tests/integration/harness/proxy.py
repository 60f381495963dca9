"""A TCP proxy that stands between a process and PostgreSQL, and does what networks do.

    with TcpProxy(database=settings().database_url) as proxy:
        importer = space.importer(env={"DATABASE_URL": proxy.url})
        proxy.cut_commits(1)        # the server commits, the client never learns
        proxy.cut_commits(1, after=None)
        proxy.deliver()             # the server commits now, when the client has looked already

Modes, for all connections, changeable at any time: forward (at first), delay, stall (nothing is
forwarded, connections stay open), refuse (new ones are reset). reset() ends the open ones at once.
"""

import re
import socket
import struct
import threading
import time
from urllib.parse import urlsplit, urlunsplit

CHUNK = 65536
# A simple Query: 'Q', length, "COMMIT", NUL. Its answer: CommandComplete with the tag COMMIT.
COMMIT = b"Q\x00\x00\x00\x0bCOMMIT\x00"
COMMITTED = b"C\x00\x00\x00\x0bCOMMIT\x00"
READY = b"Z\x00\x00\x00\x05I"
BEGIN = re.compile(rb"Q....BEGIN", re.DOTALL)
# Parse: the name of a statement that is prepared, and its text, which does not come again.
PARSE = re.compile(rb"P....(leadspool [0-9a-f]{16})\0([^\0]*)\0", re.DOTALL)
MEMORY = 1 << 20  # bytes kept of an open transaction, to recognise it


class Cut:
    """An order to cut commits. One at a time; see TcpProxy.cut_commits."""

    def __init__(self, count, marker, after):
        self.left = count
        self.marker = marker
        self.after = after


class Link:
    """One connection through the proxy: a thread per direction."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.server = socket.create_connection(proxy.target)
        self.seen = b""  # what the client sent in this transaction
        self.statements = {}  # text of what was prepared, by name
        self.awaits_commit = False  # the answer to a COMMIT is to be kept back
        self.answer = b""
        for sock in (self.client, self.server):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.threads = [
            threading.Thread(
                target=self.pump, args=(self.client, self.server, self.from_client), daemon=True
            ),
            threading.Thread(
                target=self.pump, args=(self.server, self.client, self.from_server), daemon=True
            ),
        ]
        for thread in self.threads:
            thread.start()

    def pump(self, source, target, look):
        try:
            while data := source.recv(CHUNK):
                self.proxy.hold()
                passed = look(data)
                if passed is None:
                    return
                target.sendall(passed)
            self.proxy.hold()
        except OSError:
            pass
        self.close()

    def from_client(self, data):
        """The bytes that go on to the server; None: the connection has ended."""
        start = max(0, len(self.seen) - len(COMMIT) + 1)
        parsed = max(0, len(self.seen) - CHUNK)
        self.seen += data
        self.statements |= dict(PARSE.findall(self.seen, parsed))
        if self.seen.find(COMMIT, start) >= 0:
            return data if self.commit_may_go_on(data) else None
        begun = [match.start() for match in BEGIN.finditer(self.seen)]
        self.seen = self.seen[begun[-1] if begun else 0 :]
        if len(self.seen) > MEMORY:  # the statements are at its start, what comes next at its end
            self.seen = self.seen[: MEMORY // 2] + self.seen[-MEMORY // 4 :]
        return data

    def commit_may_go_on(self, data):
        transaction, self.seen = self.seen, b""
        texts = [text for name, text in self.statements.items() if name in transaction]
        cut = self.proxy.take_cut(b"".join([transaction, *texts]))
        if cut is None:
            return True
        if cut.after:
            self.awaits_commit = True
            return True
        if cut.after is None:
            self.leave(data)
        self.proxy.count_cut()
        if cut.after is False:
            self.reset()
        return False

    def leave(self, data):
        """RST to the client alone; data waits for deliver()."""
        self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.client.close()
        self.proxy.held.append((self, data))

    def from_server(self, data):
        """The bytes that go on to the client, b"" while they are kept back; None: it has ended."""
        if not self.awaits_commit:
            return data
        self.answer += data
        if COMMITTED in self.answer:
            self.proxy.count_cut()
            self.reset()
            return None
        if not self.answer.endswith(READY):
            return b""
        # The transaction had failed and was rolled back: no commit, nothing to cut.
        answer, self.answer, self.awaits_commit = self.answer, b"", False
        return answer

    def reset(self):
        """RST to both sides, as a machine that lost its power does. Only the reading half is shut
        down, to wake our threads: shutting down both would say a polite goodbye first."""
        for sock in (self.client, self.server):
            try:
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
        self.close(socket.SHUT_RD)

    def close(self, how=socket.SHUT_RDWR):
        self.proxy.forget(self)
        for sock in (self.client, self.server):
            try:
                sock.shutdown(how)
            except OSError:
                pass
            sock.close()


class TcpProxy:
    """target: (host, port), or database: a URL to stand in for; then .url is the same through here."""

    def __init__(self, target=None, database=None):
        self.database = urlsplit(database) if database else None
        self.target = target or (self.database.hostname, self.database.port)
        self.lock = threading.Lock()
        self.flow = threading.Event()
        self.flow.set()
        self.delay_s = 0.0
        self.refusing = False
        self.cut = None
        self.cuts = 0  # commits cut so far
        self.links = set()
        self.held = []  # (link, its COMMIT that has not arrived)
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self):
        user = f"{self.database.username}@" if self.database.username else ""
        return urlunsplit(self.database._replace(netloc=f"{user}127.0.0.1:{self.port}"))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    # -- what a test orders

    def forward(self):
        """Back to health: delays, stalls, refusals and orders to cut end."""
        self.delay_s, self.refusing, self.cut = 0.0, False, None
        self.flow.set()

    def delay(self, seconds):
        """Everything arrives that much later."""
        self.delay_s = seconds

    def stall(self):
        """Nothing is forwarded any more, nothing is closed: the silent network."""
        self.flow.clear()

    def refuse(self):
        """New connections are reset; open ones live on."""
        self.refusing = True

    def reset(self):
        """Ends the open connections with RST; returns how many those were."""
        with self.lock:
            links = list(self.links)
        for link in links:
            link.reset()
        return len(links)

    def cut_commits(self, count=1, marker=None, after=True):
        """Cuts the connections of the next `count` transactions at their COMMIT.

        after=True: the server has committed, and its answer is lost. after=False: the COMMIT itself is
        lost. after=None: the COMMIT is on its way until deliver(). marker: only transactions in which the client sent these bytes (a table's name). .cuts
        counts what was cut.
        """
        with self.lock:
            self.cut = Cut(count, marker, after)

    def deliver(self):
        """The commits that are still on their way arrive; returns when the server has answered them."""
        held, self.held = self.held, []
        for link, data in held:
            link.server.sendall(data)
            link.threads[1].join(10)

    # -- for the links

    def accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            try:
                self.open(client)
            except OSError:
                client.close()

    def open(self, client):
        if self.refusing:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            client.close()
            return
        link = Link(self, client)
        with self.lock:
            self.links.add(link)

    def hold(self):
        if self.delay_s:
            time.sleep(self.delay_s)
        self.flow.wait()

    def take_cut(self, transaction):
        with self.lock:
            if not self.cut or self.cut.left == 0:
                return None
            if self.cut.marker and self.cut.marker not in transaction:
                return None
            self.cut.left -= 1
            return self.cut

    def count_cut(self):
        with self.lock:
            self.cuts += 1

    def forget(self, link):
        with self.lock:
            self.links.discard(link)

    def close(self):
        self.listener.close()
        self.forward()
        self.reset()
