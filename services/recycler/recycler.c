#include "recycler/recycler.h"

#include "recycler/campaign_command.h"
#include "recycler/disposition_command.h"
#include "recycler/outcome.h"
#include "recycler/reapply_job.h"
#include "recycler/recycler_state.h"
#include "recycler/reset_job.h"
#include "recycler/rule_command.h"
#include "recycler/rules_change.h"
#include "runtime/topics.h"

static const char *const recycler_topics[] = {TOPIC_RECYCLER_COMMANDS, TOPIC_DIALER_OUTCOMES};

static const Handler recycler_handlers[] = {
    {"call.started", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {"call.ended", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {"offer.released", TOPIC_DIALER_OUTCOMES, OUTCOME_MESSAGES_MAX, false, outcome_prepare,
     outcome_apply},
    {"campaign.put", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, campaign_put_apply},
    {"campaign.refill", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, campaign_refill_apply},
    {"disposition.put", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, disposition_put_apply},
    {"recycle_rule.put", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, recycle_rule_put_apply},
    {"recycle_rule.delete", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, recycle_rule_delete_apply},
    {"list.reset", TOPIC_RECYCLER_COMMANDS, 1, true, NULL, list_reset_apply},
    {0},
};

static const JobKind recycler_jobs[] = {
    {REAPPLY_JOB_KIND, reapply_job_run, NULL, NULL},
    {MOVED_JOB_KIND, reapply_job_run, NULL, NULL},
    {LIST_REAPPLY_JOB_KIND, reapply_job_run, NULL, NULL},
    {RESET_JOB_KIND, list_reset_run, NULL, NULL},
    {0},
};

const Service recycler_service = {
    .name = "recycler",
    .summary = "offers leads to the dialer, takes outcomes back and recycles",
    .topics = recycler_topics,
    .topic_count = sizeof recycler_topics / sizeof recycler_topics[0],
    .handlers = recycler_handlers,
    .job_kinds = recycler_jobs,
    .digests_numbers = true,
    .open = recycler_state_open,
    .close = recycler_state_close,
    .begin = recycler_begin,
    .end = recycler_end,
    .unfit = recycler_unfit,
};
