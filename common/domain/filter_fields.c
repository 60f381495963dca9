#include "domain/filter_fields.h"

#include <string.h>

#include "base/suggest.h"
#include "domain/custom_key.h"

#define OF_ZONES                                                                                   \
    "(SELECT g.zones FROM zone_set z JOIN gate g USING (gate_no) WHERE z.zone_set_no = "           \
    "l.zone_set_no)"
/* The call that was started last; a tie goes to the one recorded last. */
#define OF_LAST_CALL                                                                               \
    "(SELECT a.disposition FROM attempt a WHERE a.lead_id = l.lead_id ORDER BY a.started_at "      \
    "DESC, "                                                                                       \
    "a.attempt_no DESC LIMIT 1)"

const FilterField filter_fields[] = {
    {"lead_id", FILTER_TYPE_INT, "l.lead_id", "the lead's number"},
    {"list_id", FILTER_TYPE_TEXT, "(SELECT i.list_id FROM list i WHERE i.list_no = l.list_no)",
     "its list"},
    {"phone", FILTER_TYPE_PHONE, "l.phone", "E.164, with +"},
    {"extension", FILTER_TYPE_TEXT, "l.extension", "digits behind the number"},
    {"external_id", FILTER_TYPE_TEXT, "l.external_id", "the CRM's own id"},
    {"first_name", FILTER_TYPE_TEXT, "l.first_name", "first name"},
    {"last_name", FILTER_TYPE_TEXT, "l.last_name", "last name"},
    {"email", FILTER_TYPE_TEXT, "l.email", "e-mail address"},
    {"address", FILTER_TYPE_TEXT, "l.address", "street and number"},
    {"city", FILTER_TYPE_TEXT, "l.city", "city"},
    {"state", FILTER_TYPE_TEXT, "l.state", "state of the address, TX"},
    {"zip", FILTER_TYPE_TEXT, "l.zip", "postal code"},
    {"country", FILTER_TYPE_TEXT, "l.country", "country, US"},
    {"time_zone", FILTER_TYPE_TEXT, "l.time_zone", "its own time zone, as it was given"},
    {"priority", FILTER_TYPE_INT, "l.priority", "0 to 99"},
    {"revision", FILTER_TYPE_INT, "l.revision", "of the last upsert that had one"},
    {"stage", FILTER_TYPE_STAGE, "l.stage", "dnc, invalid, finished, offered, exhausted or ready"},
    {"status", FILTER_TYPE_CODE, "l.status", "the last disposition that counts; NEW at first"},
    {"attempts", FILTER_TYPE_INT, "l.attempts", "calls in this pass"},
    {"attempts_total", FILTER_TYPE_INT, "l.attempts_total", "calls over all passes"},
    {"contacted", FILTER_TYPE_BOOL, "l.contacted", "whether a person was reached in this pass"},
    {"dnc", FILTER_TYPE_BOOL, "l.dnc", "whether its number is on a do-not-call list"},
    {"verified", FILTER_TYPE_BOOL, "l.verified", "whether the numbering plan knows its number"},
    {"last_disposition", FILTER_TYPE_TEXT, OF_LAST_CALL, "what the dialer said of its last call"},
    {"last_called_at", FILTER_TYPE_TIME, "l.called_at", "when its last call began"},
    {"due_at", FILTER_TYPE_TIME, "l.due_at", "from when it may be called again"},
    {"callback_at", FILTER_TYPE_TIME, "l.callback_at", "the callback that was agreed"},
    {"callback_agent", FILTER_TYPE_TEXT, "l.callback_agent", "the agent whom it is agreed with"},
    {"zones", FILTER_TYPE_TEXT, OF_ZONES, "time zones that it may be in, by comma"},
    {"job_id", FILTER_TYPE_INT, "(SELECT j.job_no FROM jobs j WHERE j.job_no = l.lead_id >> 32)",
     "the import that brought it; none of a lead of an upsert"},
    {"created_at", FILTER_TYPE_TIME,
     "coalesce(l.created_at, (SELECT j.created_at FROM jobs j WHERE j.job_no = l.lead_id >> 32))",
     "when that import was ordered, or an upsert made it"},
    {"lead_version", FILTER_TYPE_INT, "l.lead_version", "rises with each change"},
    {0},
};

const FilterField filter_custom_field = {"custom", FILTER_TYPE_CUSTOM, "(l.custom ->> ",
                                         "a custom field"};

#define OP(op) (1U << (op))
#define OPS_EQUAL                                                                                  \
    (OP(FILTER_EQ) | OP(FILTER_NE) | OP(FILTER_IN) | OP(FILTER_NULL) | OP(FILTER_NOT_NULL))
#define OPS_ORDER (OP(FILTER_LT) | OP(FILTER_LE) | OP(FILTER_GT) | OP(FILTER_GE))

static const unsigned type_ops[FILTER_TYPE_COUNT] = {
    [FILTER_TYPE_INT] = OPS_EQUAL | OPS_ORDER,
    [FILTER_TYPE_TEXT] = OPS_EQUAL | OPS_ORDER | OP(FILTER_LIKE),
    [FILTER_TYPE_CODE] = OPS_EQUAL,
    [FILTER_TYPE_STAGE] = OPS_EQUAL,
    [FILTER_TYPE_BOOL] = OPS_EQUAL,
    [FILTER_TYPE_TIME] = OPS_EQUAL | OPS_ORDER,
    [FILTER_TYPE_PHONE] = OPS_EQUAL,
    [FILTER_TYPE_CUSTOM] = OPS_EQUAL | OPS_ORDER | OP(FILTER_LIKE),
};

bool filter_field_takes(const FilterField *field, FilterOp op)
{
    return (type_ops[field->type] & OP(op)) != 0;
}

const FilterField *filter_field_find(const char *name, const char **ret_key)
{
    static const char prefix[] = "custom.";
    size_t prefix_len = sizeof prefix - 1;
    *ret_key = NULL;
    if (strncmp(name, prefix, prefix_len) == 0) {
        *ret_key = name + prefix_len;
        return custom_key_ok(*ret_key) ? &filter_custom_field : NULL;
    }
    for (const FilterField *field = filter_fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

const char *filter_field_nearest(const char *name)
{
    Suggest suggest = SUGGEST_INIT(name);
    for (const FilterField *field = filter_fields; field->name != NULL; field++) {
        suggest_offer(&suggest, field->name);
    }
    return suggest.best;
}
