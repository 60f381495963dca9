/* disposition_command.h - disposition.put. Layer: services/recycler. */
#pragma once

#include "base/json.h"
#include "domain/campaign_rules.h"
#include "runtime/work.h"

/* What a command says; absent: NULL, JSON_BOOL_ABSENT. */
typedef struct DispositionPut {
    const char *campaign_id;
    const char *code;
    const char *name;
    JsonBool contact;
    JsonBool final;
    JsonBool dnc;
    JsonBool invalid;
    JsonBool callback;
    json_t *aliases;
} DispositionPut;

/* What the disposition will be, beside what the campaign has now; pure. *ret_new: nobody defined
 * that code. STATUS_BAD_INPUT invalid_value: a callback that is final, dnc or invalid; alias_taken:
 * it is another's code or alias. */
Status disposition_plan(const CampaignRules *rules,
                        const DispositionPut *put,
                        Disposition *ret,
                        bool *ret_new,
                        Error *err) MUST_CHECK;

bool disposition_equal(const Disposition *a, const Disposition *b);

Status disposition_put_apply(Work *work, Error *err);
