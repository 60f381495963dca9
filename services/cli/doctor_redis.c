#include "cli/doctor_redis.h"

#include <inttypes.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/doctor_index.h"
#include "cli/live_read.h"
#include "runtime/list_figures.h"
#include "sql_queries.h"

enum { PART = 500, BEHIND_TRIES = 30, BEHIND_NAP_MS = 100 };

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

/* ---- lists whose versions differ: looked at again, all of them in each round ---- */

typedef struct Others {
    char **list_ids;
    int count;
} Others;

static void others_add(Others *others, const char *list_id)
{
    others->list_ids =
        mem_realloc(others->list_ids, ((size_t)others->count + 1) * sizeof *others->list_ids);
    others->list_ids[others->count++] = mem_strdup(list_id);
}

static void others_done(Others *others)
{
    for (int i = 0; i < others->count; i++) {
        free(others->list_ids[i]);
    }
    free(others->list_ids);
}

/* While it changes, Redis is behind for a moment. *ret_behind: it is, and may still catch up. */
static Status check_again(
    Cli *cli, LiveRead *live, const char *list_id, bool *ret_behind, Check *check, Error *err)
{
    AUTO_FIGURES figures = {.statuses = NULL};
    AUTO_REPLY *hash = NULL;
    bool last = !*ret_behind;
    *ret_behind = false;
    Status status = look(cli, live, list_id, &figures, &hash, err);
    if (status != STATUS_OK || figures.statuses == NULL) {
        return status; /* or the list is gone */
    }
    int place = list_figures_place(hash, &figures);
    if (place == 0) {
        compare(hash, &figures, check);
    } else if (place > 0 || last) {
        const char *has = hash != NULL ? redis_field(hash, "version") : NULL;
        check_problem(check, "Redis, list %s: version %s, but the record has %" PRId64, list_id,
                      has != NULL ? has : "none", figures.version);
    } else {
        *ret_behind = true;
    }
    return STATUS_OK;
}

/* Waits no longer for many than for one. */
static Status check_others(Cli *cli, LiveRead *live, Others *others, Check *check, Error *err)
{
    Status status = STATUS_OK;
    for (int i = 0; status == STATUS_OK && others->count > 0; i++) {
        int kept = 0;
        for (int at = 0; at < others->count; at++) {
            char *list_id = others->list_ids[at];
            bool behind = i < BEHIND_TRIES;
            if (status == STATUS_OK) {
                status = check_again(cli, live, list_id, &behind, check, err);
            }
            if (status == STATUS_OK && behind) {
                others->list_ids[kept++] = list_id;
            } else {
                free(list_id);
            }
        }
        others->count = kept;
        if (kept > 0) {
            clock_nap(BEHIND_NAP_MS);
        }
    }
    return status;
}

/* ---- all lists ---- */

static Status
check_row(LiveRead *live, const DbResult *rows, int row, Others *others, Check *check, Error *err)
{
    AUTO_FIGURES figures = {.statuses = NULL};
    AUTO_REPLY *hash = NULL;
    Status status = list_figures_row(rows, row, &figures, err);
    if (status == STATUS_OK) {
        status = live_read_hash(live, LIVE_LIST_STATS, figures.list_id, &hash, err);
    }
    if (status == STATUS_OK && list_figures_place(hash, &figures) == 0) {
        compare(hash, &figures, check);
    } else if (status == STATUS_OK) {
        others_add(others, figures.list_id);
    }
    return status;
}

static Status check_pages(Cli *cli, LiveRead *live, Others *others, Check *check, Error *err)
{
    int64_t after = 0;
    for (int count = PART; count == PART;) {
        AUTO_RESULT *rows = NULL;
        Status status = read_lists(cli, after, NULL, &rows, err);
        count = status == STATUS_OK ? db_rows(rows) : 0;
        for (int row = 0; status == STATUS_OK && row < count; row++) {
            after = db_i64(rows, row, 0);
            status = check_row(live, rows, row, others, check, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
    }
    return STATUS_OK;
}

static Status check_lists(Cli *cli, LiveRead *live, Check *check, Error *err)
{
    Others others = {0};
    Status status = check_pages(cli, live, &others, check, err);
    if (status == STATUS_OK) {
        status = check_others(cli, live, &others, check, err);
    }
    others_done(&others);
    return status;
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
