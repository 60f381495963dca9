/* import_store.h - the SQL of imports: checkpoints, parts, probes. Layer: services/importer. */
#pragma once

#include "adapters/db.h"
#include "base/stop.h"
#include "importer/csv_scan.h"
#include "importer/import_counts.h"
#include "importer/reject_part.h"

/* A lane's checkpoint: everything of it before `chunk` is committed. */
typedef struct LaneMark {
    int64_t chunk;
    CsvPosition position; /* where that chunk begins */
    bool finished;
    ImportCounts counts;
} LaneMark;

/* Takes the lanes over with this token (making them at the first claim), in the open transaction.
 */
Status import_lanes_claim(Db *db, int64_t job_no, int64_t token, int lanes, Error *err) MUST_CHECK;
/* ret: `lanes` entries. */
Status import_lanes_read(Db *db, int64_t job_no, int lanes, LaneMark ret[], Error *err) MUST_CHECK;

typedef struct LaneStep {
    int64_t job_no;
    int lane;
    int64_t token;
    int64_t chunk;       /* the one that is done now */
    CsvPosition next;    /* where the next one begins */
    bool finished;       /* there is no next one */
    ImportCounts counts; /* of this chunk */
} LaneStep;
/* Before the rejects of the chunk go into their part, and before anything is locked that others
 * wait for: from here to import_part_set() the transaction may be idle for a minute. STATUS_RETRY
 * with code fenced as below. Counts and next are not looked at. */
Status import_lane_hold(Db *db, const LaneStep *step, Error *err) MUST_CHECK;
/* STATUS_RETRY with code fenced when the lane is not ours, or not at this chunk. */
Status import_lane_move(Db *db, const LaneStep *step, Error *err) MUST_CHECK;
/* After a COMMIT whose reply was lost, in a transaction of its own: has the step happened? */
Status import_lane_look(Db *db, const LaneStep *step, bool *ret_moved, Error *err) MUST_CHECK;

/* The whole job so far; ret_offset: the lowest lane's, in the decoded text. */
Status
import_sums(Db *db, int64_t job_no, ImportCounts *ret, int64_t *ret_offset, Error *err) MUST_CHECK;

Status import_part_set(Db *db, const RejectPart *part, Error *err) MUST_CHECK;
/* *ret_parts is the caller's to free. */
Status import_parts_read(
    Db *db, int64_t job_no, RejectPartInfo **ret_parts, int *ret_count, Error *err) MUST_CHECK;
Status import_parts_drop(Db *db, int64_t job_no, Error *err) MUST_CHECK;

/* Phones (int8 array) that the list has: binary columns phone, lead_id, content_hash (0: none). */
Status
import_probe(Db *db, DbArray *phones, int32_t list_no, DbResult **ret, Error *err) MUST_CHECK;
/* Phones that another list of the campaign has: one binary column. */
Status import_probe_campaign(Db *db,
                             DbArray *phones,
                             int32_t list_no,
                             int32_t campaign_no,
                             DbResult **ret,
                             Error *err) MUST_CHECK;
/* External ids (text array) that the list has: binary columns external_id, phone, sorted by the
 * id's bytes. */
Status
import_probe_external(Db *db, DbArray *ids, int32_t list_no, DbResult **ret, Error *err) MUST_CHECK;
/* The phone of the lead that holds this id in such a result, or 0. */
int64_t import_external_phone(const DbResult *result, TextSlice external_id);

/* Every phone of the list is told, with whether this job made the lead; in a transaction of its
 * own. STATUS_RETRY stopped when it was. */
typedef struct ImportPhones {
    int32_t list_no;
    int64_t job_no;
    void (*phone)(void *context, uint64_t phone, bool made_here);
    void *context;
    const Stop *stop; /* NULL: never */
} ImportPhones;
Status import_each_phone(Db *db, const ImportPhones *phones, Error *err) MUST_CHECK;
Status import_list_size(Db *db, int32_t list_no, int64_t *ret, Error *err) MUST_CHECK;
