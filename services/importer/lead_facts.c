#include "importer/lead_facts.h"

StageFacts lead_facts(const LeadRow *lead)
{
    return stage_facts(lead->dnc, lead->hold, lead->offer_id != 0);
}

void lead_restage(LeadRow *lead)
{
    StageFacts facts = lead_facts(lead);
    lead->stage = stage_of(&facts);
}

void lead_restage_moved(LeadRow *lead)
{
    lead->hold = (lead->hold & LEAD_HOLD_FINAL) | LEAD_HOLD_RENUMBERED;
    lead_restage(lead);
}
