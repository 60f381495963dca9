/* campaign_command.h - campaign.put and campaign.refill. Layer: services/recycler. */
#pragma once

#include "runtime/work.h"

Status campaign_put_apply(Work *work, Error *err);
Status campaign_refill_apply(Work *work, Error *err);
