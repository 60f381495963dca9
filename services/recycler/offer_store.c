#include "recycler/offer_store.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "sql_queries.h"

void offers_done(Offers *offers)
{
    free(offers->rows);
    *offers = (Offers){0};
}

static Offer offer_of(const DbResult *result, int row)
{
    size_t len = 0;
    const char *campaign_id = db_bytes(result, row, 11, &len);
    Offer offer = {.offer_id = db_bin_i64(result, row, 0),
                   .lead_id = db_bin_i64(result, row, 1),
                   .number_id = db_bin_i64(result, row, 2),
                   .list_no = (int32_t)db_bin_i64(result, row, 3),
                   .campaign_no = (int32_t)db_bin_i64(result, row, 4),
                   .state = (OfferState)db_bin_i64(result, row, 5),
                   .made_us = db_bin_time(result, row, 6),
                   .not_after_us = db_bin_time(result, row, 7),
                   .held_until_us = db_bin_time(result, row, 8),
                   .started_us = db_bin_time(result, row, 9),
                   .given_up = !db_is_null(result, row, 10) && db_bin_i64(result, row, 10) != 0};
    snprintf(offer.campaign_id, sizeof offer.campaign_id, "%.*s", (int)len, campaign_id);
    return offer;
}

Status offers_read(Db *db, DbArray *offer_ids, Offers *ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, offer_ids);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(db, sql_offer_lock, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    ret->count = db_rows(result);
    ret->rows = mem_alloc((size_t)(ret->count + 1) * sizeof *ret->rows);
    for (int row = 0; row < ret->count; row++) {
        ret->rows[row] = offer_of(result, row);
    }
    return STATUS_OK;
}

static int offer_compare(const void *offer_id, const void *offer)
{
    int64_t wanted = *(const int64_t *)offer_id;
    int64_t found = ((const Offer *)offer)->offer_id;
    return (wanted > found) - (wanted < found);
}

Offer *offers_find(const Offers *offers, int64_t offer_id)
{
    return offers->count == 0 ? NULL
                              : bsearch(&offer_id, offers->rows, (size_t)offers->count,
                                        sizeof *offers->rows, offer_compare);
}

void offer_end(Offer *offer, const char *ended_by, int64_t now_us)
{
    offer->state = OFFER_ENDED;
    offer->ended_us = now_us;
    offer->ended_by = ended_by;
    offer->changed = true;
}

enum { WRITE_COLUMNS = 6 };

static const DbArrayType write_types[WRITE_COLUMNS] = {
    DB_ARRAY_INT8, DB_ARRAY_INT2, DB_ARRAY_TIME, DB_ARRAY_TIME, DB_ARRAY_TIME, DB_ARRAY_TEXT,
};

static void add_offer(DbArray columns[WRITE_COLUMNS], const Offer *offer)
{
    db_array_i64(&columns[0], offer->offer_id);
    db_array_i64(&columns[1], offer->state);
    db_array_time_or_null(&columns[2], offer->held_until_us);
    db_array_time_or_null(&columns[3], offer->started_us);
    db_array_time_or_null(&columns[4], offer->ended_us);
    db_array_string(&columns[5], offer->ended_by);
}

static Status write_rows(Db *db, DbArray columns[WRITE_COLUMNS], Error *err)
{
    DbParams params = {0};
    for (int column = 0; column < WRITE_COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    int count = columns[0].count;
    return count > 0 ? db_exec(db, sql_offer_write, &params, count, err) : STATUS_OK;
}

Status offers_write(const Offers *offers, Db *db, Error *err)
{
    DbArray columns[WRITE_COLUMNS] = {0};
    for (int column = 0; column < WRITE_COLUMNS; column++) {
        db_array_begin(&columns[column], write_types[column]);
    }
    for (int i = 0; i < offers->count; i++) {
        if (offers->rows[i].changed) {
            add_offer(columns, &offers->rows[i]);
        }
    }
    Status status = write_rows(db, columns, err);
    for (int column = 0; column < WRITE_COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
    return status;
}
