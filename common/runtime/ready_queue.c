#include "runtime/ready_queue.h"

#include "sql_queries.h"

enum { READY_COLUMNS = 6 };

static const DbArrayType ready_types[READY_COLUMNS] = {
    DB_ARRAY_INT4, DB_ARRAY_INT4, DB_ARRAY_INT2, DB_ARRAY_INT2, DB_ARRAY_TIME, DB_ARRAY_INT8,
};

ReadyClass ready_class(int attempts, int64_t callback_us)
{
    if (attempts == 0) {
        return READY_FRESH;
    }
    return callback_us != 0 ? READY_CALLBACK : READY_RECYCLED;
}

void ready_moves_begin(ReadyMoves *moves)
{
    for (int column = 0; column < READY_COLUMNS; column++) {
        db_array_begin(&moves->gone[column], ready_types[column]);
        db_array_begin(&moves->come[column], ready_types[column]);
    }
}

void ready_moves_done(ReadyMoves *moves)
{
    for (int column = 0; column < READY_COLUMNS; column++) {
        db_array_done(&moves->gone[column]);
        db_array_done(&moves->come[column]);
    }
}

static void ready_add(DbArray columns[READY_COLUMNS], const ReadyKey *key)
{
    db_array_i64(&columns[0], key->list_no);
    db_array_i64(&columns[1], key->gate_no);
    db_array_i64(&columns[2], key->class_no);
    db_array_i64(&columns[3], key->lead_rank);
    db_array_time(&columns[4], key->due_us);
    db_array_i64(&columns[5], key->lead_id);
}

static bool ready_same(const ReadyKey *a, const ReadyKey *b)
{
    return a->lead_id == b->lead_id && a->due_us == b->due_us && a->list_no == b->list_no &&
           a->gate_no == b->gate_no && a->class_no == b->class_no && a->lead_rank == b->lead_rank;
}

void ready_moves_add(ReadyMoves *moves, const ReadyKey *before, const ReadyKey *after)
{
    if (before != NULL && after != NULL && ready_same(before, after)) {
        return;
    }
    if (before != NULL) {
        ready_add(moves->gone, before);
    }
    if (after != NULL) {
        ready_add(moves->come, after);
    }
}

static Status ready_write(DbArray columns[READY_COLUMNS], Db *db, const char *sql, Error *err)
{
    if (columns[0].count == 0) {
        return STATUS_OK;
    }
    DbParams params = {0};
    for (int column = 0; column < READY_COLUMNS; column++) {
        db_param_array(&params, &columns[column]);
    }
    return db_exec(db, sql, &params, -1, err);
}

Status ready_moves_write(ReadyMoves *moves, Db *db, Error *err)
{
    Status status = ready_write(moves->gone, db, sql_ready_queue_delete, err);
    return status == STATUS_OK ? ready_write(moves->come, db, sql_ready_queue_insert, err) : status;
}
