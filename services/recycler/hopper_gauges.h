/* hopper_gauges.h - how campaigns and their lists stand, as metrics. Layer: services/recycler. */
#pragma once

#include "recycler/hopper_campaign.h"

/* After a look at all that are led here. declined: active ones that cannot be. */
void hopper_gauges_tell(const HopperCampaign campaigns[], int count, int declined);
