#include "runtime/position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/guard.h"
#include "runtime/topics.h"
#include "sql_queries.h"

static void position_params(DbParams *params, const char *group, const Position *position)
{
    db_param_text(params, group);
    db_param_text(params, position->topic);
    db_param_i64(params, position->partition);
}

/* Runs one statement in a transaction of its own. expected rows: 0 rows changed means fenced. */
static Status
position_run(Db *db, const char *sql, const DbParams *params, DbResult **ret, Error *err)
{
    AUTO_TX Db *tx = db;
    DbResult *result = NULL;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = db_query(tx, sql, params, &result, err);
    }
    if (status == STATUS_OK && db_affected(result) == 0) {
        status = error_set(err, STATUS_RETRY, "fenced", "another process owns the partition");
    }
    if (status == STATUS_OK) {
        status = db_commit(tx, err);
    }
    if (status == STATUS_OK && ret != NULL) {
        *ret = result;
    } else {
        db_result_free(result);
    }
    return status;
}

static Status position_take_over(Db *db,
                                 const char *group,
                                 const char *worker_id,
                                 int careful_messages,
                                 Position *position,
                                 bool *ret_fresh,
                                 Error *err)
{
    DbParams params = {0};
    position_params(&params, group, position);
    db_param_text(&params, worker_id);
    db_param_i64(&params, careful_messages);
    AUTO_RESULT *result = NULL;
    Status status = position_run(db, sql_position_claim, &params, &result, err);
    if (status == STATUS_OK) {
        position->generation = (int)db_i64(result, 0, 0);
        position->epoch = db_i64(result, 0, 1);
        position->next_offset = db_i64(result, 0, 2);
        position->has_fingerprint = !db_is_null(result, 0, 3);
        position->fingerprint = db_i64(result, 0, 3);
        position->careful_until = db_i64(result, 0, 4);
        position->halted = !db_is_null(result, 0, 5);
        position->marked_offset = -1;
        *ret_fresh = db_is_null(result, 0, 2);
    }
    return status;
}

static Status
position_start_at(Db *db, const char *group, Position *position, int64_t offset, Error *err)
{
    DbParams params = {0};
    position_params(&params, group, position);
    db_param_i64(&params, position->epoch);
    db_param_i64(&params, offset);
    Status status = position_run(db, sql_position_start, &params, NULL, err);
    if (status == STATUS_OK) {
        position->next_offset = offset;
        position->has_fingerprint = false;
    }
    return status;
}

static Status position_note_loss(
    Db *db, const char *group, const Position *position, int64_t low, int64_t now_us, Error *err)
{
    DbParams params = {0};
    position_params(&params, group, position);
    db_param_i64(&params, position->next_offset);
    db_param_i64(&params, low);
    db_param_time(&params, now_us);
    return position_run(db, sql_position_incident, &params, NULL, err);
}

/* Where reading begins, by what the broker still has. */
static Status position_begin(Db *db,
                             const char *group,
                             Position *position,
                             bool fresh,
                             int64_t low,
                             int64_t high,
                             int64_t now_us,
                             int64_t *ret_start,
                             Error *err)
{
    Status status = STATUS_OK;
    if (fresh) {
        status = position_start_at(db, group, position, low, err);
    } else if (position->next_offset > high) {
        status = position_halt(db, group, position,
                               "the topic ends before the position: truncated or made anew", err);
    } else if (low > position->next_offset) {
        status = position_note_loss(db, group, position, low, now_us, err);
        if (status == STATUS_OK) {
            status = position_start_at(db, group, position, low, err);
        }
    }
    bool compare = position->has_fingerprint && position->next_offset > low;
    position->verified = !compare;
    *ret_start = position->next_offset - (compare ? 1 : 0);
    return status;
}

Status position_claim(Db *db,
                      Consumer *consumer,
                      const char *group,
                      const char *worker_id,
                      const BusPartition *partition,
                      int careful_messages,
                      int64_t now_us,
                      Position *ret,
                      int64_t *ret_start,
                      Error *err)
{
    const BusTopicSpec *spec = topic_spec(partition->topic);
    Position position = {.topic = partition->topic,
                         .partition = partition->partition,
                         .compacted = spec != NULL && spec->compacted};
    bool fresh = false;
    int64_t low = 0;
    int64_t high = 0;
    int64_t start = 0;
    Status status =
        position_take_over(db, group, worker_id, careful_messages, &position, &fresh, err);
    if (status == STATUS_OK && !position.halted) {
        status =
            consumer_watermarks(consumer, partition->topic, partition->partition, &low, &high, err);
        if (status == STATUS_OK) {
            status = position_begin(db, group, &position, fresh, low, high, now_us, &start, err);
        }
    }
    if (status == STATUS_OK) {
        *ret = position;
        *ret_start = start;
    }
    return status;
}

PositionMeeting position_meet(Position *position, int64_t offset, int64_t fingerprint)
{
    if (position->verified) {
        return offset < position->next_offset && !BROKEN(REDELIVERY) ? POSITION_DROP
                                                                     : POSITION_TAKE;
    }
    if (position->compacted && offset >= position->next_offset) {
        position->verified = true; /* compaction has taken the record that would be compared */
        return POSITION_TAKE;
    }
    if (offset != position->next_offset - 1 ||
        (fingerprint != position->fingerprint && !BROKEN(FINGERPRINT))) {
        return POSITION_MISMATCH;
    }
    position->verified = true;
    return POSITION_DROP;
}

Status position_halt(Db *db, const char *group, Position *position, const char *reason, Error *err)
{
    DbParams params = {0};
    position_params(&params, group, position);
    db_param_i64(&params, position->epoch);
    db_param_text(&params, reason);
    Status status = position_run(db, sql_position_halt, &params, NULL, err);
    if (status == STATUS_OK) {
        position->halted = true;
    }
    return status;
}

static void position_mark_params(DbParams *params,
                                 const char *group,
                                 const char *worker_id,
                                 const Position *position,
                                 int64_t offset)
{
    position_params(params, group, position);
    db_param_i64(params, position->epoch);
    db_param_i64(params, offset);
    db_param_text(params, worker_id);
}

Status position_mark(Db *db,
                     const char *group,
                     const char *worker_id,
                     Position *position,
                     int64_t offset,
                     Error *err)
{
    if (position->marked_offset == offset) {
        return STATUS_OK;
    }
    DbParams params = {0};
    position_mark_params(&params, group, worker_id, position, offset);
    AUTO_RESULT *result = NULL;
    Status status = position_run(db, sql_position_mark, &params, &result, err);
    if (status == STATUS_OK) {
        position->marked_offset = offset;
        position->marked_times = (int)db_i64(result, 0, 0);
    }
    return status;
}

Status
position_unmark(Db *db, const char *group, const char *worker_id, Position *position, Error *err)
{
    DbParams params = {0};
    position_mark_params(&params, group, worker_id, position, position->marked_offset);
    Status status = position_run(db, sql_position_unmark, &params, NULL, err);
    if (status == STATUS_OK) {
        position->marked_offset = -1;
    }
    return status;
}

/* The columns of a set of moves, as arrays. */
enum MoveColumn {
    MOVE_TOPIC,
    MOVE_PARTITION,
    MOVE_EPOCH,
    MOVE_BEFORE,
    MOVE_AFTER,
    MOVE_FINGERPRINT,
    MOVE_COLUMNS
};

static void moves_begin(DbArray columns[MOVE_COLUMNS], const PositionMove moves[], int count)
{
    db_array_begin(&columns[MOVE_TOPIC], DB_ARRAY_TEXT);
    db_array_begin(&columns[MOVE_PARTITION], DB_ARRAY_INT4);
    for (int column = MOVE_EPOCH; column < MOVE_COLUMNS; column++) {
        db_array_begin(&columns[column], DB_ARRAY_INT8);
    }
    for (int i = 0; i < count; i++) {
        const Position *position = moves[i].position;
        db_array_string(&columns[MOVE_TOPIC], position->topic);
        db_array_i64(&columns[MOVE_PARTITION], position->partition);
        db_array_i64(&columns[MOVE_EPOCH], position->epoch);
        db_array_i64(&columns[MOVE_BEFORE], position->next_offset);
        db_array_i64(&columns[MOVE_AFTER], moves[i].after);
        db_array_i64(&columns[MOVE_FINGERPRINT], moves[i].fingerprint);
    }
}

static void moves_params(DbParams *params, const char *group, DbArray columns[], int column_count)
{
    db_param_text(params, group);
    for (int column = 0; column < column_count; column++) {
        db_param_array(params, &columns[column]);
    }
}

static void moves_done(DbArray columns[MOVE_COLUMNS])
{
    for (int column = 0; column < MOVE_COLUMNS; column++) {
        db_array_done(&columns[column]);
    }
}

Status position_move(Db *db, const char *group, const PositionMove moves[], int count, Error *err)
{
    DbArray columns[MOVE_COLUMNS] = {0};
    DbParams params = {0};
    moves_begin(columns, moves, count);
    moves_params(&params, group, columns, MOVE_COLUMNS);
    Status status = db_exec(db, sql_position_move, &params, count, err);
    moves_done(columns);
    if (status == STATUS_RETRY && strcmp(err->code, "row_count") == 0) {
        return error_set(err, STATUS_RETRY, "fenced",
                         "another process owns a partition of the batch");
    }
    return status;
}

Status position_look(
    Db *db, const char *group, const PositionMove moves[], int count, bool *ret_moved, Error *err)
{
    DbArray columns[MOVE_COLUMNS] = {0};
    DbParams params = {0};
    moves_begin(columns, moves, count);
    moves_params(&params, group, columns, MOVE_FINGERPRINT);
    AUTO_RESULT *result = NULL;
    Status status = position_run(db, sql_position_read, &params, &result, err);
    moves_done(columns);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_i64(result, 0, 0) != count && db_i64(result, 0, 1) != count) {
        return error_set(err, STATUS_RETRY, "fenced",
                         "another process owns a partition of the batch");
    }
    *ret_moved = db_i64(result, 0, 0) == count || BROKEN(POSITION_DOUBT);
    return STATUS_OK;
}

void position_moved(const PositionMove moves[], int count)
{
    for (int i = 0; i < count; i++) {
        Position *position = moves[i].position;
        position->next_offset = moves[i].after;
        position->fingerprint = moves[i].fingerprint;
        position->has_fingerprint = true;
    }
}

/* A statement about these as they are held. */
static Status position_run_held(Db *db,
                                const char *sql,
                                const char *group,
                                const Position positions[],
                                int count,
                                DbResult **ret,
                                Error *err)
{
    DbArray names = {0};
    DbArray partitions = {0};
    DbArray epochs = {0};
    db_array_begin(&names, DB_ARRAY_TEXT);
    db_array_begin(&partitions, DB_ARRAY_INT4);
    db_array_begin(&epochs, DB_ARRAY_INT8);
    for (int i = 0; i < count; i++) {
        db_array_string(&names, positions[i].topic);
        db_array_i64(&partitions, positions[i].partition);
        db_array_i64(&epochs, positions[i].epoch);
    }
    DbParams params = {0};
    db_param_text(&params, group);
    db_param_array(&params, &names);
    db_param_array(&params, &partitions);
    db_param_array(&params, &epochs);
    Status status = position_run(db, sql, &params, ret, err);
    db_array_done(&names);
    db_array_done(&partitions);
    db_array_done(&epochs);
    return status;
}

Status position_leave(Db *db, const char *group, const Position positions[], int count, Error *err)
{
    return position_run_held(db, sql_position_leave, group, positions, count, NULL, err);
}

Status position_overtaken(
    Db *db, const char *group, const Position positions[], int count, bool *ret, Error *err)
{
    AUTO_RESULT *result = NULL;
    Status status =
        position_run_held(db, sql_position_overtaken, group, positions, count, &result, err);
    if (status == STATUS_OK) {
        *ret = db_i64(result, 0, 0) > 0;
    }
    return status;
}
