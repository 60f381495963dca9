/* list_stats.h - a list's counters, version and gate: moved with the leads, told as absolute
 * values. Layer: runtime.
 *
 * One row per list is at once counter, number of the list's changes (version) and gate (life,
 * campaign, rules). Whoever changes leads calls list_stats_apply() in the same transaction, after
 * the leads and before jobs, outbox and positions; it emits list.stats with what the row holds now.
 */
#pragma once

#include <stdint.h>

#include "adapters/db.h"
#include "domain/stage.h"
#include "runtime/outbox.h"

enum { LIST_STATUS_SIZE = 20 };

typedef struct StatusDelta {
    char status[LIST_STATUS_SIZE];
    int64_t leads;
} StatusDelta;

typedef struct ListDelta {
    int32_t list_no;
    const char *life; /* NULL: as it is */
    int64_t stages[STAGE_END];
    int64_t contacted;
    int64_t attempted;
    StatusDelta *statuses; /* as many as its leads have: those of all campaigns that it was in */
    int status_count;
    int status_cap;
} ListDelta;
void list_delta_done(ListDelta *delta);
#define AUTO_DELTA __attribute__((cleanup(list_delta_done))) ListDelta

/* What the row says after the change. Plan again when it is not what the plan was made for. */
typedef struct ListGate {
    int32_t list_no;
    char list_id[65];
    char campaign_id[65];
    int32_t campaign_no;
    int64_t version;
    char life[12];
    bool campaign_active;
    int64_t rules_version;
} ListGate;

/* The gates of a transaction's lists, by list_no. */
typedef struct ListGates {
    ListGate *gates;
    int count;
} ListGates;
void list_gates_done(ListGates *gates);
#define AUTO_GATES __attribute__((cleanup(list_gates_done))) ListGates
/* NULL when it is not among them. */
const ListGate *list_gate_of(const ListGates *gates, int32_t list_no);

void list_delta_stage(ListDelta *delta, Stage stage, int64_t leads);
void list_delta_status(ListDelta *delta, const char *status, int64_t leads);

/* deltas: one per list, sorted by list_no. ret: count entries, in the same order. STATUS_RETRY with
 * code list_gone when a list has no row (any more). */
Status list_stats_apply(Db *db,
                        Outbox *outbox,
                        const ListDelta deltas[],
                        int count,
                        ListGate ret[],
                        Error *err) MUST_CHECK;
