"""Dialers: leadspool dialer-sim as a child, and one that a test plays by hand.

    sim = space.dialer_sim("--think", "0", "--seed", 7)     # running; ends with the space, or by sim.stop()
    sim.stop()                                              # its summary
    sim.events()                                            # what it saw and did, for judge.py

    dialer = space.dialer()
    [offer] = dialer.offers(1)
    call = dialer.start(offer)
    dialer.end(call, "NA", duration_s=20)
"""

import dataclasses
import functools
import json
import time
import uuid
from datetime import UTC, datetime, timedelta

from harness import bus
from harness.check import value_problems
from harness.process import Process
from harness.settings import settings
from harness.wait import wait_for

READ_UNTIL = "SELECT complete_until >= %s FROM outcome_reading"
SEQUENCE = "{:020d}.{:020d}.{:06d}"


def rfc3339(moment):
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def moment_of(text):
    return datetime.fromisoformat(text)


class Clock:
    """A virtual clock for every process of a space: LEADSPOOL_CLOCK_FILE. Make it before the first of
    them starts."""

    def __init__(self, space, now):
        self.path = space.dir / "clock"
        self.now = now
        space.extra_env["LEADSPOOL_CLOCK_FILE"] = str(self.path)
        self.set(now)

    def set(self, now):
        """Never back. Processes see it within milliseconds."""
        assert now >= self.now
        self.now = now
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{(now - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)}\n")
        fresh.replace(self.path)

    def advance(self, **more):
        self.set(self.now + timedelta(**more))
        return self.now

    def step(self, space, timeout=60, **more):
        """Advances, and waits until recyclers have read all outcomes that were there. Steps of a simulation
        are shorter than half a campaign's reserve_s: what a dialer owes goes out at the next one."""
        self.advance(**more)
        wait_for(lambda: space.value(READ_UNTIL, self.now), timeout, every=0.004, what=f"read until {self.now}")


class DialerSim(Process):
    """leadspool dialer-sim; its JSON lines are space.logs/NAME.jsonl."""

    def __init__(self, space, name, options, env=None):
        super().__init__(space, name, env)
        self.calls = space.logs / f"{name}.jsonl"
        self.options = ["--name", name, "--log", self.calls, "--json", *options]
        self.summary = None

    def command(self):
        return [settings().bin / "leadspool", "dialer-sim", *map(str, self.options)]

    def wait(self, timeout=60):
        """Until it ends by itself (--duration, --max-calls); its summary."""
        code = self.process.wait(timeout)
        last = self.log().splitlines()[-1:]
        assert code == 0, f"{self.name} ended with {code}: {self.log_path}: {last}"
        self.summary = json.loads(last[0])
        return self.summary

    def stop(self, timeout=60):
        """Asks it to end, which it does in order; its summary."""
        self.terminate(timeout)
        return self.wait()

    def close(self):
        self.end()

    def events(self):
        """Its lines as objects, in their order; a last one that is not whole is left out."""
        if not self.calls.exists():
            return []
        whole = self.calls.read_text().rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]


@dataclasses.dataclass(frozen=True)
class Call:
    """A call of Dialer."""

    offer: dict
    call_id: str
    started_at: datetime


class Dialer:
    """One that a test plays. It reads leads.dialable from its beginning, as a consumer that drops what
    is not newer than the last of its subject, and notes all it sees and does like dialer-sim. name: its
    ce_source is dialer/NAME. clock: gives the time; the wall clock when there is none."""

    def __init__(self, space, name="hand", clock=None):
        self.space = space
        self.name = name
        self.clock = clock
        self.calls = space.logs / f"{name}.jsonl"
        self.last = {}  # lead_id -> ce_sequence
        self.seen = []  # records, in their order

    @functools.cached_property
    def reader(self):
        return bus.Reader(self.space, ["leads.dialable"], wait_ms=1000)

    def faults(self):
        return []

    def close(self):
        if "reader" in self.__dict__:
            self.reader.consumer.close()

    # -- seeing

    def read(self, timeout=0.1):
        for record in self.reader.read(timeout):
            if record.headers["ce_sequence"] > self.last.get(record.key, ""):
                self.last[record.key] = record.headers["ce_sequence"]
                self.seen.append(record)
                self.note_seen(record)

    def wait(self, found, timeout=30, what="what was waited for"):
        """The first true value of found(), reading on meanwhile."""
        deadline = time.monotonic() + timeout
        while not (value := found()):
            assert time.monotonic() < deadline, f"not within {timeout} s: {what}; last: {self.seen[-3:]}"
            self.read()
        return value

    def events(self, type, **fields):
        """Values of that type seen so far whose fields are these."""
        values = (record.value for record in self.seen if record.type == type)
        return [value for value in values if all(value[name] == fields[name] for name in fields)]

    def offers(self, count, timeout=30, **fields):
        """The offers made so far, when there are at least count of them."""

        def made():
            return self.events("offer.made", **fields)

        return self.wait(lambda: len(made()) >= count and made(), timeout, f"{count} offers")

    def revoked(self, offer, timeout=30):
        """The revocation of an offer."""
        return self.wait(
            lambda: self.events("offer.revoked", offer_id=offer["offer_id"]), timeout, "the revocation"
        )[0]

    def expired(self, offer, timeout=30):
        return self.wait(
            lambda: self.events("offer.expired", offer_id=offer["offer_id"]), timeout, "the expiry"
        )[0]

    def quiet(self, seconds=1.0, **fields):
        """No offer with these fields that was not there before comes for so long."""
        before = len(self.events("offer.made", **fields))
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            self.read()
        made = self.events("offer.made", **fields)
        assert len(made) == before, f"offered: {made[before:]}"

    # -- doing

    def now(self):
        return self.clock.now if self.clock else datetime.now(UTC)

    def start(self, offer, at=None, call_id=None, agent=None, tell=True, **more):
        """A call begins; tell=False: without call.started."""
        call = Call(offer, call_id or str(uuid.uuid4()), at or self.now())
        self.note("dialed", offer, call_id=call.call_id, started_at=rfc3339(call.started_at))
        if tell:
            self.tell_started(call, agent=agent, **more)
        return call

    def tell_started(self, call, agent=None, id=None, **more):
        data = {
            "lead_id": call.offer["lead_id"],
            "offer_id": call.offer["offer_id"],
            "call_id": call.call_id,
            "started_at": rfc3339(call.started_at),
        }
        self.note("started", call.offer, call_id=call.call_id, started_at=data["started_at"])
        return self.send("call.started", data | ({"agent": agent} if agent else {}) | more, id)

    def end(self, call, disposition, duration_s=10, id=None, callback_at=None, headers=None, **more):
        """call.ended; more: agent, callback_agent ... A None value leaves a field out."""
        data = {
            "lead_id": call.offer["lead_id"],
            "offer_id": call.offer.get("offer_id"),
            "call_id": call.call_id,
            "disposition": disposition,
            "started_at": rfc3339(call.started_at),
            "duration_s": duration_s,
            "callback_at": callback_at and rfc3339(callback_at),
        } | more
        data = {name: value for name, value in data.items() if value is not None}
        noted = {name: data[name] for name in ("call_id", "disposition", "started_at", "callback_at") if name in data}
        self.note("ended", call.offer, **noted, duration_s=duration_s)
        return self.send("call.ended", data, id, headers=headers or {})

    def answer(self, offer, disposition, duration_s=10, **more):
        """A whole call."""
        call = self.start(offer)
        self.end(call, disposition, duration_s, **more)
        return call

    def release(self, offer, reason="test", id=None):
        self.note("released", offer, reason=reason)
        data = {"lead_id": offer["lead_id"], "offer_id": offer["offer_id"], "reason": reason}
        return self.send("offer.released", data, id)

    def send(self, type, data, id=None, **more):
        problems = value_problems(data, type)
        assert not problems, problems
        headers = {"ce_subject": data["lead_id"], "ce_time": rfc3339(self.now())}
        return bus.send_command(
            self.space,
            "dialer.outcomes",
            data["lead_id"],
            type,
            data,
            id=id,
            source=f"dialer/{self.name}",
            headers=headers | more.pop("headers", {}),
            **more,
        )

    # -- notes, as dialer-sim keeps them

    def note_seen(self, record):
        value = record.value
        told = {"told_at": record.headers["ce_time"]}
        if record.type == "offer.made":
            names = ("phone", "state", "agent", "not_after", "why", "attempt", "attempts_total", "lead_version")
            self.note("made", value, **told, **{name: value[name] for name in names})
        elif record.type in ("offer.revoked", "offer.expired"):
            self.note(record.type.removeprefix("offer."), value, **told, reason=value.get("reason"))

    def note(self, event, offer, **more):
        names = ("offer_id", "lead_id", "list_id", "campaign_id")
        line = {"at": rfc3339(self.now()), "event": event, "dialer": self.name}
        line |= {name: offer.get(name) for name in names}
        with self.calls.open("a") as file:
            file.write(json.dumps(line | more) + "\n")


# ---- offers without a recycler, for tests of dialers


def offer_value(offer_id, lead_id, **more):
    """An offer.made as a recycler writes it."""
    return {
        "offer_id": str(offer_id),
        "lead_id": str(lead_id),
        "list_id": "spring",
        "campaign_id": "solar",
        "phone": f"+1504621{int(lead_id) % 10_000:04d}",
        "extension": None,
        "external_id": None,
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": None,
        "address": None,
        "city": "New Orleans",
        "state": "LA",
        "zip": "70116",
        "country": "US",
        "custom": {},
        "priority": 50,
        "attempt": 1,
        "attempts_total": 0,
        "not_after": rfc3339(datetime.now(UTC) + timedelta(minutes=5)),
        "agent": None,
        "why": "fresh",
        "lead_version": 2,
    } | more


def publish_offer(space, type, value, version=2, now=None, ordinal=1, flush=True):
    """Puts a message on leads.dialable in a recycler's place."""
    extra = {
        "ce_subject": value["lead_id"],
        "ce_sequence": SEQUENCE.format(1, version, ordinal),
        "ce_time": rfc3339(now or datetime.now(UTC)),
        "campaign": value["campaign_id"],
    }
    return bus.send_command(
        space,
        "leads.dialable",
        value["lead_id"],
        type,
        value,
        source=f"/leadspool/{space.ns}",
        headers=extra,
        flush=flush,
    )
