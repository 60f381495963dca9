#include "recycler/gates.h"

#include <stdlib.h>

#include "base/mem.h"
#include "sql_queries.h"

struct Gates {
    Gate **rows; /* by gate_no; numbers may be missing */
    int32_t cap;
    int32_t last_no;
};

Gates *gates_new(void)
{
    return mem_alloc(sizeof(Gates));
}

static void gate_free(Gate *gate)
{
    if (gate != NULL) {
        free((char *)gate->place.zones);
        free((char *)gate->place.regions);
        free(gate);
    }
}

void gates_free(Gates *gates)
{
    if (gates == NULL) {
        return;
    }
    for (int32_t i = 0; i < gates->cap; i++) {
        gate_free(gates->rows[i]);
    }
    free(gates->rows);
    free(gates);
}

static void gates_room(Gates *gates, int32_t gate_no)
{
    int32_t cap = gates->cap;
    while (gate_no >= cap) {
        cap = cap * 2 + 256;
    }
    if (cap > gates->cap) {
        gates->rows = mem_realloc(gates->rows, (size_t)cap * sizeof *gates->rows);
        for (int32_t i = gates->cap; i < cap; i++) {
            gates->rows[i] = NULL;
        }
        gates->cap = cap;
    }
}

static void gates_add(Gates *gates, const DbResult *result, int row)
{
    int32_t gate_no = (int32_t)db_i64(result, row, 0);
    gates_room(gates, gate_no);
    Gate *gate = gates->rows[gate_no] = mem_alloc(sizeof *gate);
    gate->gate_no = gate_no;
    gate->place.zones = mem_strdup(db_text(result, row, 1));
    gate->place.regions = mem_strdup(db_text(result, row, 2));
    if (gate_no > gates->last_no) {
        gates->last_no = gate_no;
    }
}

/* A lower number may be committed late: some are read again. */
enum { GATES_AGAIN = 64 };

Status gates_refresh(Gates *gates, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, gates->last_no - GATES_AGAIN);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_gate_read, &params, &result, err);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        int32_t gate_no = (int32_t)db_i64(result, row, 0);
        if (gates_find(gates, gate_no) == NULL) {
            gates_add(gates, result, row);
        }
    }
    return status;
}

const Gate *gates_find(const Gates *gates, int32_t gate_no)
{
    return gate_no > 0 && gate_no < gates->cap ? gates->rows[gate_no] : NULL;
}

Status gates_know(Gates *gates, Db *db, const DbResult *numbers, int column, Error *err)
{
    for (int row = 0; row < db_rows(numbers); row++) {
        if (gates_find(gates, (int32_t)db_bin_i64(numbers, row, column)) == NULL) {
            return gates_refresh(gates, db, err);
        }
    }
    return STATUS_OK;
}
