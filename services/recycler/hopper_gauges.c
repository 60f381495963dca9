#include "recycler/hopper_gauges.h"

#include <string.h>

#include "base/metric_table.h"

/* Those of active campaigns that are held are what `campaign show` has in held. */
static const char *const states[] = {"paused",        "unusable_rules",  "dry",
                                     "dialer_silent", "outcomes_behind", "dialing"};
enum { STATES = sizeof states / sizeof states[0] };

static const char *state_of(const HopperCampaign *campaign)
{
    return !campaign->active            ? "paused"
           : campaign->rules == NULL    ? "unusable_rules"
           : campaign->held[0] != '\0'  ? campaign->held
           : campaign->group_count == 0 ? "dry"
                                        : "dialing";
}

static bool list_is_dry(const HopperCampaign *campaign, int32_t list_no)
{
    for (int i = 0; i < campaign->group_count; i++) {
        if (campaign->groups[i].list_no == list_no) {
            return false;
        }
    }
    return true;
}

static void tell_lists(const HopperCampaign campaigns[], int count)
{
    int lists = 0;
    int dry = 0;
    for (int i = 0; i < count; i++) {
        const HopperCampaign *campaign = &campaigns[i];
        for (int at = 0; campaign->active && at < campaign->list_count; at++) {
            dry += list_is_dry(campaign, campaign->lists[at].list_no);
            lists++;
        }
    }
    metric_set(&metric_lists, dry, "dry", NULL);
    metric_set(&metric_lists, lists - dry, "ready", NULL);
}

void hopper_gauges_tell(const HopperCampaign campaigns[], int count)
{
    for (int state = 0; state < STATES; state++) {
        int found = 0;
        for (int i = 0; i < count; i++) {
            found += strcmp(state_of(&campaigns[i]), states[state]) == 0;
        }
        metric_set(&metric_campaigns, found, states[state], NULL);
    }
    tell_lists(campaigns, count);
}
