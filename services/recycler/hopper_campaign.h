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
    int64_t returned_version;   /* no lead waits by other rules than these (put_off.h); 0: look */
    const CampaignRules *rules; /* of the store; NULL: to be read */
    TopupList *lists;
    int list_count;
    HopperGroup *groups; /* in the order of the search */
    int group_count;
    uint32_t searches;
    TopupFound *found;    /* by the search for the next top-up; NULL: nothing */
    int ahead;            /* leads whose numbers have rows */
    int64_t look_next_ms; /* when the groups are looked at again */
    int64_t unbound_ms;   /* bounds were dropped then */
    int64_t answered_us;
    int unanswered; /* offers that no dialer started in time */
    int64_t unanswered_since_us;
    int64_t silent_since_us; /* its dialer has not been heard of since then; 0: it has */
    int live;
    int wanted; /* its dialer's wish, and when it came; 0: it has none */
    int64_t wanted_us;
    char held[20]; /* why it is not topped up, as stored */
} HopperCampaign;

void hopper_campaign_done(HopperCampaign *campaign);
/* What was found for the next top-up is not to be offered: other rules, or the search begins anew.
 */
void hopper_campaign_forget(HopperCampaign *campaign);

/* One of its lists, or NULL. */
const TopupList *hopper_campaign_list(const HopperCampaign *campaign, int32_t list_no);

/* In a transaction, after lead_look_begin.sql: lists and groups as they are now, and their gates.
 */
Status hopper_campaign_look(HopperCampaign *campaign, Db *db, Gates *gates, Error *err) MUST_CHECK;

/* Leads that were put off by other rules come back, a batch of them. *ret_more: so there may be
 * others. */
Status
hopper_campaign_return(HopperCampaign *campaign, Db *db, bool *ret_more, Error *err) MUST_CHECK;

/* Why nothing, or only a probe, may be offered now; "" when all is well. A dialer that
 * fell silent is so until it is heard of, also when its offers have expired. */
const char *
hopper_campaign_trouble(HopperCampaign *campaign, int64_t complete_until_us, int64_t now_us);
/* How many offers are wanted now, of the target or what its dialer wished for in the last minute.
 * express: for leads of the highest priority, so many more; they come first, so these are all they
 * can take from the others. */
int hopper_campaign_want(const HopperCampaign *campaign,
                         const char *trouble,
                         bool express,
                         int64_t now_us);

/* What a fill came to. */
typedef struct HopperFilled {
    int offered;
    bool more; /* it stopped because it had run long enough: go on soon */
} HopperFilled;

/* Tops up with at most want offers. template: all but the campaign's own. */
Status hopper_campaign_fill(HopperCampaign *campaign,
                            const Topup *template,
                            int want,
                            HopperFilled *ret,
                            Error *err) MUST_CHECK;
/* Groups with leads of the highest priority that are due, of the active ones of these campaigns:
 * one statement for all, since it is asked often. *ret: NULL when there is no list. */
Status hopper_express_find(const HopperCampaign campaigns[],
                           int count,
                           const Topup *template,
                           DbResult **ret,
                           Error *err) MUST_CHECK;
/* hopper_campaign_fill() with those of the campaign, at most template->want. */
Status hopper_campaign_express(const HopperCampaign *campaign,
                               const Topup *template,
                               const DbResult *groups,
                               HopperFilled *ret,
                               Error *err) MUST_CHECK;
/* After a fill: searches for the next one, when what was prepared is used up by half. */
Status
hopper_campaign_prepare(HopperCampaign *campaign, const Topup *template, Error *err) MUST_CHECK;
