/* reapply_plan.h - what a campaign's present rules make of a lead that was called. Layer:
 * services/recycler; pure. */
#pragma once

#include "domain/campaign_rules.h"
#include "runtime/lead_dial.h"

/* Longer codes than any that can be defined are cut behind that length. */
enum { REAPPLY_CODE_SIZE = DISPOSITION_CODE_SIZE + 1 };

/* A call, as the ledger has it. */
typedef struct ReapplyCall {
    int64_t started_us;
    int64_t ended_us;
    char code[REAPPLY_CODE_SIZE];   /* as it was sent */
    char status[REAPPLY_CODE_SIZE]; /* what it was then: a disposition, or UNMAPPED */
    bool contact;                   /* as it was recorded */
    bool other_number;              /* it went to a number that is not the lead's */
    bool foreign;                   /* of another campaign, whose dispositions are not known here */
} ReapplyCall;

/* All borrowed. calls: of this pass, by start. */
typedef struct ReapplyFacts {
    const CampaignRules *rules;
    const Hours *list_hours;
    const CallingPlace *place;
    const ReapplyCall *calls;
    int call_count;
} ReapplyFacts;

/* Changes hold, status, contacted, tries, due_us and stage of a lead with attempts > 0. Where the
 * ledger has all its calls, and all of them are the campaign's, they are told again by what the
 * dispositions are now; contacted stays as recorded. Else only calls to codes that nobody had
 * defined become what their disposition is. The due time is that of the
 * deciding call (outcome_plan.h). *ret_reason: for lead.finished. */
void reapply_plan(LeadDial *lead, const ReapplyFacts *facts, const char **ret_reason);

/* Is anything else that is stored? */
bool reapply_differs(const LeadDial *before, const LeadDial *after);
