/* gates.h - the gates of leads: what opens and closes together. Layer: services/recycler.
 *
 * A cache of the gate table, for one thread: rows are only ever added. */
#pragma once

#include "adapters/db.h"
#include "domain/calling.h"

typedef struct Gate {
    int32_t gate_no;
    CallingPlace place;
} Gate;

typedef struct Gates Gates;
Gates *gates_new(void);
void gates_free(Gates *gates);

/* In a transaction: reads what is new. */
Status gates_refresh(Gates *gates, Db *db, Error *err) MUST_CHECK;
/* The same when one of these numbers, in a column of a binary result, is not known yet. */
Status gates_know(Gates *gates, Db *db, const DbResult *numbers, int column, Error *err) MUST_CHECK;
/* NULL: not read yet. */
const Gate *gates_find(const Gates *gates, int32_t gate_no);
