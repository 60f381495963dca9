"""Metrics: what all four workers show is sound for Prometheus, and each moves when its cause happens."""

import itertools
import re
import subprocess
import time
from datetime import UTC, datetime

import pytest
import yaml
from dirty_csv import make
from harness import Clock, db, send_command, wait_for
from harness.proxy import TcpProxy
from harness.settings import ROOT, settings
from scenario import (
    answer,
    create_list,
    done,
    finish_import,
    job_events,
    job_state,
    run_import,
    scale,
    seed,
    start_import,
    tell,
    upsert,
    wait_rows,
)
from test_reading import tell as say
from test_reading import transactions

TABLE = ROOT / "common/base/metric_table.inc"
PROMTOOL = ROOT / ".dev/programs/promtool"
ROW = re.compile(r'^METRIC\(\w+, \w+, "(\w+)", "\w*", "(\w*)"', re.MULTILINE)
ANN = "+15046218927"
UPDATE = {"list_id": "a", "name": "new"}
NOON = datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
LANES = ("events", "live")  # of the outbox
SERVICES = ("importer", "recycler", "stats", "exporter")


def families(service):
    """What the table says that this worker shows."""
    return {name for name, who in ROW.findall(TABLE.read_text()) if who in ("", service)}


def comes_to(worker, series, holds, timeout=30):
    wait_for(
        lambda: holds(worker.metrics().get(series, 0)),
        timeout,
        what=f"{worker.name}: {series}; {[line for line in worker.metrics().items() if series[:20] in line[0]]}",
    )


def counts(worker, series, at_least=1):
    comes_to(worker, series, lambda value: value >= at_least)


def put(space, **more):
    free = {"active": True, "windows": [], "law_pack": "", "cap_gap_s": 0, "cap_calls": 0}
    done(space, "campaign.put", {"campaign_id": "c"} | free | more)


# ---- all of them, under load


def promtool_finds(page):
    """What it has to say against a page; nothing when it is sound."""
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=page, capture_output=True, text=True)
    return checked.stdout + checked.stderr if checked.returncode else ""


def scrape(workers):
    return {name: worker.get("/metrics")[1] for name, worker in workers.items()}


def figures(page):
    """{series: its value}"""
    lines = (line.rsplit(" ", 1) for line in page.splitlines() if line and not line.startswith("#"))
    return {series: float(value) for series, value in lines}


def test_all_workers_show_what_the_table_says_and_promtool_has_no_complaint(space):
    """While an import, an export, offers and outcomes are under way."""
    space.extra_env["LEADSPOOL_IMPORT_CHUNK_ROWS"] = "100"
    workers = {name: space.worker(name, ready=False) for name in SERVICES}
    for worker in workers.values():
        worker.wait_ready(60)
    few = make(space.inbox / "few.csv", scale(500, long=20_000), seed())
    many = make(space.inbox / "many.csv", scale(10_000, long=200_000), seed())
    create_list(space, "a", campaign_id="c")
    create_list(space, "b", campaign_id="d")
    put(space)
    run_import(space, "few.csv", **few["import"])
    upsert(space, phone=ANN)
    dialers = space.dialer_sim("--campaign", "c", "--think", "20ms", "--channels", 50, "--answer", "NA=1")
    counts(workers["recycler"], "leadspool_offers_total")
    first = scrape(workers)
    export = space.popen("export", "--list", "a", "-o", space.dir / "leads.csv")
    job = start_import(space, "many.csv", "b", **many["import"])
    wait_rows(space, job, 100)
    during = []
    while job_state(space, job) == "running":
        during.append(scrape(workers))
    assert len(during) > 1 and dialers.alive, "it was over before it was looked at"
    export.communicate(timeout=60)
    counts(workers["exporter"], UNDER_LOAD["exporter"])
    finish_import(space, job)
    scrapes = [first, during[len(during) // 2], scrape(workers)]
    dialers.stop()
    for pages in scrapes:
        for name, page in pages.items():
            assert promtool_finds(page) == "", name
            shown = set(re.findall(r"^# TYPE (\w+) ", page, re.MULTILINE))
            assert shown == families(name), f"{name}: {shown ^ families(name)}"
            assert figures(page)[f'leadspool_build_info{{service="{name}",version="0.1.0"}}'] == 1
            assert not re.search(rf'"(a|b|c|d|{space.ns}|\+?1?\d{{10,}})"', page), "a list, campaign or phone as a label"
    before, after = scrapes[0], scrapes[-1]
    for name, series in UNDER_LOAD.items():
        assert figures(after[name])[series] > figures(before[name])[series], f"{name}: {series} stood still"
    counts(workers["importer"], 'leadspool_messages_total{topic="importer.commands",result="accepted"}')
    counts(workers["importer"], "leadspool_handle_seconds_count", 2)
    counts(workers["stats"], 'leadspool_redis_projection_age_seconds_count{what="list"}')
    assert sum(moved(workers["recycler"], "leadspool_topup_seconds_count").values()) > 0
    shown = [series for page in after.values() for series in figures(page)]
    picked = said_of_labels()
    assert len(picked) > 10
    for metrics, label, value in picked:
        assert any(f'{label}="{value}"' in series and series.split("{")[0] in metrics for series in shown), (metrics, label, value)
    published = "leadspool_outbox_published_total"
    assert sum(worker.metrics()[published] for worker in workers.values()) > 0


def moved(worker, name):
    """{series: value} of that metric."""
    return {series: value for series, value in worker.metrics().items() if series.split("{")[0] == name}


def said_of_labels():
    """{(metrics, label, value)} that rules and dashboard pick, but for those that a place puts in itself."""
    recorded = {rule["record"]: NAMES.findall(rule["expr"]) for group in rules("recording") for rule in group["rules"]}
    texts = [rule["expr"] for name in ("recording", "alerts") for group in rules(name) for rule in group["rules"]]
    texts.append(text("deploy/grafana/leadspool.json").replace('\\"', '"'))
    found = set()
    for name, picked in itertools.chain.from_iterable(map(PICKED.findall, texts)):
        for label, values in PAIR.findall(picked):
            if "$" not in values:
                found |= {(tuple(recorded.get(name, [name])), label, value) for value in values.split("|")}
    return found


def rules(name):
    return yaml.safe_load(text(f"deploy/prometheus/{name}.yml"))["groups"]


PICKED = re.compile(r"\b(leadspool[:_][a-z0-9_:]+)\{([^}]*)\}")
PAIR = re.compile(r'(\w+)=~?"([^"]*)"')
UNDER_LOAD = {
    "importer": 'leadspool_jobs_ended_total{kind="import",state="completed"}',
    "recycler": 'leadspool_messages_total{topic="dialer.outcomes",result="applied"}',
    "exporter": 'leadspool_jobs_ended_total{kind="export",state="completed"}',
    "stats": 'leadspool_redis_writes_total{result="stored"}',
}


# ---- each by its cause


def test_what_cannot_be_read_is_counted_by_its_cause(space):
    importer = space.importer()
    dead = 'leadspool_messages_total{topic="importer.commands",result="dead"}'
    assert importer.metrics()[dead] == 0  # there before it happens, so that the first is an increase
    send_command(space, "importer.commands", "a", "list.update", {}, headers={"ce_type": None}, bad=True)
    counts(importer, 'leadspool_dlq_total{code="no_identity"}')
    assert importer.metrics()[dead] == 1


def test_an_owner_that_was_overtaken_and_what_it_reads_again(space):
    importer = space.importer()
    create_list(space)
    moved = "UPDATE consumer_position SET epoch = epoch + 1 WHERE topic = 'importer.commands'"
    space.db.execute(moved)
    id = tell(space, "list.update", UPDATE)
    counts(importer, "leadspool_fenced_total")
    answer(space, id)
    counts(importer, "leadspool_redelivered_dropped_total")


def test_lag_and_retries_while_the_record_is_away(space, proxy):
    importer = space.importer({"DATABASE_URL": proxy.url})
    create_list(space)
    proxy.refuse()
    proxy.reset()
    ids = [tell(space, "list.update", UPDATE, flush=n == 2) for n in range(3)]
    records = 'leadspool_lag_records{topic="importer.commands"}'
    comes_to(importer, records, lambda value: value == 3)
    counts(importer, 'leadspool_lag_seconds{topic="importer.commands"}', 0.5)
    counts(importer, 'leadspool_db_retry_total{sqlstate="08006"}')
    counts(importer, 'leadspool_retries_total{code="db_connection"}')
    proxy.forward()
    for id in ids:
        answer(space, id)
    comes_to(importer, records, lambda value: value == 0)
    assert importer.metrics()['leadspool_lag_seconds{topic="importer.commands"}'] == 0


def test_a_partition_that_waits_for_a_person(space):
    space.check_messages = False
    importer = space.importer()
    create_list(space)
    counts(importer, 'leadspool_partitions{state="read"}')
    importer.terminate()
    space.db.execute("UPDATE consumer_position SET next_offset = 1000 WHERE partition = 0")
    importer = space.importer(ready=False)
    comes_to(importer, 'leadspool_partitions{state="halted"}', lambda value: value == 2)


def test_a_partition_that_could_not_be_claimed(space):
    """PostgreSQL refuses one of them; the others are read."""
    space.db.execute(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
        " AS $$ BEGIN RAISE 'full' USING ERRCODE = '53000'; END $$"
    )
    space.db.execute(
        "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON consumer_position FOR EACH ROW"
        " WHEN (NEW.topic = 'importer.commands' AND NEW.partition = 1) EXECUTE FUNCTION refuse()"
    )
    importer = space.importer(ready=False)
    comes_to(importer, 'leadspool_partitions{state="left_out"}', lambda value: value == 1)
    counts(importer, 'leadspool_partitions{state="read"}')
    wait_for(lambda: "1 partitions could not be claimed" in importer.get("/readyz")[1], 60, what="why it is not ready")
    space.db.execute("DROP TRIGGER refuse ON consumer_position")
    importer.wait_ready(90)


def test_rows_of_the_outbox_that_stay(space, proxy):
    """Nothing is deleted, as if Kafka confirmed nothing. While PostgreSQL cannot be asked, the oldest may be older."""
    importer = space.importer({"DATABASE_URL": proxy.url})
    create_list(space)
    space.db.execute("CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    space.db.execute("CREATE TRIGGER keep BEFORE DELETE ON outbox FOR EACH ROW EXECUTE FUNCTION keep()")
    answer(space, tell(space, "list.update", UPDATE))
    series = [f'leadspool_outbox_{what}{{lanes="{lanes}"}}' for what in ("rows", "oldest_seconds") for lanes in LANES]
    for one in series:
        counts(importer, one, 0.5)
    space.db.execute("DROP TRIGGER keep ON outbox")
    for one in series:
        comes_to(importer, one, lambda value: value == 0)
    proxy.refuse()
    proxy.reset()
    for one in series[len(LANES) :]:
        counts(importer, one, 1.5)
    proxy.forward()
    for one in series:
        comes_to(importer, one, lambda value: value == 0)


def test_a_job_that_waits_and_leases_that_others_took(space):
    importer = space.importer({"LEADSPOOL_LANE_LEASE_MS": "1500"})
    make(space.inbox / "leads.csv", 100, seed())
    create_list(space)
    space.db.execute("INSERT INTO job_slot VALUES ('list:1', 0)")  # as if another held it
    job = start_import(space, "leads.csv")
    make(space.inbox / "gone.csv", 100, seed())
    fails = start_import(space, "gone.csv")
    (space.inbox / "gone.csv").unlink()
    comes_to(importer, 'leadspool_jobs{state="queued"}', lambda value: value == 2)
    space.db.execute("UPDATE outbox_lane SET owner = 'other', epoch = epoch + 1 WHERE lane = 3")
    counts(importer, 'leadspool_lease_lost_total{lease="lane"}')
    space.db.execute("DELETE FROM job_slot")
    finish_import(space, job)
    job_events(space, fails)
    comes_to(importer, 'leadspool_jobs{state="queued"}', lambda value: value == 0)
    ended = {state: f'leadspool_jobs_ended_total{{kind="import",state="{state}"}}' for state in ("failed", "completed")}
    for series in ended.values():
        counts(importer, series)


def test_a_job_that_another_took_over(space):
    importer = space.importer({"LEADSPOOL_JOB_LEASE_MS": "1000"})
    make(space.inbox / "leads.csv", 100, seed())
    create_list(space)
    with db(space) as beside, beside.transaction():
        beside.execute("SELECT 1 FROM list_stats FOR UPDATE")  # its only chunk waits
        job = start_import(space, "leads.csv")
        comes_to(importer, 'leadspool_jobs{state="running"}', lambda value: value == 1)
        space.db.execute("UPDATE jobs SET token = token + 1")
        lost = 'leadspool_lease_lost_total{lease="job"}'
        counts(importer, lost)
        time.sleep(1)  # the lease is looked at four times more, and is lost each time
        assert importer.metrics()[lost] == 1
    finish_import(space, job)


def campaigns(recycler, state, count):
    comes_to(recycler, f'leadspool_campaigns{{state="{state}"}}', lambda value: value == count)


def test_campaigns_that_are_dry_or_called_with_unknown_codes(space):
    space.importer()
    recycler = space.recycler()
    create_list(space, "a", campaign_id="c")
    campaigns(recycler, "paused", 1)
    put(space)
    campaigns(recycler, "dry", 1)
    comes_to(recycler, 'leadspool_lists{state="dry"}', lambda value: value == 1)
    upsert(space, phone=ANN)
    dialer = space.dialer()
    [offer] = dialer.offers(1)
    dialer.answer(offer, "GHOST")
    counts(recycler, "leadspool_outcomes_unmapped_total")
    upsert(space, phone="+18102929388")
    assert recycler.metrics()["leadspool_outcomes_unmapped_total"] == 1
    [pack] = space.row("SELECT law_pack FROM campaign")
    lost = "UPDATE campaign SET law_pack = %s, rules_version = rules_version + 1"
    space.db.execute(lost, ("no such pack",))
    campaigns(recycler, "unusable_rules", 1)
    space.db.execute(lost, (pack,))
    campaigns(recycler, "unusable_rules", 0)


def test_a_dialer_that_falls_silent_and_one_that_does_not_end_what_it_says(space):
    space.clock = Clock(space, NOON)
    space.importer()
    recycler = space.recycler()
    create_list(space, "a", campaign_id="c")
    put(space, hopper_target=1, offer_lifetime_s=30, reserve_s=600)
    lead_id = upsert(space, phone=ANN)["lead_id"]
    campaigns(recycler, "dry", 1)  # its only lead is offered
    space.dialer(clock=space.clock).offers(1)
    space.clock.advance(seconds=60)
    campaigns(recycler, "dialer_silent", 1)
    producer = transactions(space)
    producer.begin_transaction()
    say(space, producer, lead_id)
    space.clock.advance(seconds=130)
    campaigns(recycler, "outcomes_behind", 1)
    producer.abort_transaction(30)
    campaigns(recycler, "outcomes_behind", 0)


def test_how_long_redis_has_been_behind(space):
    with TcpProxy(target=("127.0.0.1", int(settings().redis_url.rsplit(":", 1)[1].split("/")[0]))) as redis:
        stats = space.stats({"REDIS_URL": f"redis://127.0.0.1:{redis.port}/0"})
        counts(stats, "leadspool_redis_up")
        counts(stats, "leadspool_stats_leads")
        counts(stats, 'leadspool_redis_rebuilds_total{why="start"}')
        other = space.stats()
        redis.refuse()
        redis.reset()
        counts(stats, "leadspool_redis_stale_seconds", 0.5)
        assert stats.metrics()["leadspool_redis_up"] == 0
        redis.forward()
        comes_to(stats, "leadspool_redis_stale_seconds", lambda value: value == 0)
        comes_to(stats, "leadspool_redis_rebuilds_total", lambda _: sum(moved(stats, REBUILDS).values()) > 1)
        assert other.metrics()["leadspool_stats_leads"] == 0
        stats.terminate()
        counts(other, "leadspool_stats_leads")


REBUILDS = "leadspool_redis_rebuilds_total"


# ---- what is made of them


NAMES = re.compile(r"\b(leadspool_[a-z0-9_]+)\b")
RECORDED = re.compile(r"\b(leadspool:[a-z0-9_:]+)")
RUNBOOK = "https://leadspool.invalid"  # a place that an operator puts in
ALERT = re.compile(rf"^ +- alert: (\w+)$.*?runbook_url: {RUNBOOK}/docs/runbook.md#(\w+)$", re.MULTILINE | re.DOTALL)


def text(path):
    return (ROOT / path).read_text()


def known_names():
    table = re.findall(r'METRIC\(\w+, (\w+), "(\w+)"', TABLE.read_text())
    endings = {"HISTOGRAM": ("_bucket", "_sum", "_count")}
    return {name + ending for kind, name in table for ending in endings.get(kind, ("",))}


@pytest.mark.parametrize("path", ["prometheus/recording.yml", "prometheus/alerts.yml", "grafana/leadspool.json"])
def test_rules_and_dashboard_name_metrics_that_are_there(path):
    found = text(f"deploy/{path}")
    recorded = set(re.findall(r"- record: (\S+)", text("deploy/prometheus/recording.yml")))
    assert set(NAMES.findall(found)) <= known_names()
    assert set(RECORDED.findall(found)) <= recorded
    assert NAMES.findall(found) or RECORDED.findall(found)


def test_every_alert_has_its_section_in_the_runbook_and_its_test():
    alerts = ALERT.findall(text("deploy/prometheus/alerts.yml"))
    assert all(f"# sed -i 's|{RUNBOOK}|" in text(f"deploy/prometheus/{name}.yml") for name in ("alerts", "scrape"))
    assert len(alerts) == text("deploy/prometheus/alerts.yml").count("- alert:") > 10
    sections = re.split(r"^## ", text("docs/runbook.md"), flags=re.MULTILINE)[1:]
    by_title = {section.split("\n", 1)[0]: section for section in sections}
    tested = text("deploy/prometheus/alerts_test.yml")
    for alert, anchor in alerts:
        assert anchor == alert.lower()
        for part in ("**Means**", "**Look**", "**Do**"):
            assert part in by_title[alert], f"{alert}: {part}"
        assert f"{alert} fires" in tested and f"{alert} is quiet" in tested
    assert {title for title in by_title if title.startswith("Leadspool")} == {alert for alert, _ in alerts}


STANDS_FOR = {
    "CAMPAIGN": "c", "LIST": "a", "JOB": "1", "DISPOSITION": "SALE", "SERVICE": "importer",
    "TOPIC": "importer.commands", "N": "0",
}  # fmt: skip
MAY_FAIL = {"dlq drop"}  # of a letter that has been sent again


def told(*words):
    return subprocess.run([settings().bin / "leadspool", *words], env={}, capture_output=True, text=True)


def verb_of(line):
    """(words of the verb, what its help says)"""
    words = line.split()[1:]
    for verb in (words[:2], words[:1]):
        done = told(*verb, "--help")
        if done.returncode == 0 and f"usage: leadspool {' '.join(verb)}" in done.stdout:
            return verb, done.stdout
    raise AssertionError(f"no such command: {line}")


def test_every_command_that_the_runbook_names_is_there():
    named = set(re.findall(r"`(leadspool [a-z][^`]*)`", text("docs/runbook.md")))
    assert len(named) > 5
    for line in sorted(named):
        verb_of(line)


def test_every_command_line_of_the_runbook_does_its_work(space):
    """As they stand there, with something for each placeholder."""
    space.check_messages = False  # the dead letter is sent again as it was
    for service in SERVICES:
        space.worker(service, ready=False)
    for worker in space.workers:
        worker.wait_ready(60)
    make(space.inbox / "leads.csv", 100, seed())
    create_list(space, "a", campaign_id="c")
    run_import(space, "leads.csv")
    send_command(space, "importer.commands", "a", "list.update", {}, headers={"ce_type": None}, bad=True)
    wait_for(lambda: space.cli_json("dlq", "ls"), what="a dead letter")
    letter = space.cli_json("dlq", "ls")[0]["letter"]
    lines = dict.fromkeys(re.findall(r"^leadspool [a-z].*", text("docs/runbook.md"), re.MULTILINE))
    assert len(lines) > 20
    failed = {}
    for n, line in enumerate(lines):
        done = run_line(space, line, {"LETTER": letter, "CODE": f"CODE{n}"})
        if done:
            failed[line] = done
    assert not failed
    assert {name for name in re.findall(r"\b[A-Z]+\b", " ".join(lines))} == {*STANDS_FOR, "LETTER", "CODE"}


def run_line(space, line, own):
    """What it says when it fails."""
    words = [(STANDS_FOR | own).get(word, word) for word in line.split()[1:]]
    verb, help = verb_of(line)
    done = space.cli(*words, *(["--yes"] if "--yes" in help else []), code=None)
    allowed = (0, 1) if " ".join(verb) in MAY_FAIL else (0,)
    return None if done.returncode in allowed else f"{done.returncode}: {done.stdout}{done.stderr}"


def test_promtool_takes_the_rules_and_their_tests_pass():
    folder = ROOT / "deploy/prometheus"
    commands = ("check config scrape.yml", "check rules recording.yml alerts.yml", "test rules alerts_test.yml")
    for words in map(str.split, commands):
        done = subprocess.run([PROMTOOL, *words], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
