#include "importer/lead_facts.h"

/* The stage that is stored tells what calls have found out; a lead that is dnc has lost it. */
StageFacts lead_facts(const LeadRow *lead)
{
    return (StageFacts){
        .dnc = lead->dnc,
        .invalid = lead->stage == STAGE_INVALID,
        .finished = lead->stage == STAGE_FINISHED,
        .offered = lead->stage == STAGE_OFFERED,
        .exhausted = lead->stage == STAGE_EXHAUSTED,
    };
}

void lead_restage(LeadRow *lead)
{
    StageFacts facts = lead_facts(lead);
    lead->stage = stage_of(&facts);
}

void lead_restage_moved(LeadRow *lead)
{
    StageFacts facts = lead_facts(lead);
    facts.invalid = false;
    lead->stage = stage_of(&facts);
}
