/* survey.h - what waits in the record, as metrics: events for Kafka, and jobs. Layer: runtime.
 *
 * One statement a second, over indexes that hold little but what waits. */
#pragma once

#include <stdint.h>

#include "adapters/db.h"
#include "base/error.h"

typedef struct Survey {
    int64_t look_ms; /* when to look next; monotonic */
} Survey;

/* The lanes that this process publishes; no row of them has an id up to floor_id. */
typedef struct SurveyScope {
    const int *lanes;
    int lane_count;
    int64_t floor_id;
} SurveyScope;

/* Looks when it is time to, in a transaction of its own. One thread. */
Status survey_look(Survey *survey, Db *db, const SurveyScope *scope, Error *err) MUST_CHECK;
