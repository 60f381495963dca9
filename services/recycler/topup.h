/* topup.h - leads for a campaign's hopper: found, locked, looked at again, offered. Layer:
 * services/recycler.
 *
 *   find candidates, unlocked ─▶ make rows of their numbers (a transaction of its own) ─▶ BEGIN:
 *   lock numbers, lock leads (what others hold is left out) ─▶ entries, open offers and calls of
 *   the numbers ─▶ decide each (topup_plan.h) ─▶ leads, queue, offers, notes (put_off.h) ─▶
 * list_stats: is the gate still what the decisions were made for? ─▶ events ─▶ COMMIT
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
    HopperGroup *groups; /* of one tier, open; their bounds and `dry` move with the commit */
    int group_count;     /* at most HOPPER_GROUPS_MOST */
    int want;            /* at most TOPUP_MOST */
    int64_t now_us;
} Topup;

/* *ret_offered: offers made; fewer than want may be so because candidates were not to be offered.
 * STATUS_RETRY rules_moved when the campaign or a list changed meanwhile, or too much time went by
 * since now_us: read them again. */
Status topup_run(Topup *topup, int *ret_offered, Error *err) MUST_CHECK;
/* For the top-up that comes next: makes rows of the numbers of those that it would find, which
 * takes as long as a good part of it. *ret_found: how many it would find. */
Status topup_prepare(Topup *topup, int *ret_found, Error *err) MUST_CHECK;
