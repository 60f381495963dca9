#include "recycler/hopper_groups.h"

#include <stdlib.h>

/* Which class comes how early, by order. */
static const int8_t class_places[][READY_RECYCLED + 1] = {
    [LEAD_ORDER_FRESH_FIRST] = {[READY_CALLBACK] = 0, [READY_FRESH] = 1, [READY_RECYCLED] = 2},
    [LEAD_ORDER_DUE] = {[READY_CALLBACK] = 0, [READY_FRESH] = 2, [READY_RECYCLED] = 1},
    [LEAD_ORDER_NEWEST] = {[READY_CALLBACK] = 0, [READY_FRESH] = 1, [READY_RECYCLED] = 2},
    [LEAD_ORDER_RANDOM] = {[READY_CALLBACK] = 0, [READY_FRESH] = 1, [READY_RECYCLED] = 1},
};

enum { RANKS = READY_RANK_MOST + 1 };

static int tier_compare(const void *a, const void *b)
{
    int32_t first = ((const HopperGroup *)a)->tier;
    int32_t second = ((const HopperGroup *)b)->tier;
    return (first > second) - (first < second);
}

void hopper_groups_sort(HopperGroup groups[], int count, LeadOrder order)
{
    for (int i = 0; i < count; i++) {
        HopperGroup *group = &groups[i];
        group->tier = (class_places[order][group->class_no] * RANKS + group->list_rank) * RANKS +
                      group->lead_rank;
    }
    qsort(groups, (size_t)count, sizeof *groups, tier_compare);
}

static int key_compare(const void *a, const void *b)
{
    const HopperGroup *first = a;
    const HopperGroup *second = b;
    int64_t keys[][2] = {{first->list_no, second->list_no},
                         {first->gate_no, second->gate_no},
                         {first->class_no, second->class_no},
                         {first->lead_rank, second->lead_rank}};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        if (keys[i][0] != keys[i][1]) {
            return keys[i][0] > keys[i][1] ? 1 : -1;
        }
    }
    return 0;
}

void hopper_groups_by_key(HopperGroup groups[], int count)
{
    qsort(groups, (size_t)count, sizeof *groups, key_compare);
}

void hopper_groups_keep(HopperGroup groups[],
                        int count,
                        const HopperGroup before[],
                        int before_count)
{
    for (int i = 0; i < count && before_count > 0; i++) {
        const HopperGroup *same =
            bsearch(&groups[i], before, (size_t)before_count, sizeof *before, key_compare);
        if (same != NULL) {
            groups[i].open = same->open;
            groups[i].searched = same->searched;
            groups[i].until_us = same->until_us;
            groups[i].bound_due_us = same->bound_due_us;
            groups[i].bound_lead = same->bound_lead;
        }
    }
}

void hopper_group_put_back(HopperGroup groups[], int count, const HopperGroup *moved)
{
    for (int i = 0; i < count; i++) {
        if (key_compare(&groups[i], moved) == 0) {
            groups[i].dry = moved->dry;
            groups[i].searched = moved->searched;
            groups[i].bound_due_us = moved->bound_due_us;
            groups[i].bound_lead = moved->bound_lead;
            return;
        }
    }
}

/* ---- choosing ---- */

enum { FRESH_GROUPS_LEAST = 4, FRESH_OF_EACH = 4 };

static int groups_most(const HopperGroup *group, int want, LeadOrder order)
{
    bool any_order = group->class_no == READY_FRESH && !hopper_group_backward(group, order);
    int most = want / FRESH_OF_EACH;
    if (!any_order || most > HOPPER_GROUPS_MOST) {
        return HOPPER_GROUPS_MOST;
    }
    return most > FRESH_GROUPS_LEAST ? most : FRESH_GROUPS_LEAST;
}

static int waited_compare(const void *a, const void *b, void *groups)
{
    uint32_t first = ((const HopperGroup *)groups)[*(const int *)a].searched;
    uint32_t second = ((const HopperGroup *)groups)[*(const int *)b].searched;
    return (first > second) - (first < second);
}

int hopper_groups_choose(
    const HopperGroup groups[], int count, int first, int want, LeadOrder order, int ret[])
{
    int found = 0;
    for (int i = first; i < count && groups[i].tier == groups[first].tier; i++) {
        if (groups[i].open && !groups[i].dry) {
            ret[found++] = i;
        }
    }
    int most = groups_most(&groups[first], want, order);
    if (found > most) {
        qsort_r(ret, (size_t)found, sizeof *ret, waited_compare, (void *)groups);
    }
    return found < most ? found : most;
}

bool hopper_group_backward(const HopperGroup *group, LeadOrder order)
{
    return order == LEAD_ORDER_NEWEST && group->class_no == READY_FRESH;
}

/* Times before 1970 and behind the year 9999 are no due times. */
void hopper_group_unbind(HopperGroup *group, LeadOrder order)
{
    bool backward = hopper_group_backward(group, order);
    group->bound_due_us = backward ? INT64_C(253402300800000000) : INT64_C(-1);
    group->bound_lead = backward ? INT64_MAX : 0;
}
