/* campaign_rules.h - all that a campaign says about calling, at one rules_version. Layer: domain;
 * pure. runtime/campaign_store.h reads it from the database.
 *
 * Made by campaign_rules_init() with the defaults of migration 0003, the default dispositions and
 * the default recycle rules; rows of the campaign are then put in. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "domain/calling.h"
#include "domain/disposition.h"
#include "domain/hours.h"
#include "domain/law_pack.h"
#include "domain/recycle.h"

typedef enum LeadOrder {
    LEAD_ORDER_FRESH_FIRST,
    LEAD_ORDER_DUE,
    LEAD_ORDER_NEWEST,
    LEAD_ORDER_RANDOM,
} LeadOrder;

/* NULL-terminated, in the order of LeadOrder: as in messages and in campaign.lead_order. */
extern const char *const lead_order_words[];

enum { CAMPAIGN_ZONES_SIZE = 320 };

typedef struct CampaignRules {
    int32_t campaign_no;
    int64_t rules_version;
    char campaign_id[65];
    char name[201];
    bool active;
    char default_country[3];
    LeadOrder order;
    char assume_zones[CAMPAIGN_ZONES_SIZE]; /* IANA names by comma, "" none */
    Hours hours;
    char law_pack[65];   /* as stored; "" none */
    const LawPack *laws; /* NULL: none, or not there: see campaign_rules_set_laws() */
    int hopper_target;
    int offer_lifetime_s;
    int reserve_s;
    int max_attempts; /* in a pass */
    int cap_calls;    /* 0: no cap */
    int cap_window_s;
    int cap_gap_s;
    int disposition_count;
    Disposition *dispositions; /* by code */
    int rule_count;
    RecycleRule *rules; /* by disposition */
} CampaignRules;

void campaign_rules_init(CampaignRules *rules);
void campaign_rules_done(CampaignRules *rules);
#define AUTO_CAMPAIGN_RULES __attribute__((cleanup(campaign_rules_done))) CampaignRules

/* Adds, or takes the place of the one with this code. */
void campaign_rules_put_disposition(CampaignRules *rules, const Disposition *disposition);
/* The same; max_attempts 0 takes the rule away. */
void campaign_rules_put_rule(CampaignRules *rules, const RecycleRule *rule);

/* By name. A pack that this process does not have is STATUS_FATAL law_pack_missing: nobody may be
 * called by a law that is not known. */
Status campaign_rules_set_laws(CampaignRules *rules, const char *name, Error *err) MUST_CHECK;

/* By code or alias; NULL when nobody defined it. */
const Disposition *campaign_disposition(const CampaignRules *rules, const char *code);
/* The rule for a disposition's own code, NULL when there is none. */
const RecycleRule *campaign_rule(const CampaignRules *rules, const char *code);

/* What decides about calling times: the campaign's hours, the list's (may be NULL) and the rule's
 * (may be NULL) of the lead's last disposition, and the law. Borrows all. */
void campaign_calling(const CampaignRules *rules,
                      const Hours *list,
                      const RecycleRule *rule,
                      CallingRules *ret);

/* The caps on calls to one number: the campaign's own (if any) and the law's; their number. The
 * campaign's has rule NULL. */
int campaign_caps(const CampaignRules *rules,
                  const char *regions,
                  int64_t at_us,
                  LawCapFound ret[LAW_CAPS_MAX + 1]);
