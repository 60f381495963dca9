/* ready_queue.h - the leads whose stage is ready, as a top-up looks for them. Layer: runtime.
 *
 * A narrow table (ready_lead) with one index: leads that can be called are found without a look at
 * the leads table, which has no index on what dialing changes. A lead is in it exactly while its
 * stage is ready, under a key that is computed from the lead's own row; so it is taken out by its
 * whole key, through the same index. Whoever changes a lead's stage, or what the key is made of,
 * moves its row in the same transaction (after the leads are locked). */
#pragma once

#include "adapters/db.h"
#include "domain/stage.h"

typedef enum ReadyClass {
    READY_CALLBACK = 1,
    READY_FRESH,    /* not called in this pass */
    READY_RECYCLED, /* called, and its rule allows another call */
} ReadyClass;

typedef struct ReadyKey {
    int64_t lead_id;
    int64_t due_us; /* 0 of 1970: since ever */
    int32_t list_no;
    int32_t gate_no; /* at least 1 */
    int16_t class_no;
    int16_t lead_rank; /* READY_RANK_MOST - priority */
} ReadyKey;

enum { READY_RANK_MOST = 99, READY_GATE_UNKNOWN = 1 };

/* callback_us: 0 when the lead's last call asked for none. */
ReadyClass ready_class(int attempts, int64_t callback_us);

/* Rows to move, gathered. */
typedef struct ReadyMoves {
    DbArray gone[6];
    DbArray come[6];
} ReadyMoves;

void ready_moves_begin(ReadyMoves *moves); /* of a zeroed or used struct; memory is kept */
void ready_moves_done(ReadyMoves *moves);
/* Each may be NULL: no row before, or none after. Equal keys move nothing. */
void ready_moves_add(ReadyMoves *moves, const ReadyKey *before, const ReadyKey *after);
Status ready_moves_write(ReadyMoves *moves, Db *db, Error *err) MUST_CHECK;
