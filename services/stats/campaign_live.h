/* campaign_live.h - the sums of campaigns' lists, their offers and answers, in Redis. Layer:
 * services/stats.
 *
 * Every second one statement looks at all campaigns; one that differs from what was written last
 * gets its next version and is read again behind it, so that a higher version never shows less.
 * What calls came to is of the last minute, counted every five seconds. */
#pragma once

#include "stats/rebuild.h"

typedef struct CampaignLive CampaignLive;
CampaignLive *campaign_live_new(void);
void campaign_live_free(CampaignLive *live);

/* all: which servers, and until when; what it counts stays as it is. */
Status campaign_live_tick(CampaignLive *live, Rebuild *all, Error *err) MUST_CHECK;
/* Redis was emptied, or may have been: all are written again. */
void campaign_live_forget(CampaignLive *live);
