"""The life of an offer in every order: made, started, ended, released, revoked, expired, told late, by up to three
workers whose statements come between each other's (tests/tools/offer_model.c), against the real database.

Two lists of two campaigns have the same number; one of them has the offer. Never two open
offers, leads, offers, ledger, queue and counters agree. At the end: each call is one attempt.

N: schedules of each kind, drawn by SEED; --long: all orders of five messages one after the other, and all places
of one message within another.
"""

import itertools
import random
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from harness.settings import settings
from scenario import QUEUE, create_list, done, run_import, scale, seed

PHONE = "504-621-8927"
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
FREE = {"windows": [], "law_pack": "none", "cap_gap_s": 0, "cap_calls": 0, "max_attempts": 50}
KEPT = ("leads", "ready_lead", "offer", "attempt", "call_known", "list_stats", "list_status", "outbox", "campaign_hopper")
# ended:1 twice: told again, perhaps when the offer is long gone.
MESSAGES = ["made:0", "made:1", "started:1", "ended:1", "ended:1", "released", "revoked", "expired", "answered:2"]
BURSTS = [1, 1, 2, 3, 5, 10]  # statements of one worker before another has its turn

CHECK = f"""
SELECT 'two open offers of a number' FROM offer WHERE state < 9 GROUP BY number_id HAVING count(*) > 1
UNION ALL
SELECT 'two open offers of a lead' FROM offer WHERE state < 9 GROUP BY lead_id HAVING count(*) > 1
UNION ALL
SELECT format('lead %s has offer %s, open is %s of lead %s', l.lead_id, l.offer_id, o.offer_id, o.lead_id)
FROM (SELECT * FROM leads WHERE offer_id IS NOT NULL) l
FULL JOIN (SELECT * FROM offer WHERE state < 9) o ON o.offer_id = l.offer_id AND o.lead_id = l.lead_id
WHERE l.lead_id IS NULL OR o.lead_id IS NULL
UNION ALL
SELECT format('lead %s: %s attempts', lead_id, attempts_total) FROM leads
WHERE attempts_total <> (SELECT count(*) FROM attempt WHERE attempt.lead_id = leads.lead_id) OR attempts <> attempts_total
UNION ALL
SELECT format('call %s is in the ledger %s times', call_id, count(*)) FROM attempt GROUP BY call_id HAVING count(*) > 1
UNION ALL
SELECT format('offer %s ended by %s, started at %s', offer_id, ended_by, started_at) FROM offer
WHERE ended_by IN ('released', 'expired') AND started_at IS NOT NULL
   OR (ended_by IS NOT DISTINCT FROM 'ended') <> EXISTS (SELECT FROM attempt WHERE attempt.offer_id = offer.offer_id)
UNION ALL
SELECT 'queue and leads differ' FROM ({QUEUE}) q (differing) WHERE differing > 0
UNION ALL
SELECT format('list %s: counters', list_no) FROM list_stats s
WHERE (ready, offered, exhausted) IS DISTINCT FROM
      (SELECT (count(*) FILTER (WHERE stage = 6), count(*) FILTER (WHERE stage = 4), count(*) FILTER (WHERE stage = 5))
       FROM leads WHERE leads.list_no = s.list_no)
"""


class Model:
    def __init__(self, space):
        self.folder = Path(space.logs)
        self.env = space.env() | {"DATABASE_URL": f"{settings().database_url}?options=-csynchronous_commit%3Doff"}
        (space.inbox / "leads.csv").write_text(f"phone\n{PHONE}\n")
        space.importer()
        space.recycler()
        for list_id, campaign_id in (("a", "c"), ("b", "d")):
            create_list(space, list_id, campaign_id=campaign_id)
            run_import(space, "leads.csv", list_id)
            done(space, "campaign.put", {"campaign_id": campaign_id} | FREE)
            rule = {"disposition": "NA", "max_attempts": 50, "intervals_s": [0]}
            done(space, "recycle_rule.put", {"campaign_id": campaign_id} | rule)
        for worker in space.workers:
            worker.terminate()
        space.db.execute("UPDATE campaign SET active = true")
        space.db.execute("UPDATE list_stats SET campaign_active = true")
        rows = space.rows("SELECT campaign_no FROM campaign ORDER BY campaign_id")
        self.campaigns = [str(campaign_no) for [campaign_no] in rows]
        (self.folder / "check.sql").write_text(CHECK)
        self.write_reset("SELECT 1;")
        assert self.run(["made:0 0"])[0].startswith("ok")
        assert space.row("SELECT list_no, state FROM offer") == (1, 1)
        for table in KEPT:
            space.db.execute(f"CREATE TABLE kept_{table} AS TABLE {table}")
        identity = {"attempt": " OVERRIDING SYSTEM VALUE"}
        back = [
            f"DELETE FROM {table}; INSERT INTO {table}{identity.get(table, '')} SELECT * FROM kept_{table};"
            for table in KEPT
        ]
        self.write_reset("\n".join(back))

    def write_reset(self, sql):
        (self.folder / "reset.sql").write_text(sql)

    def run(self, schedules, timeout=7200):
        """What the program says to each."""
        program = [settings().bin / "offer_model", self.folder / "reset.sql", self.folder / "check.sql"]
        text = "".join(f"{schedule}\n" for schedule in schedules)
        run = subprocess.run(
            [*program, *self.campaigns], input=text, env=self.env, capture_output=True, text=True, timeout=timeout
        )
        answers = run.stdout.splitlines()
        assert run.returncode == 0 and len(answers) == len(schedules), run.stderr[-2000:] + run.stdout[-500:]
        return answers

    def check(self, schedules):
        wrong = []
        for schedule, answer in zip(schedules, self.run(schedules), strict=True):
            # Calls 1 and 2 are one each, however often they are told.
            calls = ("ended:1" in schedule) + ("answered:2" in schedule)
            if not answer.startswith("ok") or int(answer.split()[2]) != calls:
                wrong.append(f"{schedule}: {answer}")
        assert not wrong, f"{len(wrong)} of {len(schedules)}:\n" + "\n".join(wrong[:20])


@pytest.fixture
def model(space):
    return Model(space)


def drawn(rng, count):
    """Up to five messages, up to three workers, any turns."""
    for _ in range(count):
        messages = rng.sample(MESSAGES, rng.randrange(2, 6))
        workers = [[] for _ in range(min(len(messages), rng.choice([1, 2, 3, 3, 3])))]
        for at, message in enumerate(messages):
            workers[at if at < len(workers) else rng.randrange(len(workers))].append(message)
        turns = "".join(str(rng.randrange(len(workers))) * rng.choice(BURSTS) for _ in range(25))
        yield " ".join([*(",".join(worker) for worker in workers), turns])


def in_a_row():
    """All orders of five messages, one after the other."""
    return sorted({f"{','.join(order)} 0" for order in itertools.permutations(MESSAGES, 5)})


def of_two(model):
    """Of each two messages, one as a whole between each two statements of the other."""
    answers = model.run([f"{message} 0" for message in MESSAGES])
    assert all(answer.startswith("ok") for answer in answers), answers
    alone = {message: int(answer.split()[1]) for message, answer in zip(MESSAGES, answers, strict=True)}
    for first, second in sorted(set(itertools.permutations(MESSAGES, 2))):
        for at in range(alone[first] + 1):
            yield f"{first} {second} " + "0" * at + "1" * 200


@pytest.mark.timeout(7200)
def test_every_order(model):
    rng, count = random.Random(seed()), scale(60, long=20_000)
    schedules = [*of_two(model), *in_a_row()]
    schedules = [*rng.sample(schedules, min(count, len(schedules))), *drawn(rng, count)]
    model.check(schedules)
