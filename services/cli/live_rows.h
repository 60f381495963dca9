/* live_rows.h - many campaigns or lists of Redis at once, to be sorted and shown. Layer:
 * services/cli; reads only. */
#pragma once

#include "cli/live_read.h"

typedef struct LiveRow {
    char *id;          /* owned, all three */
    RedisReply *stats; /* NULL: Redis has none (yet) */
    RedisReply *now;   /* of lists; NULL likewise */
} LiveRow;

typedef struct LiveRows {
    LiveRow *rows;
    int count;
} LiveRows;

void live_rows_done(LiveRows *rows);
#define AUTO_LIVE_ROWS __attribute__((cleanup(live_rows_done))) LiveRows

/* All campaigns that have lists, or the one named, are added. */
Status live_rows_campaigns(LiveRead *live, const char *only_or_null, LiveRows *rows, Error *err)
    MUST_CHECK;
/* The campaign's lists are added, whatever Redis has of them. */
Status
live_rows_lists(LiveRead *live, const char *campaign_id, LiveRows *rows, Error *err) MUST_CHECK;

/* Those stay whose field has that value; NULL: that have the field. */
void live_rows_keep(LiveRows *rows, const char *name, const char *value_or_null);

/* The highest first, by the first of these fields in which they differ (NULL-ended), then by id. */
void live_rows_sort(LiveRows *rows, const char *const by[]);

/* A field of either hash, or NULL. */
const char *live_row_field(const LiveRow *row, const char *name);
