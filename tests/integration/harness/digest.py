"""One hash over the state that a scenario has to end in, however often it was disturbed on the way.

Ids that depend on order (job_no, list_no, lead_id but for the row that an import had it from), times and owners are
left out; everything that a user could tell apart is in. Events count once, however often they were published.
"""

import hashlib
import json

from harness import bus

ROWS = 1 << 32  # of a file; a lead's id is the job's number and the row's
STATE = {
    "campaign": "SELECT campaign_id, name, active, default_country FROM campaign",
    "list": "SELECT list_id, l.name, description, campaign_id, priority FROM list l"
    " JOIN campaign USING (campaign_no)",
    "list_stats": "SELECT list_id, life, total, dnc, invalid, finished, offered, exhausted, ready, contacted,"
    " attempted FROM list_stats JOIN list USING (list_no)",
    "list_status": "SELECT list_id, status, leads FROM list_status JOIN list USING (list_no) WHERE leads <> 0",
    "leads": "SELECT list_id, phone, extension, external_id, stage, status, l.priority, attempts,"
    " attempts_total, contacted, dnc, verified, revision, first_name, last_name, email, address, city,"
    " state, zip, country, time_zone, custom::text, tries, hold, due_at IS NULL, callback_at IS NULL,"
    f" (SELECT mod(lead_id, {ROWS}) FROM jobs WHERE job_no = lead_id / {ROWS} AND kind = 'import')"
    " FROM leads l JOIN list USING (list_no)",
    "attempt": "SELECT source, call_id, disposition, status, contact, list_id FROM attempt LEFT JOIN list USING (list_no)",
    "dnc_entry": "SELECT phone, campaign_no, source, removed_at IS NULL FROM dnc_entry"
    " JOIN number USING (number_id)",
    "command": "SELECT source, command_id, reply_type FROM command",
    "move_note": "SELECT command_id, fate FROM move_note JOIN jobs USING (job_no)",
    "jobs": "SELECT source, command_id, kind, state FROM jobs",
}
# Events whose number depends on timing: how often a job reports, and in how many steps counters move.
TIMED = {"job.progress", "list.stats"}


def table_rows(space, sql):
    return sorted(json.dumps(row, default=str) for row in space.rows(sql))


def of_import(record):
    """Of a lead that the import made or changed, or of its end: what is the same in every run."""
    value = record.value
    if record.type.startswith("lead."):
        return int(value["lead_id"]) % ROWS, value["stage"], value.get("changed")
    if record.type == "job.completed":
        return ({name: value[name] for name in value if name not in ("job_id", "at", "rejects")},)
    return ()


def event_rows(space):
    """(topic, type, cause, what an import tells) of each event, once."""
    seen = {}
    imports = {id for [id] in space.rows("SELECT command_id FROM jobs WHERE kind = 'import'")}
    for record in bus.read_all(space):
        if record.headers.get("ce_sequence") and record.type not in TIMED and record.raw is not None:
            cause = record.headers.get("ce_correlationid")
            told = of_import(record) if cause in imports else ()
            seen[record.topic, record.id] = (record.topic, record.type, cause, *told)
    return sorted(json.dumps(event) for event in seen.values())


def state(space, events=True):
    """What is hashed, for a test that wants to show the difference."""
    found = {name: table_rows(space, sql) for name, sql in STATE.items()}
    if events:
        found["events"] = event_rows(space)
    return found


def digest(space, events=True):
    return hashlib.sha256(json.dumps(state(space, events)).encode()).hexdigest()
