/* why_list.h - what decides about the leads of one list that wait to be called, at one time. Layer:
 * services/recycler; aggregator and exporter ask it. */
#pragma once

#include "adapters/db.h"
#include "recycler/why_plan.h"

typedef struct WhyList {
    int64_t at_us;
    int32_t list_no;
    Why held; /* WHY_LIST_PAUSED, WHY_CAMPAIGN_PAUSED; WHY_DIALABLE_NOW: each lead is asked about */
    bool campaign_held; /* the others are not offered either */
    int64_t rules_version;
    int64_t total;
    int64_t leads[STAGE_END]; /* by stage */
    Hours hours;              /* of the list */
    CampaignRules rules;
} WhyList;

typedef struct WhyDue {
    bool due;         /* its time has come */
    TopupWhy put_off; /* else: what a top-up moved that for; TOPUP_BY_RULE: none did */
} WhyDue;

/* In a snapshot; calling_load() was called. STATUS_BAD_INPUT unknown_list. *ret begins as all zeros
 * and is to be done with in any case. */
Status
why_list_read(Db *db, const char *list_id, int64_t at_us, WhyList *ret, Error *err) MUST_CHECK;
void why_list_done(WhyList *list);
#define AUTO_WHY_LIST __attribute__((cleanup(why_list_done))) WhyList

/* Of ready leads of a list that is not held. code: the last disposition of one that was called
 * since its number is what it is, else "". */
Why why_list_place(const WhyList *list,
                   const CallingPlace *place,
                   const char *code,
                   const WhyDue *due);

/* Calls since then matter. */
int64_t why_list_calls_since_us(const WhyList *list);

/* Of one that why_list_place() calls dialable. calls_us: starts of calls to its number, newest
 * first; busy: its number is with a dialer. */
Why why_list_number(const WhyList *list,
                    const CallingPlace *place,
                    const int64_t calls_us[],
                    int call_count,
                    bool busy);
