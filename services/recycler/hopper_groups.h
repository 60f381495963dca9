/* hopper_groups.h - where a campaign's ready leads are found, and in which order one looks. Layer:
 * services/recycler; pure.
 *
 * A group is the ready leads of one list, gate, class and rank: they lie beside each other in the
 * search index, by due time. Groups that come equally early make a tier. Closed groups are left
 * out, so that a search never walks through closed zones; and each search begins behind what was
 * taken last (the bound), so that dead index entries behind an old snapshot cost nothing. Bounds
 * are dropped now and then: a lead may have come back before one. A group that had less than it was
 * asked for is dry, and is left out until one looks at the groups again. */
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
    bool dry;          /* nothing more was due in it when it was searched last */
    uint32_t searched; /* in which search of the campaign that was; 0: in none yet */
    int64_t until_us;  /* when `open` may be another */
    int64_t bound_due_us;
    int64_t bound_lead;
} HopperGroup;

/* In the order in which they are searched: callbacks, then as the campaign's order says (fresh
 * first; recycled first; fresh first and the newest of them first; both alike, in no order), then
 * list rank, lead rank. */
void hopper_groups_sort(HopperGroup groups[], int count, LeadOrder order);

/* Takes over what the same group of `before` knew; both sorted by hopper_groups_by_key(). */
void hopper_groups_by_key(HopperGroup groups[], int count);
void hopper_groups_keep(HopperGroup groups[],
                        int count,
                        const HopperGroup before[],
                        int before_count);

/* What a search or a top-up has moved of one of them: bounds, dry, searched. It may be gone by now.
 */
void hopper_group_put_back(HopperGroup groups[], int count, const HopperGroup *moved);

/* At most so many groups are searched at a time: a statement gets slower with each. */
enum { HOPPER_GROUPS_MOST = 100 };

/* Which groups of the tier that begins at `first` to search for `want` leads: open ones that are
 * not dry, those that have waited longest for a search first. So with more than HOPPER_GROUPS_MOST
 * of them the order by due time holds among those of one search. Of fresh leads, which have all
 * been due since ever, no more groups than give so many leads. Their indices into ret, which has
 * room for count; the number of them. */
int hopper_groups_choose(
    const HopperGroup groups[], int count, int first, int want, LeadOrder order, int ret[]);

/* Does a search of this group go from its end? */
bool hopper_group_backward(const HopperGroup *group, LeadOrder order);
/* Back to where a search begins that has taken nothing yet. */
void hopper_group_unbind(HopperGroup *group, LeadOrder order);
