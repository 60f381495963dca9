#include "recycler/hopper_gauges.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/metrics.h"

static void shows(const char *line)
{
    AUTO_STRBUF page = STRBUF_INIT;
    metrics_write(&page);
    cr_expect(strstr(page.data, line) != NULL, "%s is not in\n%s", line, page.data);
}

Test(hopper_gauges, a_list_with_a_group_is_ready_and_is_counted_once)
{
    TopupList lists[] = {{.list_no = 3}, {.list_no = 7}, {.list_no = 9}};
    HopperGroup groups[] = {{.list_no = 9, .gate_no = 1},
                            {.list_no = 3, .gate_no = 1},
                            {.list_no = 9, .gate_no = 2},
                            {.list_no = 8, .gate_no = 1}}; /* 8 went to another campaign */
    HopperCampaign campaigns[] = {
        {.active = true, .lists = lists, .list_count = 3, .groups = groups, .group_count = 4},
        {.active = false, .lists = lists, .list_count = 3, .groups = groups, .group_count = 4},
        {.active = true, .lists = lists, .list_count = 2},
    };
    hopper_gauges_tell(campaigns, 3, 0);
    shows("leadspool_lists{state=\"ready\"} 2\n");
    shows("leadspool_lists{state=\"dry\"} 3\n");
}

Test(hopper_gauges, a_campaign_without_lists_has_none)
{
    HopperCampaign campaign = {.active = true};
    hopper_gauges_tell(&campaign, 1, 0);
    shows("leadspool_lists{state=\"ready\"} 0\n");
    shows("leadspool_lists{state=\"dry\"} 0\n");
}
