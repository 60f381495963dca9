#include "stats/live_write.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

void live_write_init(LiveWrite *write, const char *ns, LiveKind kind, const char *id)
{
    *write = (LiveWrite){.mode = LIVE_NEWER};
    live_hash_init(&write->hash);
    live_key(write->key, ns, kind, id);
}

void live_write_done(LiveWrite *write)
{
    live_hash_done(&write->hash);
}

void live_write_list(LiveWrite *write, const char *ns, const ListFigures *figures)
{
    live_write_init(write, ns, LIVE_LIST_STATS, figures->list_id);
    list_figures_hash(figures, &write->hash);
}

void live_write_deleted(
    LiveWrite *write, const char *ns, const char *list_id, int64_t epoch, int64_t version)
{
    live_write_init(write, ns, LIVE_LIST_STATS, list_id);
    write->mode = LIVE_SAME; /* it may have the number of the list's last version */
    write->expire_s = LIVE_DELETED_S;
    live_hash_add(&write->hash, "list_id", list_id);
    live_hash_add_i64(&write->hash, "epoch", epoch);
    live_hash_add_i64(&write->hash, "version", version);
    live_hash_add(&write->hash, "life", "deleted");
}

void live_write_ended(LiveWrite *write, int64_t ended_us, int64_t now_us)
{
    if (write->expire_s > 0) {
        write->expire_s -= (now_us - ended_us) / CLOCK_US_PER_SECOND;
        write->expire_s = write->expire_s < 1 ? 1 : write->expire_s;
    }
}

/* Of a text with a number: by length, then by bytes, as the script does. */
static bool is_above(const char *a, const char *b)
{
    size_t a_len = strlen(a);
    size_t b_len = strlen(b);
    return a_len != b_len ? a_len > b_len : strcmp(a, b) > 0;
}

static bool write_is_below(const LiveWrite *write, const char *epoch, const char *version)
{
    const char *mine = live_hash_get(&write->hash, "epoch");
    return is_above(epoch, mine) ||
           (strcmp(epoch, mine) == 0 && is_above(version, live_hash_get(&write->hash, "version")));
}

bool live_write_give_way(LiveWrite *write, const char *epoch, const char *version)
{
    if (!write_is_below(write, epoch, version)) {
        return false;
    }
    write->mode = LIVE_FORCE;
    write->seen[0] = epoch;
    write->seen[1] = version;
    return true;
}

/* ---- jobs ---- */

static int64_t count_of(const json_t *data, const char *name)
{
    const json_t *value = json_object_get(data, name);
    return json_is_integer(value) ? json_integer_value(value) : 0;
}

/* The first of these that the event has: rows of a file, leads of a list, lists of all. */
static int64_t job_rows(const json_t *data)
{
    static const char *const names[] = {"rows", "leads", "lists"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (json_object_get(data, names[i]) != NULL) {
            return count_of(data, names[i]);
        }
    }
    return 0;
}

static bool job_has_ended(const char *state)
{
    return strcmp(state, "completed") == 0 || strcmp(state, "failed") == 0 ||
           strcmp(state, "cancelled") == 0;
}

/* Hundredths of a per cent that are done; -1 when nothing tells it. */
static int64_t job_done(const json_t *data, const char *state)
{
    static const char *const pairs[][2] = {{"bytes_done", "bytes_total"},
                                           {"rows", "rows_total"},
                                           {"leads", "leads_total"},
                                           {"lists", "lists_total"}};
    if (strcmp(state, "completed") == 0) {
        return 10000;
    }
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
        int64_t total = count_of(data, pairs[i][1]);
        int64_t done = count_of(data, pairs[i][0]);
        if (total > 0) {
            return done >= total ? 10000 : (int64_t)((double)done / (double)total * 10000);
        }
    }
    return -1;
}

static void add_pace(LiveHash *hash, const LiveJob *job, const char *state)
{
    char text[32];
    int64_t done = job_done(job->data, state);
    int64_t took_us = job->started_us > 0 ? job->at_us - job->started_us : 0;
    if (done >= 0) {
        snprintf(text, sizeof text, "%" PRId64 ".%02" PRId64, done / 100, done % 100);
        live_hash_add(hash, "percent", text);
    }
    if (took_us > 0) {
        double rate = (double)job_rows(job->data) * CLOCK_US_PER_SECOND / (double)took_us;
        snprintf(text, sizeof text, "%.1f", rate);
        live_hash_add(hash, "rate", text);
    }
    if (took_us > 0 && done > 0 && !job_has_ended(state)) {
        double left_us = (double)took_us * (double)(10000 - done) / (double)done;
        live_hash_add_i64(hash, "time_left_s", (int64_t)(left_us / CLOCK_US_PER_SECOND + 0.5));
    }
}

/* What is neither text nor number says itself in a field of its own, or nothing. */
static void add_member(LiveHash *hash, const char *name, const json_t *value)
{
    if (json_is_string(value)) {
        live_hash_add(hash, name, json_string_value(value));
    } else if (json_is_integer(value)) {
        live_hash_add_i64(hash, name, json_integer_value(value));
    } else if (json_is_boolean(value)) {
        live_hash_add(hash, name, json_is_true(value) ? "1" : "0");
    }
}

static bool member_is_ours(const char *name)
{
    static const char *const ours[] = {"job_id",      "epoch",  "version", "percent", "rate",
                                       "time_left_s", "errors", "error",   "at",      "done"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        if (strcmp(ours[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void add_error(LiveHash *hash, const json_t *error)
{
    if (json_is_object(error)) {
        const char *code = json_string_value(json_object_get(error, "code"));
        const char *text = json_string_value(json_object_get(error, "message"));
        live_hash_add(hash, "error_code", code != NULL ? code : "");
        live_hash_add(hash, "error", text != NULL ? text : "");
    }
}

static void add_time(LiveHash *hash, const char *name, int64_t time_us)
{
    char text[CLOCK_RFC3339_SIZE];
    if (time_us > 0) {
        clock_format_rfc3339(time_us, text);
        live_hash_add(hash, name, text);
    }
}

void live_write_job(LiveWrite *write, const char *ns, const char *job_id, const LiveJob *job)
{
    live_write_init(write, ns, LIVE_JOB, job_id);
    LiveHash *hash = &write->hash;
    const char *state = json_string_value(json_object_get(job->data, "state"));
    state = state != NULL ? state : "";
    write->expire_s = job_has_ended(state) ? LIVE_JOB_ENDED_S : 0;
    live_hash_add(hash, "job_id", job_id);
    live_hash_add_i64(hash, "epoch", job->epoch);
    live_hash_add_i64(hash, "version", job->n);
    const char *name;
    const json_t *value;
    void *at = json_object_iter((json_t *)job->data);
    for (; at != NULL; at = json_object_iter_next((json_t *)job->data, at)) {
        name = json_object_iter_key(at);
        value = json_object_iter_value(at);
        if (!member_is_ours(name)) {
            add_member(hash, name, value);
        }
    }
    if (json_object_get(job->data, "stage") == NULL) {
        live_hash_add(hash, "stage", state);
    }
    add_time(hash, "started_at", job->started_us);
    add_time(hash, "at", job->at_us);
    live_hash_add_i64(hash, "errors", count_of(job->data, "rejected"));
    add_pace(hash, job, state);
    add_error(hash, json_object_get(job->data, "error"));
}
