/* apply.h - one batch, one transaction: effects, answers, events and positions together. Layer:
 * runtime. */
#pragma once

#include "adapters/db.h"
#include "runtime/intake.h"
#include "runtime/outbox.h"

typedef struct Apply {
    Db *db;
    Outbox outbox;
    void *service;
    const char *service_name;
    const char *group;
    Message **open; /* scratch: what the handler gets */
    int open_cap;
    PositionMove moves[INTAKE_PARTITIONS_MAX];
    int move_count;
} Apply;

void apply_init(Apply *apply,
                Db *db,
                const char *ns,
                const char *service_name,
                const char *group,
                void *service);
void apply_done(Apply *apply);
/* What is counted of these topics shows as 0 before it happens, so that the first is an increase.
 */
void apply_show(const char *const topics[], int topic_count);

/* Handles the first `count` messages of the batch in one transaction. On STATUS_OK it has
 * committed, and the positions in memory have moved. STATUS_BAD_INPUT: for a reason of its content;
 * take fewer. STATUS_RETRY: nothing happened (code fenced: another process owns a partition). */
Status apply_batch(Apply *apply, Batch *batch, int count, Error *err) MUST_CHECK;

/* The batch's first message cannot be applied: to the dead letters, with its cause. */
Status apply_bury(Apply *apply, Batch *batch, const Error *cause, Error *err) MUST_CHECK;
