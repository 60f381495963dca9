/* explain_facts.h - all that is known of one lead, read in one snapshot, and why it is not called.
 * Layer: services/cli. */
#pragma once

#include "cli/cli.h"
#include "recycler/why_plan.h"

/* Columns of the results, which are those of queries cli_explain_*.sql. */
enum {
    EXPLAIN_LEAD_ID,
    EXPLAIN_LIST_ID,
    EXPLAIN_PHONE,
    EXPLAIN_WINDOWS,
    EXPLAIN_LIFE,
    EXPLAIN_CAMPAIGN_NO,
    EXPLAIN_ZONE_KEY,
    EXPLAIN_ZONES,
    EXPLAIN_REGIONS,
    EXPLAIN_NUMBER_ID, /* null: the number was never offered, called or forbidden */
    EXPLAIN_PUT_OFF,   /* TopupWhy */
    EXPLAIN_HELD,      /* why its campaign is not topped up, or empty */
};
enum { ENTRY_CAMPAIGN, ENTRY_SOURCE, ENTRY_ADDED, ENTRY_EXPIRES };
enum {
    OFFER_ID,
    OFFER_LEAD_ID,
    OFFER_HELD_UNTIL,
    OFFER_NOT_AFTER,
    OFFER_STARTED,
    OFFER_CAMPAIGN,
    OFFER_STATE_NAME,
};
enum { CALL_STARTED, CALL_DISPOSITION, CALL_LEAD_ID, CALL_LIST };

typedef struct ExplainFacts {
    int64_t at_us;
    DbResult *row;     /* the lead's, with list, zones and number */
    DbResult *entries; /* do-not-call entries that hold at at_us */
    DbResult *offers;  /* open ones, of the lead and of its number */
    DbResult *calls;   /* to the number */
    int64_t *calls_us;
    LeadDials lead;
    CampaignRules rules;
    bool has_rules;
    Hours list_hours;
    CallingPlace place;
    WhyFacts why;
} ExplainFacts;

/* A lead by its id, or by list and phone (list_id not NULL). */
typedef struct ExplainWish {
    int64_t lead_id;
    const char *list_id;
    int64_t phone;
    int64_t at_us;
} ExplainWish;

/* STATUS_BAD_INPUT unknown_lead. *ret, which begins as all zeros, is to be done with in any case.
 */
Status explain_read(Cli *cli, const ExplainWish *wish, ExplainFacts *ret, Error *err) MUST_CHECK;
void explain_done(ExplainFacts *facts);
#define AUTO_EXPLAIN __attribute__((cleanup(explain_done))) ExplainFacts
