/* survey.h - what waits in the record, as metrics: events for Kafka, and jobs. Layer: runtime.
 *
 * Once a second, over indexes that hold little but what waits; without a lane and jobs to count
 * PostgreSQL is not asked. It is in nobody's way: who
 * calls it publishes, so it waits for locks only for a moment, and when it fails the figures stay
 * as they were and the next look is later each time, up to about a minute; but the oldest event
 * may be as much older as the answer is. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"

typedef struct Survey {
    int64_t look_ms; /* when to look next; monotonic */
    int failures;    /* in a row */
    bool answered;   /* of lanes: */
    int64_t answered_ms;
    int64_t oldest_us; /* as of then */
} Survey;

/* The lanes that this process publishes; no row of them has an id up to floor_id. */
typedef struct SurveyScope {
    const char *name; /* of the lanes; label of metrics */
    const int *lanes;
    int lane_count;
    int64_t floor_id;
    bool jobs; /* open ones are counted, too */
} SurveyScope;

/* Looks when it is time to, in a transaction of its own. One thread. */
void survey_look(Survey *survey, Db *db, const SurveyScope *scope);
/* PostgreSQL does not answer: says how old the oldest event of the lanes may be by now. */
void survey_miss(const Survey *survey, const char *lanes);
