/* import_lane.h - one lane of an import: its share of every chunk, committed in order. Layer:
 * services/importer.
 *
 *   chunk ─▶ zones ─▶ BEGIN ─▶ probe, plan ─▶ do-not-call ─▶ UPDATE, COPY ─▶ counters
 *                                    ─▶ progress ─▶ checkpoint ─▶ parts ─▶ outbox ─▶ COMMIT
 *
 * One thread and one connection each. All of a phone's rows are in one lane, so they are applied in
 * file order. The checkpoint is fenced by (job, lane, token, chunk): whoever comes second changes
 * nothing. */
#pragma once

#include "importer/dnc_filter.h"
#include "importer/import_plan.h"
#include "importer/lead_store.h"
#include "importer/reject_part.h"
#include "importer/zone_sets.h"
#include "runtime/job_runner.h"
#include "runtime/list_stats.h"

/* What all lanes of a job share. Read-only but for the atomics. */
typedef struct ImportShared {
    JobRun *run;
    const ImportSpec *spec;
    RejectFormat rejects;
    _Atomic int32_t campaign_no;
    size_t set_bytes;         /* what a lane's set of phones may take; 0: none */
    atomic_llong progress_ms; /* of the last progress event */
    atomic_bool broken;       /* a lane cannot go on: the others stop too */
} ImportShared;

typedef struct ImportLane {
    ImportShared *shared;
    int lane;
    LaneMark mark; /* committed */
    Db *db;
    Outbox outbox;
    ZoneSets *zones;
    PhoneSet set;
    DncFilter dnc;
    bool has_set;          /* set holds every phone of this lane */
    int64_t planned_chunk; /* by set: made once, as the set took the new phones; -1: none */
    ImportPlan plan;
    RejectPart part;
    ImportCounts counts; /* of the chunk in work */
    int32_t campaign_no; /* that the transaction goes by */
    bool locks;          /* the chunk lost a race: it locks the leads before it reads them */
    CsvFields fields;    /* scratch */
    StrBuf copy;         /* scratch */
    StrBuf frames;       /* scratch */
    DbArray phones;      /* scratch */
    Status status;       /* why the lane stopped */
    Error err;
} ImportLane;

void import_lane_init(ImportLane *lane, ImportShared *shared, int number, const LaneMark *mark);
void import_lane_done(ImportLane *lane);
/* Commits the lane's share of the chunk; tries again while the infrastructure fails. STATUS_RETRY:
 * fenced, or the job is to stop. STATUS_BAD_INPUT: the job has failed. */
Status import_lane_chunk(ImportLane *lane, ImportChunk *chunk, Error *err) MUST_CHECK;

/* JSON members of a job event: the accounting. rejects: NULL when there is no file. */
void import_event_fields(const ImportSpec *spec,
                         const ImportCounts *counts,
                         int64_t bytes_done,
                         const char *rejects,
                         StrBuf *ret);
