#include "exporter/export_ranges.h"

#include "base/mem.h"
#include "sql_queries.h"

/* What lies behind that many blocks is one piece: lists of that many upserts are small pieces as
 * it is. */
enum { BLOCKS_MAX = 20000 };

static void add_range(ExportRanges *ranges, size_t *room, int64_t *after, int64_t upto)
{
    if (ranges->count == *room) {
        *room = *room * 2 + 16;
        ranges->items = mem_realloc(ranges->items, *room * sizeof *ranges->items);
    }
    ranges->items[ranges->count++] = (ExportRange){*after, upto};
    *after = upto;
}

ExportRanges export_ranges_of(const int64_t firsts[], const int64_t lasts[], size_t count)
{
    ExportRanges ranges = {0};
    size_t room = 0;
    int64_t after = 0;
    int64_t held = 0; /* ids since the last piece */
    for (size_t i = 0; i < count; i++) {
        int64_t at = firsts[i] - 1;
        while (lasts[i] - at + held >= EXPORT_RANGE_LEADS) {
            at += EXPORT_RANGE_LEADS - held;
            held = 0;
            add_range(&ranges, &room, &after, at);
        }
        held += lasts[i] - at;
    }
    add_range(&ranges, &room, &after, INT64_MAX);
    return ranges;
}

Status
export_ranges_make(Db *db, const ExportSpec *spec, int32_t list_no, ExportRanges *ret, Error *err)
{
    if (spec->what != EXPORT_LEADS || spec->by_due) {
        *ret = export_ranges_of(NULL, NULL, 0);
        return STATUS_OK;
    }
    DbParams params = {0};
    db_param_i64(&params, list_no);
    db_param_i64(&params, BLOCKS_MAX);
    AUTO_RESULT *result = NULL;
    Status status = db_query_binary(db, sql_export_blocks, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    int count = db_rows(result);
    AUTO_FREE int64_t *firsts = mem_alloc(((size_t)count + 1) * sizeof *firsts);
    AUTO_FREE int64_t *lasts = mem_alloc(((size_t)count + 1) * sizeof *lasts);
    for (int i = 0; i < count; i++) {
        firsts[i] = db_bin_i64(result, i, 0);
        lasts[i] = db_bin_i64(result, i, 1);
    }
    *ret = export_ranges_of(firsts, lasts, (size_t)count);
    return STATUS_OK;
}
