"""One hash over the state that a scenario has to end in, however often it was disturbed on the way.

Ids that depend on order (lead_id, job_no, list_no), times and owners are left out; everything that a
user could tell apart is in. Events count once, however often they were published.
"""

import hashlib
import json

from harness import bus

STATE = {
    "campaign": "SELECT campaign_id, name, active, default_country FROM campaign",
    "list": "SELECT list_id, l.name, description, campaign_id, priority FROM list l"
    " JOIN campaign USING (campaign_no)",
    "list_stats": "SELECT list_id, life, total, dnc, invalid, finished, offered, exhausted, ready, contacted,"
    " attempted FROM list_stats JOIN list USING (list_no)",
    "list_status": "SELECT list_id, status, leads FROM list_status JOIN list USING (list_no) WHERE leads <> 0",
    "leads": "SELECT list_id, phone, extension, external_id, stage, status, l.priority, attempts,"
    " attempts_total, contacted, dnc, verified, revision, first_name, last_name, email, address, city,"
    " state, zip, country, time_zone, custom::text, tries, hold, due_at IS NULL, callback_at IS NULL"
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


def event_rows(space):
    """(type, subject of commands and lists, cause) of each event, once."""
    seen = {}
    for record in bus.read_all(space):
        if record.headers.get("ce_sequence") and record.type not in TIMED and record.raw is not None:
            seen[record.topic, record.id] = (
                record.topic,
                record.type,
                record.headers.get("ce_correlationid"),
            )
    return sorted(json.dumps(event) for event in seen.values())


def state(space, events=True):
    """What is hashed, for a test that wants to show the difference."""
    found = {name: table_rows(space, sql) for name, sql in STATE.items()}
    if events:
        found["events"] = event_rows(space)
    return found


def digest(space, events=True):
    return hashlib.sha256(json.dumps(state(space, events)).encode()).hexdigest()
