"""A campaign with many leads, put there by SQL under the rules that an import keeps (check_queue of the
scenarios holds): leads, zone sets and gates, ready_lead, list_stats and list_status."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from harness import wait_for
from harness.space import Space
from scenario import check_queue, done

CAMPAIGN = "bench"
OPEN_HOURS = 4
ZONES = """
America/New_York America/Chicago America/Denver America/Los_Angeles America/Phoenix America/Anchorage
Pacific/Honolulu America/Halifax America/St_Johns America/Regina America/Winnipeg America/Toronto
America/Vancouver America/Detroit America/Boise America/Edmonton Europe/London Australia/Sydney
Australia/Perth Australia/Adelaide Australia/Brisbane Australia/Darwin
""".split()
FREE = {"active": True, "windows": [], "law_pack": "", "cap_calls": 0, "cap_gap_s": 0, "max_attempts": 100}

LEADS = """
WITH zones AS (SELECT array_agg(zone_set_no ORDER BY zone_set_no) AS nos FROM zone_set)
INSERT INTO leads (lead_id, phone, list_no, stage, zone_set_no, first_name, last_name, email, address, city, state,
                   zip, external_id)
SELECT (1::bigint << 52) + %(first)s + n, 15040000000 + %(first)s + n, (%(lists)s::int[])[1 + n * %(count)s / %(rows)s], 6,
       nos[1 + hashint8(n) %% cardinality(nos) + CASE WHEN hashint8(n) < 0 THEN cardinality(nos) - 1 ELSE 0 END],
       'First' || n %% 977, 'Last' || n %% 9973, 'person' || n || '@example.com', n %% 9999 || ' Bay Road',
       'New Orleans', 'LA', lpad((n %% 100000)::text, 5, '0'), 'crm-' || n
FROM zones, generate_series(0::bigint, %(rows)s - 1) AS n
"""
QUEUE = """
INSERT INTO ready_lead (list_no, gate_no, class, lead_rank, due_at, lead_id)
SELECT l.list_no, z.gate_no, 2, 49, 'epoch', l.lead_id FROM leads l JOIN zone_set z USING (zone_set_no)
WHERE l.list_no = ANY (%(lists)s) ORDER BY lead_id
"""
COUNT = """
WITH found AS (SELECT list_no, count(*) AS leads FROM leads WHERE list_no = ANY (%(lists)s) GROUP BY 1),
     told AS (INSERT INTO list_status (list_no, status, leads) SELECT list_no, 'NEW', leads FROM found)
UPDATE list_stats s SET version = version + 1, total = leads, ready = leads FROM found WHERE found.list_no = s.list_no
"""

GATES = len(ZONES)


def new_space(name, rows, lists=10, gates=GATES, **settings):
    """Leads in so many lists of one campaign, of as many zone sets; no process runs."""
    space = Space(f"bench-{name}").create()
    importer, recycler = space.importer(), space.recycler()
    for n in range(lists):
        done(space, "list.create", {"list_id": f"list-{n}", "campaign_id": CAMPAIGN})
    put(space, active=False, **settings)
    wait_for(lambda: space.value("SELECT count(*) FROM list_stats") == lists, what="lists")
    importer.terminate()
    recycler.terminate()
    fill(space, rows, gates)
    return space


def put(space, campaign_id=CAMPAIGN, **settings):
    done(space, "campaign.put", {"campaign_id": campaign_id} | FREE | settings)


def campaign_no(space, campaign_id=CAMPAIGN):
    return space.value("SELECT campaign_no FROM campaign WHERE campaign_id = %s", campaign_id)


def fill(space, rows, gates):
    add_gates(space, gates)
    fill_lists(space, rows, CAMPAIGN)
    check_queue(space)
    space.db.execute("CHECKPOINT")


def fill_lists(space, rows, campaign_id, first=0):
    """So many leads into the campaign's lists; first: how many there are already."""
    lists = [no for (no,) in space.rows("SELECT list_no FROM list WHERE campaign_no = %s ORDER BY 1",
                                        campaign_no(space, campaign_id))]  # fmt: skip
    what = {"rows": rows, "lists": lists, "count": len(lists), "first": first}
    for statement in (LEADS, QUEUE, COUNT):
        space.db.execute(statement, what)
    space.db.execute("VACUUM (ANALYZE) leads, ready_lead")


def add_campaign(space, campaign_id, rows, first, **settings):
    """Another campaign with a list of its own."""
    importer = space.importer()
    done(space, "list.create", {"list_id": campaign_id, "campaign_id": campaign_id})
    importer.terminate()
    fill_lists(space, rows, campaign_id, first)
    put(space, campaign_id, **settings)


def add_gates(space, count):
    for zones in zone_sets(count):
        gate = space.value("INSERT INTO gate (zones, regions) VALUES (%s, '') RETURNING gate_no", zones)
        space.db.execute("INSERT INTO zone_set (key, gate_no) VALUES (%s, %s)", [f"own={zones}", gate])


def zone_sets(count):
    """The zones one by one, then pairs of them."""
    pairs = [",".join(sorted((a, b))) for i, a in enumerate(ZONES) for b in ZONES[:i]]
    return (ZONES + pairs)[:count]


def narrow_windows():
    """Hours that are open now in few of the zones: those of New York's clock for a while from now on."""
    hour = datetime.now(UTC).astimezone(ZoneInfo("America/New_York")).hour
    begin = min(hour, 24 - OPEN_HOURS)
    days = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    return [{"days": days, "from": f"{begin:02d}:00", "to": f"{begin + OPEN_HOURS:02d}:00"}]
