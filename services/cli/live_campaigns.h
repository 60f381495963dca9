/* live_campaigns.h - a line for each campaign that has lists, the busiest first: by what Redis
 * shows, or by the record. Layer: services/cli; reads only. */
#pragma once

#include "cli/live_rows.h"

/* What they are sorted by comes first: columns at the right may have no room. */
/* clang-format off */
#define LIVE_CAMPAIGN_COLUMNS \
    {"campaign_id", TABLE_TEXT}, \
    {"outcomes_per_minute", TABLE_NUMBER}, \
    {"offers_out", TABLE_NUMBER}, \
    {"dialable", TABLE_NUMBER}, \
    {"total", TABLE_NUMBER}, \
    {"contact_rate", TABLE_NUMBER}, \
    {"penetration", TABLE_NUMBER}, \
    {"lists", TABLE_NUMBER}, \
    {"active", TABLE_BOOL}
/* clang-format on */

/* Which of them; only_or_null: this one. */
typedef struct LiveCampaigns {
    const char *only_or_null;
    bool inactive; /* those that are not active, too */
} LiveCampaigns;

Status live_campaigns_read(LiveRead *live, const LiveCampaigns *which, LiveRows *ret, Error *err)
    MUST_CHECK;
/* A row for each that Redis has sums of; the columns are LIVE_CAMPAIGN_COLUMNS, and source where
 * the table has it. */
void live_campaigns_add(const LiveRows *campaigns, Table *table);
/* Both by the record: without outcomes_per_minute and contact_rate. */
Status
live_campaigns_record(Cli *cli, const LiveCampaigns *which, Table *table, Error *err) MUST_CHECK;
