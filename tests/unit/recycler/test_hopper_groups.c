#include "recycler/hopper_groups.h"

#include <criterion/criterion.h>
#include <stddef.h>

enum { MANY = 300 };

static HopperGroup group_of(ReadyClass class_no, int gate_no)
{
    return (HopperGroup){.list_no = 1,
                         .gate_no = gate_no,
                         .class_no = (int16_t)class_no,
                         .lead_rank = 50,
                         .list_rank = 50,
                         .open = true};
}

static void groups_make(HopperGroup groups[], int count, ReadyClass class_no, LeadOrder order)
{
    for (int i = 0; i < count; i++) {
        groups[i] = group_of(class_no, i + 1);
    }
    hopper_groups_sort(groups, count, order);
}

Test(hopper_groups, classes_come_as_the_order_says)
{
    static const struct {
        LeadOrder order;
        ReadyClass second; /* after callbacks */
    } cases[] = {
        {LEAD_ORDER_FRESH_FIRST, READY_FRESH},
        {LEAD_ORDER_DUE, READY_RECYCLED},
        {LEAD_ORDER_NEWEST, READY_FRESH},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        HopperGroup groups[] = {group_of(READY_RECYCLED, 1), group_of(READY_FRESH, 1),
                                group_of(READY_CALLBACK, 1)};
        hopper_groups_sort(groups, 3, cases[i].order);
        cr_expect_eq(groups[0].class_no, READY_CALLBACK);
        cr_expect_eq(groups[1].class_no, cases[i].second, "case %zu", i);
    }
}

Test(hopper_groups, within_a_class_lists_come_before_leads)
{
    static const HopperGroup wanted[] = {
        {.class_no = READY_CALLBACK, .list_rank = 99, .lead_rank = 98},
        {.class_no = READY_FRESH, .list_rank = 0, .lead_rank = 98},
        {.class_no = READY_FRESH, .list_rank = 49, .lead_rank = 1},
        {.class_no = READY_FRESH, .list_rank = 49, .lead_rank = 50},
        {.class_no = READY_FRESH, .list_rank = 50, .lead_rank = 0},
        {.class_no = READY_RECYCLED, .list_rank = 0, .lead_rank = 0},
    };
    enum { COUNT = sizeof wanted / sizeof wanted[0] };
    HopperGroup groups[COUNT];
    for (int i = 0; i < COUNT; i++) {
        groups[COUNT - 1 - i] = wanted[i];
    }
    hopper_groups_sort(groups, COUNT, LEAD_ORDER_FRESH_FIRST);
    for (int i = 0; i < COUNT; i++) {
        cr_expect_eq(groups[i].class_no, wanted[i].class_no, "place %d", i);
        cr_expect_eq(groups[i].list_rank, wanted[i].list_rank, "place %d", i);
        cr_expect_eq(groups[i].lead_rank, wanted[i].lead_rank, "place %d", i);
    }
}

Test(hopper_groups, neither_closed_nor_dry_ones_are_searched)
{
    HopperGroup groups[3];
    int chosen[3];
    groups_make(groups, 3, READY_RECYCLED, LEAD_ORDER_DUE);
    groups[0].open = false;
    groups[1].dry = true;
    cr_assert_eq(hopper_groups_choose(groups, 3, 0, 500, LEAD_ORDER_DUE, chosen), 1);
    cr_expect_eq(chosen[0], 2);
}

Test(hopper_groups, only_those_of_the_tier_are_searched)
{
    HopperGroup groups[] = {group_of(READY_RECYCLED, 1), group_of(READY_FRESH, 1),
                            group_of(READY_FRESH, 2)};
    int chosen[3];
    hopper_groups_sort(groups, 3, LEAD_ORDER_FRESH_FIRST);
    cr_expect_eq(hopper_groups_choose(groups, 3, 0, 500, LEAD_ORDER_FRESH_FIRST, chosen), 2);
    cr_expect_eq(hopper_groups_choose(groups, 3, 2, 500, LEAD_ORDER_FRESH_FIRST, chosen), 1);
}

Test(hopper_groups, each_of_many_gets_its_turn)
{
    static HopperGroup groups[MANY];
    static int chosen[MANY];
    groups_make(groups, MANY, READY_RECYCLED, LEAD_ORDER_DUE);
    for (uint32_t search = 1; search <= MANY / HOPPER_GROUPS_MOST; search++) {
        int count = hopper_groups_choose(groups, MANY, 0, 500, LEAD_ORDER_DUE, chosen);
        cr_assert_eq(count, HOPPER_GROUPS_MOST);
        for (int i = 0; i < count; i++) {
            cr_expect_eq(groups[chosen[i]].searched, 0, "twice before others once");
            groups[chosen[i]].searched = search;
        }
    }
}

Test(hopper_groups, few_fresh_leads_come_from_few_groups)
{
    static const struct {
        ReadyClass class_no;
        LeadOrder order;
        int want;
        int groups;
    } cases[] = {
        {READY_FRESH, LEAD_ORDER_FRESH_FIRST, 1, 4},
        {READY_FRESH, LEAD_ORDER_FRESH_FIRST, 100, 25},
        {READY_FRESH, LEAD_ORDER_FRESH_FIRST, 500, 100},
        {READY_FRESH, LEAD_ORDER_NEWEST, 1, 100}, /* the newest may be in any of them */
        {READY_RECYCLED, LEAD_ORDER_FRESH_FIRST, 1, 100},
        {READY_CALLBACK, LEAD_ORDER_FRESH_FIRST, 1, 100},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        static HopperGroup groups[MANY];
        static int chosen[MANY];
        groups_make(groups, MANY, cases[i].class_no, cases[i].order);
        cr_expect_eq(hopper_groups_choose(groups, MANY, 0, cases[i].want, cases[i].order, chosen),
                     cases[i].groups, "case %zu", i);
    }
}

Test(hopper_groups, what_was_known_of_a_group_is_kept_but_that_it_is_dry)
{
    HopperGroup before = group_of(READY_FRESH, 7);
    HopperGroup now = group_of(READY_FRESH, 7);
    now.open = false;
    before.dry = true;
    before.searched = 3;
    before.until_us = 4;
    before.bound_due_us = 5;
    before.bound_lead = 6;
    hopper_groups_keep(&now, 1, &before, 1);
    cr_expect(now.open && !now.dry);
    cr_expect_eq(now.searched, 3);
    cr_expect_eq(now.until_us, 4);
    cr_expect_eq(now.bound_due_us, 5);
    cr_expect_eq(now.bound_lead, 6);
}

Test(hopper_groups, what_a_search_moved_goes_to_the_same_group)
{
    HopperGroup groups[3];
    groups_make(groups, 3, READY_RECYCLED, LEAD_ORDER_DUE);
    HopperGroup moved[] = {groups[2], group_of(READY_RECYCLED, 99)}; /* one is gone by now */
    moved[0].bound_due_us = 17;
    moved[0].bound_lead = 18;
    moved[0].dry = true;
    moved[0].searched = 19;
    for (int i = 0; i < 2; i++) {
        hopper_group_put_back(groups, 3, &moved[i]);
    }
    cr_expect_eq(groups[2].bound_due_us, 17);
    cr_expect_eq(groups[2].bound_lead, 18);
    cr_expect(groups[2].dry);
    cr_expect_eq(groups[2].searched, 19);
    for (int i = 0; i < 2; i++) {
        cr_expect_eq(groups[i].bound_due_us, 0, "group %d", i);
        cr_expect_not(groups[i].dry, "group %d", i);
        cr_expect_eq(groups[i].searched, 0, "group %d", i);
    }
}
