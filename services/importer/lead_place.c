#include "importer/lead_place.h"

#include <stdlib.h>
#include <string.h>

#include "importer/lead_merge.h"
#include "sql_queries.h"

/* ---- reading ---- */

static int row_by_id(const void *a, const void *b)
{
    int64_t first = ((const LeadRow *)a)->lead_id;
    int64_t second = ((const LeadRow *)b)->lead_id;
    return (first > second) - (first < second);
}

Status lead_read_places(Db *db, DbArray *places, LeadSet *ret, Error *err)
{
    Status status = lead_set_query(db, sql_lead_read_places, places, ret, err);
    if (status == STATUS_OK && ret->count > 1) {
        qsort(ret->rows, (size_t)ret->count, sizeof *ret->rows, row_by_id);
    }
    return status;
}

/* ---- writing ---- */

enum { ALWAYS = 0 };

typedef struct PlaceColumn {
    const char *name;
    const char *type;
    DbArrayType array;
    uint32_t when; /* which changes write it */
    void (*add)(DbArray *column, const LeadRow *row);
} PlaceColumn;

static void add_id(DbArray *column, const LeadRow *row)
{
    db_array_i64(column, row->lead_id);
}

static void add_place(DbArray *column, const LeadRow *row)
{
    db_array_text(column, row->place.tid, sizeof row->place.tid);
}

static void add_xmin(DbArray *column, const LeadRow *row)
{
    db_array_i64(column, row->place.xmin);
}

static void add_version(DbArray *column, const LeadRow *row)
{
    db_array_i64(column, row->lead_version);
}

static void add_hash(DbArray *column, const LeadRow *row)
{
    db_array_i64_or_null(column, row->content_hash, 0);
}

static void add_zones(DbArray *column, const LeadRow *row)
{
    db_array_i64_or_null(column, row->zone_set_no, 0);
}

static void add_priority(DbArray *column, const LeadRow *row)
{
    db_array_i64(column, row->priority);
}

static void add_custom(DbArray *column, const LeadRow *row)
{
    lead_add_text(column, row->custom);
}

/* The first three say which row. An import moves neither phone, list nor stage of a lead. */
static const PlaceColumn place_columns[] = {
    {"lead_id", "bigint", DB_ARRAY_INT8, ALWAYS, add_id},
    {"place", "tid", DB_ARRAY_TID, ALWAYS, add_place},
    {"seen", "xid", DB_ARRAY_XID, ALWAYS, add_xmin},
    {"lead_version", "int", DB_ARRAY_INT4, ALWAYS, add_version},
    {"content_hash", "bigint", DB_ARRAY_INT8, ALWAYS, add_hash},
    {"zone_set_no", "int", DB_ARRAY_INT4, LEAD_HAS_ZONE, add_zones},
    {"priority", "smallint", DB_ARRAY_INT2, LEAD_HAS_PRIORITY, add_priority},
    {"custom", "jsonb", DB_ARRAY_JSONB, LEAD_HAS_CUSTOM, add_custom},
};
enum {
    WHERE_COLUMNS = 3,
    PLACE_COLUMNS = sizeof place_columns / sizeof place_columns[0],
    MOST_COLUMNS = PLACE_COLUMNS + LEAD_TEXTS,
};

/* One statement in the making: only what changed is sent, which in most files is little. */
typedef struct PlaceWrite {
    const LeadRow *const *rows;
    int row_count;
    DbArray columns[MOST_COLUMNS];
    int count;
    StrBuf set;
    StrBuf names;
    StrBuf arrays;
} PlaceWrite;

static DbArray *write_begin(PlaceWrite *write, const char *name, const char *type, DbArrayType kind)
{
    DbArray *column = &write->columns[write->count];
    const char *comma = write->count > 0 ? ", " : "";
    db_array_begin(column, kind);
    strbuf_addf(&write->names, "%s%s", comma, name);
    strbuf_addf(&write->arrays, "%s$%d::%s[]", comma, ++write->count, type);
    if (write->count > WHERE_COLUMNS) {
        comma = write->count > WHERE_COLUMNS + 1 ? ", " : "";
        strbuf_addf(&write->set, "%s%s = v.%s", comma, name, name);
    }
    return column;
}

static void write_add_column(PlaceWrite *write, const PlaceColumn *column)
{
    DbArray *array = write_begin(write, column->name, column->type, column->array);
    for (int i = 0; i < write->row_count; i++) {
        column->add(array, write->rows[i]);
    }
}

static void write_add_text(PlaceWrite *write, LeadText text)
{
    DbArray *array = write_begin(write, lead_text_name(text), "text", DB_ARRAY_TEXT);
    for (int i = 0; i < write->row_count; i++) {
        lead_add_text(array, write->rows[i]->texts[text]);
    }
}

static void write_add(PlaceWrite *write, uint32_t changed)
{
    for (int i = 0; i < PLACE_COLUMNS; i++) {
        if (place_columns[i].when == ALWAYS || (changed & place_columns[i].when) != 0) {
            write_add_column(write, &place_columns[i]);
        }
    }
    for (LeadText text = 0; text < LEAD_TEXTS; text++) {
        if ((changed & LEAD_HAS(text)) != 0) {
            write_add_text(write, text);
        }
    }
}

static void write_done(PlaceWrite *write)
{
    for (int i = 0; i < write->count; i++) {
        db_array_done(&write->columns[i]);
    }
    strbuf_done(&write->set);
    strbuf_done(&write->names);
    strbuf_done(&write->arrays);
}

static Status write_run(PlaceWrite *write, Db *db, Error *err)
{
    AUTO_STRBUF sql = STRBUF_INIT;
    strbuf_addf(&sql,
                "UPDATE leads SET %s FROM unnest(%s) AS v (%s) "
                "WHERE leads.ctid = v.place AND leads.xmin = v.seen AND leads.lead_id = v.lead_id",
                write->set.data, write->arrays.data, write->names.data);
    DbParams params = {0};
    for (int i = 0; i < write->count; i++) {
        db_param_array(&params, &write->columns[i]);
    }
    Status status = db_exec(db, sql.data, &params, write->row_count, err);
    if (status == STATUS_RETRY && strcmp(err->code, "row_count") == 0) {
        return error_set(err, STATUS_RETRY, "lead_race", "a lead changed while it was looked up");
    }
    return lead_written(db, status, err);
}

Status
lead_write_places(Db *db, const LeadRow *const rows[], int count, uint32_t changed, Error *err)
{
    PlaceWrite write = {.rows = rows,
                        .row_count = count,
                        .set = STRBUF_INIT,
                        .names = STRBUF_INIT,
                        .arrays = STRBUF_INIT};
    write_add(&write, changed);
    Status status = write_run(&write, db, err);
    write_done(&write);
    return status;
}
