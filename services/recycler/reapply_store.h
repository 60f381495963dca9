/* reapply_store.h - SQL of campaign.reapply. Layer: services/recycler.
 *
 * All run in the caller's open transaction. */
#pragma once

#include "domain/hours.h"
#include "recycler/reapply_plan.h"
#include "runtime/job_runner.h"

/* How far the job has committed: all leads of lists before list_no, and those of it up to lead_id.
 */
typedef struct ReapplyMark {
    int32_t list_no;
    int64_t lead_id;
    int64_t leads;   /* looked at */
    int64_t changed; /* of these */
} ReapplyMark;

/* *ret_newer: the job that will do all of it again; 0: none. */
Status reapply_read_mark(Db *db, int64_t job_no, ReapplyMark *ret, int64_t *ret_newer, Error *err)
    MUST_CHECK;
/* Moves the mark from `before`, which fences: STATUS_RETRY fenced when it is another by now. */
Status reapply_write_mark(const JobRun *run,
                          Db *db,
                          const ReapplyMark *before,
                          const ReapplyMark *after,
                          Error *err) MUST_CHECK;

typedef struct ReapplyList {
    int32_t list_no; /* 0: there is none left */
    int32_t campaign_no;
    Hours hours;
} ReapplyList;
/* The first list from the mark on. A job of one list has that only. */
Status reapply_find_list(
    Db *db, const JobRun *run, const ReapplyMark *mark, ReapplyList *ret, Error *err) MUST_CHECK;

/* The next leads behind the mark. */
typedef struct ReapplySpan {
    DbArray called; /* int8: those that were called in this pass */
    int count;      /* of all */
    int64_t last;   /* of them */
} ReapplySpan;
enum { REAPPLY_CHUNK_LEADS = 2000 };
Status reapply_read_span(Db *db, const ReapplyMark *mark, ReapplySpan *ret, Error *err) MUST_CHECK;

/* Adds the next numbers (int8), from *after on, of the list's leads that have a do-not-call entry
 * for one campaign, and moves *after. */
Status reapply_find_numbers(
    Db *db, int32_t list_no, int64_t *after, DbArray *number_ids, Error *err) MUST_CHECK;

/* Calls whose owners asked not to be called, as it turns out: of this campaign, to one of these
 * names (array of strings) when nobody had defined it, or to the disposition `code` (NULL: none).
 */
typedef struct ReapplyAsked {
    int32_t campaign_no;
    const json_t *names;
    const char *code;
} ReapplyAsked;
/* Looks at the next calls of the ledger by number, from *after on, and adds the numbers (int8) of
 * such calls. *after is 0 when there are no more. */
Status reapply_find_asked(
    Db *db, const ReapplyAsked *asked, int64_t *after, DbArray *number_ids, Error *err) MUST_CHECK;

/* The ledger's calls of some leads, by lead_id and start. */
typedef struct ReapplyLedger {
    DbResult *rows;
    ReapplyCall *calls; /* one a row */
    int at;             /* where the next lead's begin */
} ReapplyLedger;
/* campaign_no: whose rules they are told by. */
Status reapply_read_calls(
    Db *db, DbArray *lead_ids, int32_t campaign_no, ReapplyLedger *ret, Error *err) MUST_CHECK;
void reapply_ledger_done(ReapplyLedger *ledger);
/* Gives the lead's calls of this pass to the facts: the last `attempts` of them. To be asked in the
 * order of lead_ids. */
void reapply_calls_of(ReapplyLedger *ledger, const LeadDial *lead, ReapplyFacts *facts);
