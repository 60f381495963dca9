/* lead_store.h - SQL on leads, many at a time. Layer: services/importer.
 *
 * All run in the caller's open transaction; the caller keeps the lock order (numbers, leads by
 * lead_id, list_stats, jobs). */
#pragma once

#include "adapters/db.h"
#include "importer/lead_row.h"

/* Leads as they are now, locked, in the order of lead_id. Rows borrow from result. */
typedef struct LeadSet {
    LeadRow *rows;
    int count;
    DbResult *result;
} LeadSet;
/* Rows by a statement that has one array as its parameter and the columns of lead_lock.sql. */
Status lead_set_query(Db *db, const char *sql, DbArray *which, LeadSet *ret, Error *err) MUST_CHECK;
void lead_set_done(LeadSet *set);
#define AUTO_LEAD_SET __attribute__((cleanup(lead_set_done))) LeadSet

/* Locks and reads the leads whose ids are in the array (int8); those that are gone are not in *ret.
 */
Status lead_lock(Db *db, DbArray *lead_ids, LeadSet *ret, Error *err) MUST_CHECK;
/* The row of this lead in a locked set, or NULL (binary search). */
LeadRow *lead_set_find(const LeadSet *set, int64_t lead_id);

/* Inserts by COPY, those that are ready into the queue too. A phone or external_id that is taken:
 * STATUS_RETRY with code lead_race (the transaction is lost; look again and plan anew). */
Status
lead_insert(Db *db, const LeadRow *const rows[], int count, StrBuf *scratch, Error *err) MUST_CHECK;

/* Writes all columns of locked leads, by lead_id, as the rows say. lead_race as above. */
Status lead_update(Db *db, const LeadRow *const rows[], int count, Error *err) MUST_CHECK;

/* A column's next value: SQL null for null_value, and for an empty text. */
void lead_add_text(DbArray *column, TextSlice text);

/* What writing leads came to: lead_race in place of a broken unique index. */
Status lead_written(const Db *db, Status status, Error *err) MUST_CHECK;

/* Which of these phones (int8 array) are on a do-not-call list that holds for the campaign at
 * now_us. The result has one binary int8 column, sorted; an entry for every campaign has campaign
 * number 0. */
Status lead_dnc_phones(Db *db,
                       DbArray *phones,
                       int32_t campaign_no,
                       int64_t now_us,
                       DbResult **ret,
                       Error *err) MUST_CHECK;
/* Is phone in that result? */
bool lead_dnc_has(const DbResult *dnc, int64_t phone);
