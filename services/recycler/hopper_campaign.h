/* hopper_campaign.h - one campaign as its lease holder sees it: rules, lists, groups of ready
 * leads, and how it is topped up. Layer: services/recycler. */
#pragma once

#include "recycler/topup.h"
#include "runtime/campaign_store.h"

typedef struct HopperCampaign {
    int32_t campaign_no;
    bool held_lease;
    bool active;
    int64_t rules_version;
    const CampaignRules *rules; /* of the store; NULL: to be read */
    TopupList *lists;
    int list_count;
    HopperGroup *groups; /* in the order of the search */
    int group_count;
    int64_t unbound_ms; /* bounds were dropped then */
    int64_t answered_us;
    int unanswered; /* offers that no dialer started in time */
    int64_t unanswered_since_us;
    int64_t silent_since_us; /* its dialer has not been heard of since then; 0: it has */
    int live;
    char held[20]; /* why it is not topped up, as stored */
} HopperCampaign;

void hopper_campaign_done(HopperCampaign *campaign);

/* In a transaction, after lead_begin(): lists and groups as they are now. */
Status
hopper_campaign_look(HopperCampaign *campaign, Db *db, int64_t mono_ms, Error *err) MUST_CHECK;

/* Why nothing, or only a probe, may be offered now; "" when all is well. A dialer that
 * fell silent is so until it is heard of, also when its offers have expired. */
const char *
hopper_campaign_trouble(HopperCampaign *campaign, int64_t complete_until_us, int64_t now_us);
/* How many offers are wanted now; express: beyond the target, for leads of the highest priority. */
int hopper_campaign_want(const HopperCampaign *campaign, const char *trouble, bool express);

/* Tops up with at most want offers. template: all but the campaign's own. */
Status hopper_campaign_fill(HopperCampaign *campaign,
                            const Topup *template,
                            int want,
                            int *ret_offered,
                            Error *err) MUST_CHECK;
/* The same with leads of the highest priority only. */
Status hopper_campaign_express(const HopperCampaign *campaign,
                               const Topup *template,
                               int want,
                               int *ret_offered,
                               Error *err) MUST_CHECK;
