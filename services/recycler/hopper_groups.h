/* hopper_groups.h - where a campaign's ready leads are found, and in which order one looks. Layer:
 * services/recycler; pure.
 *
 * A group is the ready leads of one list, gate, class and rank: they lie beside each other in the
 * search index, by due time. Groups that come equally early make a tier. Closed groups are left
 * out, so that a search never walks through closed zones; and each search begins behind what was
 * taken last (the bound), so that dead index entries behind an old snapshot cost nothing. Bounds
 * are dropped now and then: a lead may have come back before one. */
#pragma once

#include "domain/campaign_rules.h"
#include "runtime/ready_queue.h"

typedef struct HopperGroup {
    int32_t list_no;
    int32_t gate_no;
    int16_t class_no;
    int16_t lead_rank;
    int16_t list_rank; /* 99 - the list's priority */
    int32_t tier;      /* from hopper_groups_sort() */
    bool open;
    int64_t until_us; /* when `open` may be another */
    int64_t bound_due_us;
    int64_t bound_lead;
} HopperGroup;

/* In the order in which they are searched: callbacks, then as the campaign's order says (fresh
 * first; recycled first; fresh first and the newest of them first; both alike), then list rank,
 * lead rank. */
void hopper_groups_sort(HopperGroup groups[], int count, LeadOrder order);

/* Takes over what the same group of `before` knew; both sorted by hopper_groups_by_key(). */
void hopper_groups_by_key(HopperGroup groups[], int count);
void hopper_groups_keep(HopperGroup groups[],
                        int count,
                        const HopperGroup before[],
                        int before_count);

/* Does a search of this group go from its end? */
bool hopper_group_backward(const HopperGroup *group, LeadOrder order);
/* Back to where a search begins that has taken nothing yet. */
void hopper_group_unbind(HopperGroup *group, LeadOrder order);
