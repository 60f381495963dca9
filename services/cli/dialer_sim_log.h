/* dialer_sim_log.h - all that a dialer saw and did, as JSON lines for tests/judge.py and people.
 * Layer: services/cli.
 *
 *   {"at": TIME, "event": made|revoked|expired|stale|lost|too_late|dialed|started|ended|again|
 *    released, "dialer": NAME, "offer_id", "lead_id", "list_id", "campaign_id", ...}
 *
 * made: told_at (when it was made), phone, state, not_after, why, attempt, attempts_total, agent,
 * lead_version. dialed: a call begins, whether it is told or not. started, ended, again: call_id,
 * started_at; the latter two: disposition, duration_s, callback_at. released, revoked: reason. */
#pragma once

#include <stdio.h>

#include "base/strbuf.h"
#include "cli/dialer_sim_calls.h"

typedef struct SimLog {
    FILE *file; /* NULL: none is kept */
    const char *dialer;
    StrBuf text; /* not yet written */
} SimLog;

/* path NULL: none. Appends to a file that is there. STATUS_BAD_INPUT with code file_unwritable. */
Status sim_log_open(SimLog *log, const char *path, const char *dialer, Error *err) MUST_CHECK;
void sim_log_add(SimLog *log, SimAct act, const SimCall *call, int64_t now_us);
/* Into the file. STATUS_FATAL with code file_unwritable when there is no room, say. */
Status sim_log_flush(SimLog *log, Error *err) MUST_CHECK;
void sim_log_close(SimLog *log);

/* One line with its newline. */
void sim_log_line(const char *dialer, SimAct act, const SimCall *call, int64_t now_us, StrBuf *out);

/* "<dialer>-<offer_id>": a dialer that is started anew and reads an offer again makes the same. */
void sim_call_id(const char *dialer, int64_t offer_id, char ret[96]);
