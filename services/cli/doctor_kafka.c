/* Checks of doctor.h that compare the record with the broker. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/bus.h"
#include "base/clock.h"
#include "cli/doctor.h"
#include "runtime/topics.h"
#include "sql_queries.h"

enum { NO_ANSWER_MS = 2000 };

/* Columns of position_list.sql. */
enum { POSITION_GROUP, POSITION_TOPIC, POSITION_PARTITION, POSITION_NEXT = 5, POSITION_HALTED = 7 };

/* ---- I1 ---- */

static void position_compare(
    const DbResult *rows, int row, int64_t low, int64_t high, const char *place, Check *check)
{
    int64_t next = db_i64(rows, row, POSITION_NEXT);
    if (next > high) {
        check_problem(check, "%s: next_offset %" PRId64 " is beyond the end of the topic, %" PRId64,
                      place, next, high);
    } else if (next < low) {
        check_problem(check, "%s: records %" PRId64 " to %" PRId64 " are gone and were never read",
                      place, next, low - 1);
    } else if (next < high) {
        check_note(check, "%s: %" PRId64 " records behind", place, high - next);
    }
}

/* False when the broker did not answer: then asking for others would only wait as long for each. */
static bool position_check(Consumer *consumer, const DbResult *rows, int row, Check *check)
{
    char place[160];
    const char *topic = db_text(rows, row, POSITION_TOPIC);
    int32_t partition = (int32_t)db_i64(rows, row, POSITION_PARTITION);
    snprintf(place, sizeof place, "%s %s/%d", db_text(rows, row, POSITION_GROUP), topic, partition);
    check->checked++;
    if (!db_is_null(rows, row, POSITION_HALTED)) {
        check_problem(check, "%s: halted: %s", place, db_text(rows, row, POSITION_HALTED));
    }
    if (db_is_null(rows, row, POSITION_NEXT)) {
        return true; /* claimed, and nothing read yet */
    }
    int64_t low = 0;
    int64_t high = 0;
    Error err;
    int64_t asked_ms = clock_mono_ms();
    if (consumer_watermarks(consumer, topic, partition, &low, &high, &err) != STATUS_OK) {
        check_problem(check, "%s: not checked: %s", place, err.text);
        return clock_mono_ms() < asked_ms + NO_ANSWER_MS;
    }
    position_compare(rows, row, low, high, place, check);
    return true;
}

static Status position_incidents(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Status status = cli_query(cli, sql_cli_doctor_incidents, NULL, &rows, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        check_problem(check,
                      "%s %s/%s: records %s to %s were removed before they were read (%s): "
                      "`leadspool position ack %s` takes note of it",
                      db_text(rows, row, 0), db_text(rows, row, 1), db_text(rows, row, 2),
                      db_text(rows, row, 3), db_text(rows, row, 4), db_text(rows, row, 5),
                      db_text(rows, row, 6));
    }
    return status;
}

Status doctor_positions(Cli *cli, Check *check, Error *err)
{
    AUTO_RESULT *rows = NULL;
    Consumer *consumer = NULL;
    Status status = cli_query(cli, sql_position_list, NULL, &rows, err);
    if (status == STATUS_OK) {
        status = consumer_open(&cli->config, NULL, NULL, 0, &consumer, err);
    }
    for (int row = 0; status == STATUS_OK && row < db_rows(rows); row++) {
        if (!position_check(consumer, rows, row, check)) {
            check_problem(check, "%d other partitions: not checked", db_rows(rows) - row - 1);
            break;
        }
    }
    consumer_close(consumer);
    return status == STATUS_OK ? position_incidents(cli, check, err) : status;
}

/* ---- I6 ---- */

static Status
dead_letters_count(Consumer *consumer, const TopicState *state, int64_t *ret_count, Error *err)
{
    int64_t count = 0;
    for (int i = 0; i < state->partitions; i++) {
        int64_t low = 0;
        int64_t high = 0;
        Status status = consumer_watermarks(consumer, state->spec->topic, i, &low, &high, err);
        if (status != STATUS_OK) {
            return status;
        }
        count += high - low;
    }
    *ret_count = count;
    return STATUS_OK;
}

static Status dead_letters_check(BusAdmin *admin, Consumer *consumer, Check *check, Error *err)
{
    for (size_t i = 0; i < topic_count; i++) {
        TopicState state = {.spec = &topics[i]};
        int64_t count = 0;
        if (topic_source_len(topics[i].topic) == 0) {
            continue;
        }
        Status status = bus_admin_partitions(admin, topics[i].topic, &state.partitions, err);
        if (status == STATUS_OK) {
            status = dead_letters_count(consumer, &state, &count, err);
        }
        if (status != STATUS_OK) {
            return status;
        }
        check->checked++;
        if (state.partitions == 0) {
            check_problem(check, "%s does not exist: run `leadspool migrate`", topics[i].topic);
        } else if (count > 0) {
            check_note(check, "%s: %" PRId64 " records", topics[i].topic, count);
        }
    }
    return STATUS_OK;
}

Status doctor_dead_letters(Cli *cli, Check *check, Error *err)
{
    BusAdmin *admin = NULL;
    Consumer *consumer = NULL;
    Status status = bus_admin_open(&cli->config, &admin, err);
    if (status == STATUS_OK) {
        status = consumer_open(&cli->config, NULL, NULL, 0, &consumer, err);
    }
    if (status == STATUS_OK) {
        status = dead_letters_check(admin, consumer, check, err);
    }
    consumer_close(consumer);
    bus_admin_close(admin);
    return status;
}
