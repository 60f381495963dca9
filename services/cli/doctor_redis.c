#include "cli/doctor_redis.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/doctor_index.h"
#include "cli/live_read.h"
#include "runtime/list_figures.h"
#include "sql_queries.h"

enum { PART = 500, BEHIND_TRIES = 30, BEHIND_NAP_MS = 100, COLUMN_LIST_ID = 1 };

static Status read_lists(Cli *cli, int64_t after, DbArray *only, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, after);
    db_param_i64(&params, PART);
    if (only != NULL) {
        db_param_array(&params, only);
    } else {
        db_param_text(&params, NULL);
    }
    return cli_query(cli, sql_live_lists, &params, ret, err);
}

static void compare(const RedisReply *hash, const ListFigures *figures, Check *check)
{
    AUTO_HASH wanted;
    live_hash_init(&wanted);
    list_figures_hash(figures, &wanted);
    const char *name;
    const char *value;
    for (size_t at = 0; live_hash_next(&wanted, &at, &name, &value);) {
        const char *has = redis_field(hash, name);
        if (has == NULL || strcmp(has, value) != 0) {
            check_problem(check, "Redis, list %s: %s: %s, but the record has %s", figures->list_id,
                          name, has != NULL ? has : "nothing", value);
        }
    }
    if (redis_size(hash) != 2 * wanted.count) {
        check_problem(check, "Redis, list %s: it has fields that are not the record's",
                      figures->list_id);
    }
}

static Status
look(Cli *cli, LiveRead *live, const char *list_id, ListFigures *ret, RedisReply **hash, Error *err)
{
    DbArray one = {0};
    AUTO_RESULT *rows = NULL;
    db_array_begin(&one, DB_ARRAY_TEXT);
    db_array_string(&one, list_id);
    Status status = live_read_hash(live, LIVE_LIST_STATS, list_id, hash, err);
    if (status == STATUS_OK) { /* Redis first: what the record has then is no older */
        status = read_lists(cli, 0, &one, &rows, err);
    }
    db_array_done(&one);
    if (status == STATUS_OK && db_rows(rows) == 1) {
        status = list_figures_row(rows, 0, ret, err);
    }
    return status;
}

/* While it changes, Redis is behind for a moment. */
static Status check_list(Cli *cli, LiveRead *live, const char *list_id, Check *check, Error *err)
{
    for (int i = 0;; i++) {
        AUTO_FIGURES figures = {.statuses = NULL};
        AUTO_REPLY *hash = NULL;
        Status status = look(cli, live, list_id, &figures, &hash, err);
        if (status != STATUS_OK || figures.statuses == NULL) {
            return status; /* or the list is gone */
        }
        int place = list_figures_place(hash, &figures);
        if (place == 0) {
            compare(hash, &figures, check);
            return STATUS_OK;
        }
        if (place > 0 || i >= BEHIND_TRIES) {
            const char *has = hash != NULL ? redis_field(hash, "version") : NULL;
            check_problem(check, "Redis, list %s: version %s, but the record has %" PRId64, list_id,
                          has != NULL ? has : "none", figures.version);
            return STATUS_OK;
        }
        clock_nap(BEHIND_NAP_MS);
    }
}

static Status check_lists(Cli *cli, LiveRead *live, Check *check, Error *err)
{
    int64_t after = 0;
    for (int count = PART; count == PART;) {
        AUTO_RESULT *rows = NULL;
        Status status = read_lists(cli, after, NULL, &rows, err);
        count = status == STATUS_OK ? db_rows(rows) : 0;
        for (int row = 0; status == STATUS_OK && row < count; row++) {
            after = db_i64(rows, row, 0);
            status = check_list(cli, live, db_text(rows, row, COLUMN_LIST_ID), check, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

Status doctor_redis(Cli *cli, Check *check, Error *err)
{
    LiveRead *live = live_read_new(cli);
    Status status = STATUS_OK;
    Error why;
    if (live_read_check(live, &why) == STATUS_OK) {
        status = check_lists(cli, live, check, err);
        if (status == STATUS_OK) {
            status = doctor_index(cli, live, check, err);
        }
    } else {
        check_note(check, "Redis was not looked at: %s", why.text);
    }
    live_read_close(live);
    return status;
}
