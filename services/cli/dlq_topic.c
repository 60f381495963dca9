#include "cli/dlq_topic.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/follow.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { DLQ_POLL_MS = 200, DLQ_PATIENCE_MS = 15000 };

static const char *const dlq_states[] = {"open", "replayed", "dropped"};

/* ---- what was decided ---- */

static Status marks_read(DlqTopic *letters, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, letters->topic);
    db_param_i64(&params, letters->next);
    return cli_query(letters->cli, sql_cli_dlq_marks, &params, &letters->marks, err);
}

static const char *mark_find(DlqTopic *letters, const BusRecord *record)
{
    const DbResult *marks = letters->marks;
    while (letters->mark < db_rows(marks) && db_i64(marks, letters->mark, 0) < record->offset) {
        letters->mark++;
    }
    for (int row = letters->mark; row < db_rows(marks) && db_i64(marks, row, 0) == record->offset;
         row++) {
        if (db_i64(marks, row, 1) == record->timestamp_ms) {
            const char *state = db_text(marks, row, 2);
            return strcmp(state, dlq_states[1]) == 0 ? dlq_states[1] : dlq_states[2];
        }
    }
    return dlq_states[0];
}

Status dlq_topic_mark(DlqTopic *letters, const BusRecord *letter, const char *state, Error *err)
{
    DbParams params = {0};
    db_param_text(&params, letters->topic);
    db_param_i64(&params, letter->offset);
    db_param_i64(&params, letter->timestamp_ms);
    db_param_text(&params, state);
    db_param_time(&params, clock_now_us());
    DbParams gone = {0};
    db_param_text(&gone, letters->topic);
    db_param_i64(&gone, letters->low);
    AUTO_TX Db *db = cli_db(letters->cli);
    Status status = db_begin_unchecked(db, err);
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_dlq_mark, &params, 1, err);
    }
    if (status == STATUS_OK) {
        status = db_exec(db, sql_cli_dlq_forget, &gone, -1, err);
    }
    return status == STATUS_OK ? db_commit(db, err) : status;
}

/* ---- the topic ---- */

static Status topic_find(DlqTopic *letters, int64_t first, Error *err)
{
    const char *const names[] = {letters->letters};
    Status status = consumer_open(&letters->cli->config, NULL, names, 1, &letters->consumer, err);
    if (status == STATUS_OK) {
        status = follow_watermarks(letters->consumer, letters->letters, 0, &letters->low,
                                   &letters->high, err);
    }
    letters->next = first < 0 ? letters->high + first : first;
    letters->next = letters->next < letters->low ? letters->low : letters->next;
    return status;
}

Status dlq_topic_open(DlqTopic *letters, Cli *cli, const char *topic, int64_t first, Error *err)
{
    *letters = (DlqTopic){
        .cli = cli, .topic = topic, .letters = mem_sprintf("%s" TOPIC_DEAD_LETTERS, topic)};
    if (topic_spec(letters->letters) == NULL) {
        return error_set_field(err, "topic", "unknown_topic",
                               "%s has no dead letters: `leadspool topics print` shows the topics",
                               topic);
    }
    Status status = topic_find(letters, first, err);
    if (status == STATUS_OK) {
        status = marks_read(letters, err);
    }
    if (status == STATUS_OK && letters->next < letters->high) {
        BusPartition start = {letters->letters, 0, letters->next};
        status = consumer_assign(letters->consumer, &start, 1, err);
    }
    return status;
}

void dlq_topic_close(DlqTopic *letters)
{
    consumer_close(letters->consumer);
    db_result_free(letters->marks);
    free(letters->letters);
    *letters = (DlqTopic){0};
}

Status dlq_topic_next(DlqTopic *letters, BusRecord **ret, const char **ret_state, Error *err)
{
    *ret = NULL;
    int64_t deadline_ms = clock_mono_ms() + DLQ_PATIENCE_MS;
    while (letters->next < letters->high) {
        BusEvent event;
        Status status = consumer_poll(letters->consumer, DLQ_POLL_MS, &event, err);
        if (status != STATUS_OK) {
            return status;
        }
        if (event.kind == BUS_RECORD) {
            *ret = event.record;
            *ret_state = mark_find(letters, event.record);
            letters->next = event.record->offset + 1;
            return STATUS_OK;
        }
        if (clock_mono_ms() > deadline_ms) {
            return error_set(err, STATUS_RETRY, "kafka_timeout",
                             "Kafka does not give the letters of %s: try again", letters->topic);
        }
    }
    return STATUS_OK;
}
