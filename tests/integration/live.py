"""What Redis has to show, worked out from PostgreSQL by other means than the product's."""

from decimal import ROUND_HALF_UP, Decimal

import redis
from harness import wait_for
from harness.settings import settings

COUNTERS = ("total", "dnc", "invalid", "finished", "offered", "exhausted", "ready", "contacted", "attempted")
STAGES = ("dnc", "invalid", "finished", "offered", "exhausted", "ready")


def client():
    return redis.Redis.from_url(settings().redis_url, decode_responses=True)


def ratio(part, whole):
    four = Decimal(part) / Decimal(whole) if whole else Decimal(0)
    return str(four.quantize(Decimal("0.0001"), ROUND_HALF_UP)) if whole else "0"


def fields(space):
    """{key: fields} of every list, from its counters."""
    epoch = space.value("SELECT epoch FROM namespace")
    found = {}
    for list_no, list_id, campaign_id, life, version, *counts in space.rows(
        f"SELECT l.list_no, l.list_id, c.campaign_id, s.life, s.version, {', '.join('s.' + c for c in COUNTERS)}"
        " FROM list l JOIN list_stats s USING (list_no) JOIN campaign c ON c.campaign_no = s.campaign_no"
    ):
        count = dict(zip(COUNTERS, counts, strict=True))
        statuses = space.rows("SELECT status, leads FROM list_status WHERE list_no = %s AND leads <> 0", list_no)
        hash = {
            "list_id": list_id,
            "campaign_id": campaign_id,
            "epoch": str(epoch),
            "version": str(version),
            "life": life,
            "penetration": ratio(count["contacted"], count["total"]),
            "coverage": ratio(count["attempted"], count["total"]),
        }
        hash |= {{"ready": "dialable"}.get(name, name): str(value) for name, value in count.items()}
        hash |= {f"status:{status}": str(leads) for status, leads in statuses}
        found[f"{space.ns}:list:{list_id}:stats"] = hash
    return found


def shown(space, live=None):
    """{key: fields} of the lists in Redis, those that were deleted apart."""
    live = live or client()
    keys = list(live.scan_iter(f"{space.ns}:list:*:stats"))
    hashes = {key: live.hgetall(key) for key in keys}
    return {key: hash for key, hash in hashes.items() if hash and hash.get("life") != "deleted"}


def indexes(space, lists):
    """({key: ids} of each campaign that has lists, as these say; the same in Redis)."""
    wanted = {}
    for hash in lists.values():
        wanted.setdefault(f"{space.ns}:campaign:{hash['campaign_id']}:lists", set()).add(hash["list_id"])
    live = client()
    return wanted, {key: live.smembers(key) for key in live.scan_iter(f"{space.ns}:campaign:*:lists")}


def equal(space):
    """The lists as both have them, once they and the indexes agree; asks again until then."""
    seen = {}

    def same():
        seen["redis"] = shown(space)
        seen["postgresql"] = fields(space)
        wanted, had = indexes(space, seen["postgresql"])
        seen["redis", "indexes"], seen["postgresql", "indexes"] = had, wanted
        return seen["redis"] == seen["postgresql"] and had == wanted

    try:
        wait_for(same, 20, every=0.1)
    except AssertionError:
        assert seen["redis"] == seen["postgresql"]
        assert seen["redis", "indexes"] == seen["postgresql", "indexes"]
    return seen["redis"]


def place(hash):
    return int(hash["epoch"]), int(hash["version"])


def not_ahead(space, live=None):
    """Redis first, then the record: what was shown is no newer than what the record has by now."""
    before = shown(space, live)
    record = fields(space)
    ahead = {key: hash for key, hash in before.items() if place(hash) > place(record.get(key, hash))}
    assert not ahead, ahead
    return before
