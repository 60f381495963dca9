/* rules_verb.h - what the verbs on campaigns, dispositions and rules share. Layer: services/cli. */
#pragma once

#include "cli/send.h"
#include "domain/campaign_rules.h"

/* Sends one command to the recycler and prints its result: what it is about, result, job_id of the
 * job that reapplies the rules, command_id. about: the member of the result beside campaign_id,
 * NULL: none. */
Status rules_send(Cli *cli, Command *command, const char *about, Error *err) MUST_CHECK;

/* The rules of --campaign as they are now, or those that every campaign comes with. */
Status rules_fetch(Cli *cli, CampaignRules *ret, Error *err) MUST_CHECK;

typedef enum RulesOptionType {
    RULES_TEXT,
    RULES_NUMBER,
    RULES_SPAN, /* a length of time, in seconds (span.h) */
    RULES_YES_NO,
} RulesOptionType;

/* An option, and the field of the command that is made of it; tables end with a row without one. */
typedef struct RulesOption {
    const char *option; /* "cap-gap" */
    const char *field;  /* "cap_gap_s" */
    RulesOptionType type;
    int64_t least;
    int64_t most;
} RulesOption;
/* data gets a field for each option that was given. */
Status
rules_set(const Cli *cli, Command *command, const RulesOption options[], Error *err) MUST_CHECK;

/* data gets name: an array of what the option's values are, each of which may be several by comma;
 * "none" alone is an empty array; absent: nothing. */
Status rules_set_array(
    const Cli *cli, Command *command, const char *option, const char *field, Error *err) MUST_CHECK;
/* data gets windows, when --window was given. */
Status rules_set_windows(const Cli *cli, Command *command, Error *err) MUST_CHECK;
