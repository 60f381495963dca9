/* upsert_store.h - the SQL of lead.upsert. Layer: services/importer.
 *
 * All but upsert_find_lists() run in the transaction of the batch, after lead_begin(). */
#pragma once

#include "importer/lead_store.h"
#include "importer/upsert_plan.h"

/* The most rows that one statement looks up, locks or writes. */
enum { UPSERT_STATEMENT_ROWS = 5000 };

/* The lists of these ids, sorted by list_id; ids without a list are left out. *ret: free(). */
Status upsert_find_lists(Db *db, DbArray *list_ids, UpsertList **ret, int *ret_count, Error *err)
    MUST_CHECK;

/* Draws a block of lead ids. */
Status upsert_draw_block(Db *db, int64_t *ret_block, Error *err) MUST_CHECK;

/* Fills found_by_phone and found_by_external_id of good items. */
Status upsert_find_leads(Db *db, UpsertItem items[], int count, Error *err) MUST_CHECK;

/* Which phones of good items may not be called for the campaigns of their lists; sorted. *ret:
 * free(). */
Status upsert_find_dnc(Db *db,
                       const UpsertItem items[],
                       int count,
                       int64_t now_us,
                       UpsertDnc **ret,
                       int *ret_count,
                       Error *err) MUST_CHECK;

/* Writes the dirty leads of the plan. STATUS_RETRY with code lead_race as in lead_store.h. */
Status upsert_write(Db *db, UpsertPlan *plan, StrBuf *scratch, Error *err) MUST_CHECK;
