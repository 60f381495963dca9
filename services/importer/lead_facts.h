/* lead_facts.h - where a lead stands, from what its row says. Layer: services/importer; pure.
 *
 * The one place that turns a stored lead into the facts of domain/stage.h. */
#pragma once

#include "importer/lead_row.h"

StageFacts lead_facts(const LeadRow *lead);

/* Sets lead->stage to what the facts say. */
void lead_restage(LeadRow *lead);
/* The same after its number changed: what was learnt of the old number holds no more. */
void lead_restage_moved(LeadRow *lead);
