"""leadspool dialer-sim against offers that a test publishes in the recycler's place."""

import itertools
import time
from collections import Counter
from datetime import UTC, datetime, timedelta

from harness import Clock, offer_value, publish_offer, read_topic, wait_for
from harness.bus import flush_commands
from harness.dialer import moment_of, rfc3339
from scenario import scale, seed

SOON = timedelta(minutes=5)


def publish_many(space, count, **more):
    """The first of each partition alone: what overtakes it where it is tried again is taken for it, and it is
    lost (KAFKA-15591; adapters/bus.h)."""
    for number in range(1, count + 1):
        value = offer_value(number, 1000 + number, **more)
        publish_offer(space, "offer.made", value, flush=number <= 40)
    flush_commands(space)


def outcomes(space, count=0):
    return read_topic(space, "dialer.outcomes", until=lambda seen: len(seen) >= count)


def seen(sim, event, count=1, timeout=30):
    return wait_for(
        lambda: len(found := [line for line in sim.events() if line["event"] == event]) >= count and found,
        timeout,
        what=f"{count} {event}",
    )


def test_every_offer_is_called_and_answered_once(space):
    count = scale(300, long=20_000)
    publish_many(space, count)
    sim = space.dialer_sim("--think", "0", "--max-calls", count, "--seed", seed(), "--answer", "NA=1,BUSY=1")
    summary = sim.wait()
    assert summary["offers"] == summary["calls"] == summary["started"] == summary["ended"] == count
    records = outcomes(space)
    types = Counter(record.type for record in records)
    assert types == {"call.started": count, "call.ended": count}
    ended = {record.value["offer_id"]: record for record in records if record.type == "call.ended"}
    assert len(ended) == count
    assert {record.headers["ce_source"] for record in records} == {"dialer-sim/sim1"}
    assert {record.value["disposition"] for record in ended.values()} == {"NA", "B"}
    assert all(record.key == record.value["lead_id"] for record in records)
    answers = Counter(record.value["disposition"] for record in ended.values())
    assert answers == summary["answers"]


def test_from_latest_what_was_there_is_left_out(space):
    """Of one lead, which keeps them in their order."""
    numbers = itertools.count(1)

    def publish_next():
        number = next(numbers)
        publish_offer(space, "offer.made", offer_value(number, 1), version=number)

    def first_seen():
        publish_next()
        return next((line["offer_id"] for line in sim.events() if line["event"] == "made"), None)

    publish_next()
    sim = space.dialer_sim("--think", "0", "--from", "latest")
    assert int(wait_for(first_seen, every=0.2, what="an offer")) > 1


def test_the_same_seed_makes_the_same_of_an_offer(space):
    count = 200
    publish_many(space, count)
    told = []
    for name, number in (("one", 5), ("two", 5), ("three", 6)):
        options = ("--think", "0", "--max-calls", count, "--group", name)
        sim = space.dialer_sim(*options, "--seed", number, name=name)
        sim.wait()
        told.append({line["offer_id"]: line["disposition"] for line in sim.events() if line["event"] == "ended"})
    assert told[0] == told[1] != told[2]


def test_nothing_starts_after_not_after(space):
    late = datetime.now(UTC) - timedelta(seconds=1)
    publish_offer(space, "offer.made", offer_value(1, 1, not_after=rfc3339(late)))
    publish_offer(space, "offer.made", offer_value(2, 2))
    sim = space.dialer_sim("--think", "0")
    seen(sim, "ended")
    summary = sim.stop()
    assert (summary["too_late"], summary["calls"]) == (1, 1)
    assert {record.key for record in outcomes(space)} == {"2"}


def test_a_revoked_offer_is_released_or_goes_on(space):
    sim = space.dialer_sim("--think", "1h", "--channels", 1, "--silent-start", 100)
    first, second = offer_value(1, 1), offer_value(2, 2)
    publish_offer(space, "offer.made", first)
    seen(sim, "dialed")
    publish_offer(space, "offer.made", second)
    seen(sim, "made", 2)
    for offer in (first, second):
        ids = {name: offer[name] for name in ("offer_id", "lead_id", "list_id", "campaign_id")}
        publish_offer(space, "offer.revoked", {**ids, "reason": "dnc"}, version=3)
    seen(sim, "started")
    seen(sim, "released")
    told = [(record.type, record.key) for record in outcomes(space, 2)]
    assert sorted(told) == [("call.started", "1"), ("offer.released", "2")]
    summary = sim.stop()
    assert (summary["calls"], summary["revoked"], summary["ended"]) == (1, 2, 1)


def test_what_is_not_newer_is_dropped(space):
    offer = offer_value(1, 1)
    ids = {name: offer[name] for name in ("offer_id", "lead_id", "list_id", "campaign_id")}
    publish_offer(space, "offer.made", offer, version=5)
    publish_offer(space, "offer.made", offer, version=5)
    publish_offer(space, "offer.made", offer_value(2, 1), version=4)
    publish_offer(space, "offer.expired", ids, version=6)
    space.check_messages = False  # the order is broken on purpose
    sim = space.dialer_sim("--think", "0")
    seen(sim, "expired")
    summary = sim.stop()
    assert (summary["offers"], summary["stale"], summary["expired"], summary["calls"]) == (1, 2, 1, 1)


def test_mischief_comes_in_its_shares(space):
    count = 1000
    publish_many(space, count)
    shares = ("--lose", 10, "--release", 10, "--duplicate", 20, "--reorder", 10, "--late", 10, "--late-by", "1h")
    sim = space.dialer_sim("--think", "0", "--channels", 2000, "--seed", seed(), *shares)
    seen(sim, "made", count)
    summary = sim.stop()
    assert summary["lost"] + summary["released"] + summary["calls"] == count
    for name, least, most in (("lost", 50, 150), ("released", 50, 150), ("duplicated", 100, 250), ("late", 40, 130)):
        assert least < summary[name] < most, (name, summary)
    records = outcomes(space)
    firsts = {}
    for record in records:
        firsts.setdefault(record.key, []).append(record.type)
    assert sum(types[0] == "call.ended" for types in firsts.values()) == summary["reordered"] > 40
    repeated = Counter(record.value.get("call_id") for record in records if record.type == "call.ended")
    assert sum(times - 1 for times in repeated.values()) == summary["duplicated"]


def test_agents_and_callbacks(space):
    publish_many(space, 20)
    publish_offer(space, "offer.made", offer_value(50, 50, agent="maria", why="callback"))
    options = ("--think", "7s", "--answer", "CALLBACK=1", "--callback-after", "2h", "--agents", 3)
    clock = Clock(space, datetime(2026, 11, 23, 17, tzinfo=UTC))
    sim = space.dialer_sim(*options)
    seen(sim, "dialed", 21)
    clock.advance(seconds=8)
    seen(sim, "ended", 21)
    sim.stop()
    ended = [record.value for record in outcomes(space) if record.type == "call.ended"]
    for value in ended:
        assert value["disposition"] == "CB"
        assert value["duration_s"] == 7
        over = moment_of(value["started_at"]) + timedelta(seconds=7)
        assert moment_of(value["callback_at"]) == over + timedelta(hours=2)
    assert {value["agent"] for value in ended} == {"agent-1", "agent-2", "agent-3", "maria"}


def test_days_pass_as_the_clock_file_says(space):
    clock = Clock(space, datetime(2026, 11, 1, tzinfo=UTC))
    publish_offer(space, "offer.made", offer_value(1, 1, not_after=rfc3339(clock.now + SOON)))
    sim = space.dialer_sim("--think", "30d", "--duration", "40d")
    [dialed] = seen(sim, "dialed")
    assert moment_of(dialed["at"]) == clock.now
    clock.advance(days=30)
    [ended] = seen(sim, "ended")
    assert ended["duration_s"] == 30 * 86400
    clock.advance(days=10)
    assert sim.wait()["ended"] == 1


def test_those_of_a_group_share_the_offers(space):
    options = ("--think", "0", "--group", "floor")
    sims = [space.dialer_sim(*options) for _ in range(2)]
    wait_for(lambda: all(sim.log_path.exists() for sim in sims))
    time.sleep(4)  # until the group has settled
    publish_many(space, 200)
    wait_for(lambda: sum(e["event"] == "ended" for sim in sims for e in sim.events()) >= 200, what="all answered")
    calls = [sim.stop()["calls"] for sim in sims]
    assert sum(calls) == 200
    assert min(calls) > 0


def test_one_campaign_and_the_end_in_order(space):
    publish_offer(space, "offer.made", offer_value(1, 1, campaign_id="solar"))
    publish_offer(space, "offer.made", offer_value(2, 2, campaign_id="solar"))
    publish_offer(space, "offer.made", offer_value(3, 3, campaign_id="roofs"))
    sim = space.dialer_sim("--think", "1h", "--channels", 1, "--campaign", "solar")
    seen(sim, "made", 2)
    seen(sim, "dialed")
    summary = sim.stop()
    assert (summary["offers"], summary["calls"], summary["ended"], summary["released"]) == (2, 1, 1, 1)
    assert {record.key for record in outcomes(space)} == {"1", "2"}


def test_wrong_options_are_refused(space):
    for options in (
        ("--answer", "NA"),
        ("--answer", "NA=0"),
        ("--think", "soon"),
        ("--think", "5m-1m"),
        ("--lose", "101"),
        ("--lose", "-1"),
        ("--from", "middle"),
        ("--name", "a b"),
        ("--channels", "0"),
    ):
        assert space.cli("dialer-sim", *options, code=2).stderr.startswith("leadspool: --")
