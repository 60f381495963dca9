/* outcome_store.h - the SQL of outcomes. Layer: services/recycler. */
#pragma once

#include "adapters/db.h"
#include "recycler/outcome_plan.h"

/* A lead, before it is locked. */
typedef struct OutcomePlace {
    int64_t lead_id;
    int64_t phone;
    int32_t list_no;
    int32_t campaign_no;
    int64_t rules_version;
    const Hours *list_hours; /* NULL: none */
} OutcomePlace;

/* The windows of a list that has some. */
typedef struct OutcomeList {
    int32_t list_no;
    Hours hours;
} OutcomeList;

typedef struct OutcomePlaces {
    OutcomePlace *rows; /* by lead_id */
    int count;
    OutcomeList **lists;
    int list_count;
} OutcomePlaces;
void outcome_places_done(OutcomePlaces *places);
/* NULL: the lead is gone. */
const OutcomePlace *outcome_place_of(const OutcomePlaces *places, int64_t lead_id);

/* In a transaction. ret: done before. */
Status outcome_find_leads(Db *db, DbArray *lead_ids, OutcomePlaces *ret, Error *err) MUST_CHECK;

/* Which of these calls (source, id) are new: rows as given, to be looked up by the caller. */
Status outcome_know_calls(Db *db,
                          DbArray *sources,
                          DbArray *call_ids,
                          int64_t now_us,
                          DbResult **ret,
                          Error *err) MUST_CHECK;

/* Rows of the ledger, gathered. */
enum { ATTEMPT_COLUMNS = 13 };
typedef struct Attempts {
    DbArray columns[ATTEMPT_COLUMNS];
} Attempts;

typedef struct AttemptRow {
    int64_t lead_id;
    int64_t number_id;   /* 0: nothing tells it */
    int32_t list_no;     /* 0: the lead is gone, and no offer tells it */
    int32_t campaign_no; /* likewise */
    int64_t offer_id;    /* 0: nobody offered it */
    const char *source;
    const OutcomeSaid *said;
    const OutcomeCall *call;
} AttemptRow;

void attempts_begin(Attempts *attempts); /* of a zeroed or used struct */
void attempts_done(Attempts *attempts);
void attempts_add(Attempts *attempts, const AttemptRow *row);
Status attempts_write(Attempts *attempts, Db *db, int64_t now_us, Error *err) MUST_CHECK;

/* Numbers (int8 array, locked) go on the do-not-call list of every campaign. */
Status outcome_add_dnc(Db *db, DbArray *number_ids, const char *source, int64_t now_us, Error *err)
    MUST_CHECK;

/* Their dialers are there. */
Status outcome_answered(Db *db, DbArray *campaign_nos, int64_t now_us, Error *err) MUST_CHECK;

/* Starts of the lead's last calls, newest first. */
Status outcome_read_starts(Db *db,
                           int64_t lead_id,
                           int64_t ret[OUTCOME_STARTS_MAX],
                           int *ret_count,
                           Error *err) MUST_CHECK;
