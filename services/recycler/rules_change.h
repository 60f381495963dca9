/* rules_change.h - what every change of a campaign's rules has in common. Layer: services/recycler.
 *
 *   campaign_hold() ─▶ the change itself ─▶ rules_changed()
 *
 * A change moves the campaign's rules_version and stamps it on the gates of its lists in the same
 * transaction, so that whoever decided by the rules before it plans again. Lock order: campaign →
 * list_stats → jobs. */
#pragma once

#include "runtime/work.h"

#define REAPPLY_JOB_KIND "campaign.reapply"

/* Rejects the message: unknown_campaign, about campaign_id. */
void rules_unknown_campaign(Message *message, const char *campaign_id);

typedef struct CampaignHold {
    int32_t campaign_no;
} CampaignHold;

/* Holds the campaign's row. When there is none the message is rejected (unknown_campaign) and
 * ret->campaign_no is 0. */
Status campaign_hold(Work *work,
                     Message *message,
                     const char *campaign_id,
                     CampaignHold *ret,
                     Error *err) MUST_CHECK;

typedef struct RulesChange {
    int32_t campaign_no;
    const char *campaign_id;
    const char *about;  /* what the reply names beside the campaign: "code"; NULL: nothing */
    const char *value;  /* its value, which needs no escapes */
    const char *result; /* "updated" ... */
    bool changed;       /* else there is only the reply */
    bool restages;      /* leads may get another stage: a campaign.reapply job is left behind */
    const char *params; /* of that job, which there is also without lists then; NULL: none */
} RulesChange;

/* Stamps, starts the job, and completes the message. */
Status
rules_changed(Work *work, Message *message, const RulesChange *change, Error *err) MUST_CHECK;
