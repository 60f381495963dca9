#include "recycler/hopper_campaign.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/guard.h"
#include "base/mem.h"
#include "recycler/put_off.h"
#include "runtime/lead_dial.h"
#include "sql_queries.h"

enum {
    UNBIND_MS = 20000,
    UNBIND_NEWEST_MS = 2000,
    RUNS_MOST = 2, /* of one fill: others wait, and express leads */
    EXPRESS_SHARE = 10,
    LOOK_SHARE = 20,
};
/* What was found so long ago is searched for again: others may come first by now. */
#define FOUND_US           (2 * CLOCK_US_PER_SECOND)
#define OUTCOMES_BEHIND_US (120 * CLOCK_US_PER_SECOND)
#define WISH_US            (60 * CLOCK_US_PER_SECOND)

void hopper_campaign_done(HopperCampaign *campaign)
{
    free(campaign->lists);
    free(campaign->groups);
    hopper_campaign_forget(campaign);
    *campaign = (HopperCampaign){0};
}

void hopper_campaign_forget(HopperCampaign *campaign)
{
    if (campaign->found != NULL) {
        topup_found_done(campaign->found);
        free(campaign->found);
        campaign->found = NULL;
    }
}

/* ---- looking ---- */

/* Groups are of lists: with others they are looked at anew. */
static void look_anew(HopperCampaign *campaign)
{
    campaign->look_next_ms = 0;
    hopper_campaign_forget(campaign);
}

static void take_list(HopperCampaign *campaign, int at, const TopupList *list)
{
    TopupList *there = &campaign->lists[at];
    if (there->list_no != list->list_no || there->list_rank != list->list_rank) {
        look_anew(campaign);
        campaign->returned_version = 0;
    }
    *there = *list;
}

static Status look_lists(HopperCampaign *campaign, Db *db, Error *err)
{
    DbParams params = {0};
    db_param_i64(&params, campaign->campaign_no);
    AUTO_RESULT *result = NULL;
    Status status = db_query(db, sql_hopper_lists, &params, &result, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (db_rows(result) != campaign->list_count) {
        free(campaign->lists);
        campaign->lists = mem_alloc((size_t)(db_rows(result) + 1) * sizeof *campaign->lists);
        look_anew(campaign); /* also when none is left, which take_list() does not see */
    }
    campaign->list_count = db_rows(result);
    for (int row = 0; status == STATUS_OK && row < db_rows(result); row++) {
        TopupList list = {.list_no = (int32_t)db_i64(result, row, 0),
                          .list_rank = (int16_t)(READY_RANK_MOST - db_i64(result, row, 1))};
        status = hours_parse(db_text(result, row, 2), &list.hours, err);
        take_list(campaign, row, &list);
    }
    return status == STATUS_BAD_INPUT
               ? error_set(err, STATUS_FATAL, "windows", "the windows of a list cannot be read")
               : status;
}

static int list_compare(const void *list_no, const void *list)
{
    int32_t wanted = *(const int32_t *)list_no;
    int32_t found = ((const TopupList *)list)->list_no;
    return (wanted > found) - (wanted < found);
}

const TopupList *hopper_campaign_list(const HopperCampaign *campaign, int32_t list_no)
{
    return bsearch(&list_no, campaign->lists, (size_t)campaign->list_count, sizeof *campaign->lists,
                   list_compare);
}

static HopperGroup group_of(const HopperCampaign *campaign, const DbResult *result, int row)
{
    HopperGroup group = {.list_no = (int32_t)db_bin_i64(result, row, 0),
                         .gate_no = (int32_t)db_bin_i64(result, row, 1),
                         .class_no = (int16_t)db_bin_i64(result, row, 2),
                         .lead_rank = (int16_t)db_bin_i64(result, row, 3)};
    group.list_rank = hopper_campaign_list(campaign, group.list_no)->list_rank;
    hopper_group_unbind(&group, campaign->rules->order);
    return group;
}

/* Of a result that may have those of other campaigns too. */
static void take_groups(HopperCampaign *campaign, const DbResult *result)
{
    int count = 0;
    HopperGroup *groups = mem_alloc((size_t)(db_rows(result) + 1) * sizeof *groups);
    for (int row = 0; row < db_rows(result); row++) {
        if (hopper_campaign_list(campaign, (int32_t)db_bin_i64(result, row, 0)) != NULL) {
            groups[count++] = group_of(campaign, result, row);
        }
    }
    hopper_groups_by_key(campaign->groups, campaign->group_count);
    hopper_groups_keep(groups, count, campaign->groups, campaign->group_count);
    hopper_groups_sort(groups, count, campaign->rules->order);
    free(campaign->groups);
    campaign->groups = groups;
    campaign->group_count = count;
}

static void lists_add(const HopperCampaign *campaign, DbArray *ret)
{
    for (int i = 0; i < campaign->list_count; i++) {
        db_array_i64(ret, campaign->lists[i].list_no);
    }
}

static void lists_param(const HopperCampaign *campaign, DbArray *ret)
{
    db_array_begin(ret, DB_ARRAY_INT4);
    lists_add(campaign, ret);
}

/* The groups that sql finds in these lists; due_us: those with leads due by then only, for SQL that
 * asks for it, else 0. */
static Status
find_groups(Db *db, DbArray *lists, const char *sql, int64_t due_us, DbResult **ret, Error *err)
{
    DbParams params = {0};
    db_param_array(&params, lists);
    if (due_us != 0) {
        db_param_time(&params, due_us);
    }
    return db_query_binary(db, sql, &params, ret, err);
}

/* Not before twenty times as long has gone by as it took: among dead index entries behind an old
 * snapshot it takes long. */
static Status look_groups(HopperCampaign *campaign, Db *db, Gates *gates, Error *err)
{
    AUTO_RESULT *result = NULL;
    int64_t began_ms = clock_mono_ms();
    DbArray lists = {0};
    lists_param(campaign, &lists);
    Status status = find_groups(db, &lists, sql_topup_groups, 0, &result, err);
    db_array_done(&lists);
    if (status == STATUS_OK) {
        take_groups(campaign, result);
        int64_t ended_ms = clock_mono_ms();
        campaign->look_next_ms = ended_ms + (ended_ms - began_ms) * LOOK_SHARE;
    }
    return status == STATUS_OK ? gates_know(gates, db, result, 1, err) : status;
}

/* Leads may have come back that lie before the bounds. */
static void unbind_all(HopperCampaign *campaign)
{
    hopper_campaign_forget(campaign);
    for (int i = 0; i < campaign->group_count; i++) {
        hopper_group_unbind(&campaign->groups[i], campaign->rules->order);
        campaign->groups[i].dry = false;
    }
}

Status hopper_campaign_look(HopperCampaign *campaign, Db *db, Gates *gates, Error *err)
{
    int64_t mono_ms = clock_mono_ms();
    Status status = look_lists(campaign, db, err);
    for (int i = 0; i < campaign->group_count; i++) {
        campaign->groups[i].dry = false;
    }
    if (status == STATUS_OK &&
        (clock_is_virtual() || campaign->group_count == 0 || mono_ms >= campaign->look_next_ms)) {
        status = look_groups(campaign, db, gates, err);
    }
    int unbind_ms = campaign->rules->order == LEAD_ORDER_NEWEST ? UNBIND_NEWEST_MS : UNBIND_MS;
    if (status == STATUS_OK && mono_ms >= campaign->unbound_ms + unbind_ms) {
        campaign->unbound_ms = mono_ms;
        unbind_all(campaign);
    }
    return status;
}

/* ---- coming back ---- */

Status hopper_campaign_return(HopperCampaign *campaign, Db *db, bool *ret_more, Error *err)
{
    PutOffRules rules = {.campaign_no = campaign->campaign_no,
                         .rules_version = campaign->rules->rules_version};
    *ret_more = false;
    if (campaign->returned_version == rules.rules_version) {
        return STATUS_OK;
    }
    DbArray lists = {0};
    PutOffReturned returned = {0};
    lists_param(campaign, &lists);
    Status status = put_off_return(db, &lists, &rules, &returned, err);
    db_array_done(&lists);
    if (status != STATUS_OK) {
        return status;
    }
    *ret_more = returned.found == PUT_OFF_MOST && returned.held < returned.found;
    if (returned.found > 0) {
        unbind_all(campaign);
    }
    if (!*ret_more && returned.held == 0) {
        campaign->returned_version = rules.rules_version;
    }
    return STATUS_OK;
}

/* ---- how many ---- */

const char *
hopper_campaign_trouble(HopperCampaign *campaign, int64_t complete_until_us, int64_t now_us)
{
    if (complete_until_us < now_us - OUTCOMES_BEHIND_US) {
        return "outcomes_behind";
    }
    if (campaign->unanswered >= campaign->rules->hopper_target &&
        campaign->answered_us < campaign->unanswered_since_us) {
        campaign->silent_since_us = campaign->unanswered_since_us;
    }
    if (campaign->answered_us >= campaign->silent_since_us) {
        campaign->silent_since_us = 0;
    }
    return campaign->silent_since_us != 0 ? "dialer_silent" : "";
}

static int target_of(const HopperCampaign *campaign, int64_t now_us)
{
    int target = campaign->rules->hopper_target;
    bool wished = campaign->wanted > 0 && now_us < campaign->wanted_us + WISH_US;
    return wished && campaign->wanted < target ? campaign->wanted : target;
}

int hopper_campaign_want(const HopperCampaign *campaign,
                         const char *trouble,
                         bool express,
                         int64_t now_us)
{
    bool silent = strcmp(trouble, "dialer_silent") == 0;
    if (!campaign->active || (trouble[0] != '\0' && !silent)) {
        return 0;
    }
    if (silent) {
        return campaign->live == 0 && !express ? 1 : 0;
    }
    int target = target_of(campaign, now_us);
    int beyond = express ? (target + EXPRESS_SHARE - 1) / EXPRESS_SHARE : 0;
    int want = target + beyond - campaign->live;
    want = express && want > beyond ? beyond : want;
    return want > 0 ? want : 0;
}

/* ---- filling ---- */

/* Is the group open now? Asked again when that may have changed. */
static void
group_look(const HopperCampaign *campaign, const Gates *gates, HopperGroup *group, int64_t now_us)
{
    if (now_us < group->until_us) {
        return;
    }
    const Gate *gate = gates_find(gates, group->gate_no);
    group->open = false;
    if (gate == NULL) {
        return;
    }
    CallingRules calling;
    CallingTime time;
    campaign_calling(campaign->rules, &hopper_campaign_list(campaign, group->list_no)->hours, NULL,
                     &calling);
    calling_time(&calling, &gate->place, now_us, &time);
    group->open = time.open || BROKEN(OFFER_WINDOW);
    group->until_us = time.until_us;
}

typedef struct Fill {
    HopperCampaign *campaign;
    Topup topup;
    int want;
    int offered;
    int runs;
} Fill;

/* How many to offer, or to search for, now. */
static void fill_want(Fill *fill)
{
    int left = fill->want - fill->offered;
    fill->topup.want = left < TOPUP_MOST ? left : TOPUP_MOST;
}

/* The groups of the tier that begins at `first` to be searched next; false: none is left. */
static bool fill_choose(Fill *fill, int first, TopupFound *ret)
{
    HopperCampaign *campaign = fill->campaign;
    HopperGroup *groups = campaign->groups;
    AUTO_FREE int *from = mem_alloc(((size_t)campaign->group_count + 1) * sizeof *from);
    fill_want(fill);
    for (int i = first; i < campaign->group_count && groups[i].tier == groups[first].tier; i++) {
        group_look(campaign, fill->topup.gates, &groups[i], fill->topup.now_us);
    }
    ret->group_count = hopper_groups_choose(groups, campaign->group_count, first, fill->topup.want,
                                            campaign->rules->order, from);
    for (int i = 0; i < ret->group_count; i++) {
        ret->groups[i] = groups[from[i]];
    }
    return ret->group_count > 0;
}

static Status fill_find(Fill *fill, TopupFound *found, Error *err)
{
    HopperCampaign *campaign = fill->campaign;
    campaign->searches++;
    fill->topup.now_us = clock_now_us(); /* runs may take a while, all together */
    Status status = topup_find(&fill->topup, found, err);
    for (int i = 0; status == STATUS_OK && i < found->group_count; i++) {
        found->groups[i].searched = campaign->searches;
    }
    return status;
}

/* A group is dry once all that was found of it is used. */
static void fill_put_back(const Fill *fill, const TopupFound *found)
{
    for (int i = 0; i < found->group_count; i++) {
        HopperGroup moved = found->groups[i];
        moved.dry = moved.dry && found->count == 0;
        hopper_group_put_back(fill->campaign->groups, fill->campaign->group_count, &moved);
    }
}

static Status fill_offer(Fill *fill, TopupFound *found, Error *err)
{
    int offered = 0;
    fill->topup.now_us = clock_now_us();
    Status status = topup_offer(&fill->topup, found, &offered, err);
    if (status == STATUS_OK) {
        fill_put_back(fill, found);
        fill->offered += offered;
    }
    return status;
}

static bool fill_may_go_on(const Fill *fill)
{
    return fill->offered < fill->want && fill->runs < RUNS_MOST;
}

/* Is there something that was found ahead, not too long ago, of groups that are open as they were?
 */
static bool found_holds(const HopperCampaign *campaign)
{
    const TopupFound *found = campaign->found;
    int64_t now_us = clock_now_us();
    if (found == NULL || found->count == 0 || clock_is_virtual() || now_us < found->found_us ||
        now_us > found->found_us + FOUND_US) {
        return false;
    }
    for (int i = 0; i < found->group_count; i++) {
        if (now_us >= found->groups[i].until_us) {
            return false;
        }
    }
    return true;
}

static Status fill_found(Fill *fill, Error *err)
{
    HopperCampaign *campaign = fill->campaign;
    Status status = STATUS_OK;
    while (status == STATUS_OK && fill_may_go_on(fill) && found_holds(campaign)) {
        fill_want(fill);
        fill->runs++;
        status = fill_offer(fill, campaign->found, err);
    }
    if (status != STATUS_OK || !found_holds(campaign)) {
        hopper_campaign_forget(campaign);
    }
    return status;
}

/* Until the tier is dry or enough is offered. */
static Status fill_tier(Fill *fill, int first, Error *err)
{
    AUTO_FREE TopupFound *found = mem_alloc(sizeof *found);
    Status status = STATUS_OK;
    while (status == STATUS_OK && fill_may_go_on(fill) && fill_choose(fill, first, found)) {
        fill->runs++;
        status = fill_find(fill, found, err);
        if (status == STATUS_OK && found->count > 0) {
            status = fill_offer(fill, found, err);
        } else if (status == STATUS_OK) {
            fill_put_back(fill, found);
        }
    }
    topup_found_done(found);
    return status;
}

static int tier_next(const HopperCampaign *campaign, int first)
{
    int next = first;
    while (next < campaign->group_count &&
           campaign->groups[next].tier == campaign->groups[first].tier) {
        next++;
    }
    return next;
}

static Fill fill_of(HopperCampaign *campaign, const Topup *template, int want)
{
    Fill fill = {.campaign = campaign, .topup = *template, .want = want};
    fill.topup.rules = campaign->rules;
    fill.topup.lists = campaign->lists;
    fill.topup.list_count = campaign->list_count;
    return fill;
}

Status hopper_campaign_fill(
    HopperCampaign *campaign, const Topup *template, int want, HopperFilled *ret, Error *err)
{
    Fill fill = fill_of(campaign, template, want);
    Status status = fill_found(&fill, err);
    for (int first = 0; status == STATUS_OK && first < campaign->group_count;
         first = tier_next(campaign, first)) {
        status = fill_tier(&fill, first, err);
    }
    *ret = (HopperFilled){.offered = fill.offered,
                          .more = fill.offered < fill.want && fill.runs == RUNS_MOST};
    campaign->ahead -= fill.offered;
    return status;
}

/* Of the first tier that has any. */
Status hopper_campaign_prepare(HopperCampaign *campaign, const Topup *template, Error *err)
{
    if (campaign->ahead >= TOPUP_MOST / 2 || found_holds(campaign)) {
        return STATUS_OK;
    }
    Fill fill = fill_of(campaign, template, TOPUP_MOST);
    Status status = STATUS_OK;
    hopper_campaign_forget(campaign);
    campaign->found = mem_alloc(sizeof *campaign->found);
    for (int first = 0;
         status == STATUS_OK && campaign->found->count == 0 && first < campaign->group_count;
         first = tier_next(campaign, first)) {
        if (fill_choose(&fill, first, campaign->found)) {
            status = fill_find(&fill, campaign->found, err);
        }
    }
    campaign->found->began_ms = 0; /* nobody waited for it */
    campaign->ahead = TOPUP_MOST;  /* also when there are fewer: it has been looked at */
    if (status != STATUS_OK || campaign->found->count == 0) {
        hopper_campaign_forget(campaign);
    }
    return status;
}

/* In a transaction of its own. */
static Status find_express(const Topup *template, DbArray *lists, DbResult **ret, Error *err)
{
    AUTO_TX Db *tx = template->db;
    Status status = db_begin(tx, err);
    if (status == STATUS_OK) {
        status = lead_look_begin(tx, err);
    }
    if (status == STATUS_OK) {
        status = find_groups(tx, lists, sql_topup_express, template->now_us, ret, err);
    }
    return status == STATUS_OK ? gates_know(template->gates, tx, *ret, 1, err) : status;
}

Status hopper_express_find(
    const HopperCampaign campaigns[], int count, const Topup *template, DbResult **ret, Error *err)
{
    DbArray lists = {0};
    db_array_begin(&lists, DB_ARRAY_INT4);
    for (int i = 0; i < count; i++) {
        if (campaigns[i].active && campaigns[i].rules != NULL) {
            lists_add(&campaigns[i], &lists);
        }
    }
    *ret = NULL;
    Status status = lists.count > 0 ? find_express(template, &lists, ret, err) : STATUS_OK;
    db_array_done(&lists);
    return status;
}

Status hopper_campaign_express(const HopperCampaign *campaign,
                               const Topup *template,
                               const DbResult *groups,
                               HopperFilled *ret,
                               Error *err)
{
    HopperCampaign express = *campaign;
    express.found = NULL;
    express.groups = NULL;
    express.group_count = 0;
    take_groups(&express, groups);
    *ret = (HopperFilled){0};
    Status status = express.group_count > 0
                        ? hopper_campaign_fill(&express, template, template->want, ret, err)
                        : STATUS_OK;
    free(express.groups);
    return status;
}
