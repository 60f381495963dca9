/* topup.h - leads for a campaign's hopper: found, locked, looked at again, offered. Layer:
 * services/recycler.
 *
 *   topup_find(): candidates, unlocked ─▶ rows of their numbers (a transaction of its own)
 *   topup_offer(): BEGIN ─▶ lock numbers, lock leads (what others hold is left out) ─▶ entries,
 * open offers and calls of the numbers ─▶ decide each (topup_plan.h) ─▶ leads, queue, offers, notes
 * (put_off.h) ─▶ list_stats: is the gate still what the decisions were made for? ─▶ events ─▶
 * COMMIT
 *
 * Whoever adds an entry, counts a call or offers has the number locked, so what was read of it
 * holds until the commit. */
#pragma once

#include "adapters/db.h"
#include "base/config.h"
#include "recycler/gates.h"
#include "recycler/hopper_groups.h"
#include "runtime/outbox.h"

enum { TOPUP_MOST = 500 };

typedef struct TopupList {
    int32_t list_no;
    int16_t list_rank;
    Hours hours;
} TopupList;

typedef struct Topup {
    const Config *cfg;
    Db *db;
    Outbox *outbox;
    Gates *gates;
    const CampaignRules *rules;
    const TopupList *lists; /* by list_no */
    int list_count;
    int want; /* at most TOPUP_MOST */
    int64_t now_us;
} Topup;

/* What a search came to. It may lie for a while: all of it is looked at again under the locks. */
typedef struct TopupFound {
    HopperGroup groups[HOPPER_GROUPS_MOST]; /* that are searched: of one tier, open */
    int group_count;
    struct TopupLead *leads; /* in the order of the tier; what is offered is taken off the front */
    int first;
    int count; /* from `first` on */
    int64_t found_us;
    int64_t began_ms; /* when the search began that is offered at once; 0: it was made ahead */
} TopupFound;
void topup_found_done(TopupFound *found);

/* Searches found's groups for topup->want leads, and makes rows of their numbers, which takes as
 * long as a good part of offering them. Groups that gave all they had are dry then. */
Status topup_find(const Topup *topup, TopupFound *found, Error *err) MUST_CHECK;
/* Offers the first topup->want of those found; bounds move with the commit. *ret_offered: fewer
 * than that may be so because candidates were not to be offered. STATUS_RETRY rules_moved when the
 * campaign or a list changed meanwhile, or too much time went by since now_us: read them again. */
Status topup_offer(Topup *topup, TopupFound *found, int *ret_offered, Error *err) MUST_CHECK;
