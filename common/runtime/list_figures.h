/* list_figures.h - the counters of a list at one version, from list.stats or from the record, and
 * the fields of its Redis hash. Layer: runtime.
 *
 * Both sources give the same fields, so that what Redis shows can be compared with the record. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "adapters/db.h"
#include "adapters/redis.h"
#include "runtime/live_hash.h"

/* As list_figures_names has them; list.stats, live_lists.sql and live_campaigns.sql, too. */
typedef enum FiguresCounter {
    FIGURES_TOTAL,
    FIGURES_DIALABLE,
    FIGURES_OFFERED,
    FIGURES_FINISHED,
    FIGURES_EXHAUSTED,
    FIGURES_DNC,
    FIGURES_INVALID,
    FIGURES_CONTACTED,
    FIGURES_ATTEMPTED,
    LIST_FIGURES_COUNTERS,
} FiguresCounter;

typedef struct ListFigures {
    char list_id[65];
    char campaign_id[65];
    char life[12];
    int64_t epoch;
    int64_t version;
    int64_t counters[LIST_FIGURES_COUNTERS]; /* by FiguresCounter */
    json_t *statuses;                        /* {status: leads}; owned */
} ListFigures;

extern const char *const list_figures_names[LIST_FIGURES_COUNTERS];

void list_figures_done(ListFigures *figures);
#define AUTO_FIGURES __attribute__((cleanup(list_figures_done))) ListFigures

/* From the data of a list.stats event. STATUS_BAD_INPUT names what is missing or no count. */
Status list_figures_read(const json_t *data, ListFigures *ret, Error *err) MUST_CHECK;
/* From a row of live_lists.sql. */
Status list_figures_row(const DbResult *result, int row, ListFigures *ret, Error *err) MUST_CHECK;
/* From the record, in the open transaction; not *ret_there, and nothing in ret, when there is no
 * such list. */
Status list_figures_find(Db *tx, const char *list_id, ListFigures *ret, bool *ret_there, Error *err)
    MUST_CHECK;

/* list_id, campaign_id, epoch, version, life, the counters, penetration, coverage, and
 * status:CODE for each status that a lead has. */
void list_figures_hash(const ListFigures *figures, LiveHash *ret);

/* Where Redis is by epoch and version: below 0, the same, above; without a hash it is below. */
int list_figures_place(const RedisReply *hash, const ListFigures *figures);
