#include "recycler/hopper_gauges.h"

#include <string.h>

#include "base/mem.h"
#include "base/metric_table.h"
#include "domain/zone.h"

/* Those of active campaigns that are held are what `campaign show` has in held. */
static const char *const states[] = {
    "paused", "dry", "dialer_silent", "outcomes_behind", "record_set_back", "dialing"};
enum { STATES = sizeof states / sizeof states[0] };

static const char *state_of(const HopperCampaign *campaign)
{
    return !campaign->active            ? "paused"
           : campaign->held[0] != '\0'  ? campaign->held
           : campaign->group_count == 0 ? "dry"
                                        : "dialing";
}

/* Its lists with a group: some lead of theirs is ready. */
static int lists_ready(const HopperCampaign *campaign)
{
    int ready = 0;
    AUTO_FREE bool *seen = mem_alloc(((size_t)campaign->list_count + 1) * sizeof *seen);
    for (int i = 0; i < campaign->group_count; i++) {
        const TopupList *list = hopper_campaign_list(campaign, campaign->groups[i].list_no);
        if (list != NULL && !seen[list - campaign->lists]) {
            seen[list - campaign->lists] = true;
            ready++;
        }
    }
    return ready;
}

static void tell_lists(const HopperCampaign campaigns[], int count)
{
    int lists = 0;
    int ready = 0;
    for (int i = 0; i < count; i++) {
        if (campaigns[i].active) {
            lists += campaigns[i].list_count;
            ready += lists_ready(&campaigns[i]);
        }
    }
    metric_set(&metric_lists, lists - ready, "dry", NULL);
    metric_set(&metric_lists, ready, "ready", NULL);
}

void hopper_gauges_tell(const HopperCampaign campaigns[], int count, int declined)
{
    metric_set(&metric_campaigns, declined, "unusable_rules", NULL);
    metric_set(&metric_tzdata_changed, zone_tzdata_changed(), zone_tzdata_version(), NULL);
    for (int state = 0; state < STATES; state++) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            bool is_led = !campaigns[i].active || campaigns[i].rules != NULL;
            found += is_led && strcmp(state_of(&campaigns[i]), states[state]) == 0;
        }
        metric_set(&metric_campaigns, found, states[state], NULL);
    }
    tell_lists(campaigns, count);
}
