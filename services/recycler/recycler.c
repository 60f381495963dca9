#include "recycler/recycler.h"

#include "recycler/recycler_state.h"
#include "runtime/topics.h"

static const char *const recycler_topics[] = {TOPIC_RECYCLER_COMMANDS, TOPIC_DIALER_OUTCOMES};

static const Handler recycler_handlers[] = {
    {"call.started", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {"call.ended", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {"offer.released", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {0},
};

static const JobKind recycler_jobs[] = {
    {0},
};

const Service recycler_service = {
    .name = "recycler",
    .summary = "offers leads to the dialer, takes outcomes back and recycles",
    .topics = recycler_topics,
    .topic_count = sizeof recycler_topics / sizeof recycler_topics[0],
    .handlers = recycler_handlers,
    .job_kinds = recycler_jobs,
    .open = recycler_state_open,
    .close = recycler_state_close,
    .begin = recycler_begin,
    .end = recycler_end,
    .told_topic = TOPIC_DIALER_OUTCOMES,
};
