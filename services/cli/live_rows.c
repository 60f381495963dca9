#include "cli/live_rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ROWS_PART = 500 };

static void row_done(LiveRow *row)
{
    free(row->id);
    redis_reply_free(row->stats);
    redis_reply_free(row->now);
}

void live_rows_done(LiveRows *rows)
{
    for (int i = 0; i < rows->count; i++) {
        row_done(&rows->rows[i]);
    }
    free(rows->rows);
    *rows = (LiveRows){0};
}

const char *live_row_field(const LiveRow *row, const char *name)
{
    const char *value = row->stats != NULL ? redis_field(row->stats, name) : NULL;
    return value == NULL && row->now != NULL ? redis_field(row->now, name) : value;
}

/* ---- reading ---- */

static void add_part(LiveRows *rows, const char *const ids[], int count)
{
    rows->rows = mem_realloc(rows->rows, (size_t)(rows->count + count) * sizeof *rows->rows);
    for (int i = 0; i < count; i++) {
        rows->rows[rows->count++] = (LiveRow){.id = mem_strdup(ids[i])};
    }
}

/* stats, and now where the kind has one: each of a part in one round trip. */
static Status read_part(
    LiveRead *live, bool lists, const char *const ids[], int count, LiveRows *rows, Error *err)
{
    AUTO_FREE RedisReply **stats = mem_alloc((size_t)count * sizeof(RedisReply *));
    AUTO_FREE RedisReply **now = mem_alloc((size_t)count * sizeof(RedisReply *));
    Status status = live_read_hashes(live, lists ? LIVE_LIST_STATS : LIVE_CAMPAIGN_STATS, ids,
                                     count, stats, err);
    if (status == STATUS_OK && lists) {
        status = live_read_hashes(live, LIVE_LIST_NOW, ids, count, now, err);
    }
    int first = rows->count;
    add_part(rows, ids, count);
    for (int i = 0; i < count; i++) {
        rows->rows[first + i].stats = stats[i];
        rows->rows[first + i].now = now[i];
    }
    return status;
}

Status live_rows_campaigns(LiveRead *live, const char *only_or_null, LiveRows *rows, Error *err)
{
    AUTO_REPLY *members = NULL;
    Status status = live_read_members(live, LIVE_CAMPAIGNS, NULL, &members, err);
    int total = status == STATUS_OK ? redis_size(members) : 0;
    for (int from = 0; status == STATUS_OK && from < total;) {
        const char *ids[ROWS_PART];
        int count = 0;
        for (; from < total && count < ROWS_PART; from++) {
            const char *id = redis_text(redis_at(members, from));
            if (only_or_null == NULL || strcmp(id, only_or_null) == 0) {
                ids[count++] = id;
            }
        }
        status = count > 0 ? read_part(live, false, ids, count, rows, err) : STATUS_OK;
    }
    return status;
}

/* value NULL: whatever it is. */
static bool row_has(const LiveRow *row, const char *name, const char *value)
{
    const char *has = live_row_field(row, name);
    return has != NULL && (value == NULL || strcmp(has, value) == 0);
}

void live_rows_keep(LiveRows *rows, const char *name, const char *value_or_null)
{
    int kept = 0;
    for (int i = 0; i < rows->count; i++) {
        if (row_has(&rows->rows[i], name, value_or_null)) {
            rows->rows[kept++] = rows->rows[i];
        } else {
            row_done(&rows->rows[i]);
        }
    }
    rows->count = kept;
}

Status live_rows_lists(LiveRead *live, const char *campaign_id, LiveRows *rows, Error *err)
{
    AUTO_REPLY *members = NULL;
    Status status = live_read_members(live, LIVE_CAMPAIGN_LISTS, campaign_id, &members, err);
    int total = status == STATUS_OK ? redis_size(members) : 0;
    for (int from = 0; status == STATUS_OK && from < total; from += ROWS_PART) {
        const char *ids[ROWS_PART];
        int count = total - from < ROWS_PART ? total - from : ROWS_PART;
        for (int i = 0; i < count; i++) {
            ids[i] = redis_text(redis_at(members, from + i));
        }
        status = read_part(live, true, ids, count, rows, err);
    }
    return status;
}

/* ---- order ---- */

static double row_number(const LiveRow *row, const char *name)
{
    const char *value = live_row_field(row, name);
    return value != NULL ? strtod(value, NULL) : 0;
}

static int row_compare(const void *a, const void *b, void *by)
{
    for (const char *const *name = by; *name != NULL; name++) {
        double left = row_number(a, *name);
        double right = row_number(b, *name);
        if (left != right) {
            return left < right ? 1 : -1;
        }
    }
    return strcmp(((const LiveRow *)a)->id, ((const LiveRow *)b)->id);
}

void live_rows_sort(LiveRows *rows, const char *const by[])
{
    if (rows->count > 0) {
        qsort_r(rows->rows, (size_t)rows->count, sizeof *rows->rows, row_compare, (void *)by);
    }
}
