/* upsert_offers.h - a lead whose phone changes takes its unstarted offer back. Layer:
 * services/importer. */
#pragma once

#include "importer/upsert_plan.h"
#include "runtime/list_stats.h"
#include "runtime/work.h"

/* After the leads are written and counted; gates: of their lists. */
Status upsert_revoke_offers(const UpsertPlan *plan, Work *work, const ListGates *gates, Error *err)
    MUST_CHECK;
