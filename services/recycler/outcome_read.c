#include "recycler/outcome_read.h"

#include <string.h>

#include "base/json.h"

enum { DISPOSITION_MAX = 64, REASON_MAX = 200, DURATION_MAX_S = 7 * 86400 };

#define FIELD(name, type, member)                                                                  \
    {                                                                                              \
        name, type, offsetof(OutcomeSaid, member)

static const JsonField started_fields[] = {FIELD("lead_id", JSON_FIELD_NUMBER_ID, lead_id),
                                           .required = true},
                       FIELD("offer_id", JSON_FIELD_NUMBER_ID, offer_id), .required = true
}
, FIELD("call_id", JSON_FIELD_STRING, call_id), .required = true, .min = 1,
                                                .max = OUTCOME_CALL_ID_MAX
}
, FIELD("started_at", JSON_FIELD_TIME, started_us), .required = true
}
, FIELD("agent", JSON_FIELD_STRING, agent), .max = OUTCOME_AGENT_MAX
}
, {0},
}
;

static const JsonField ended_fields[] = {FIELD("lead_id", JSON_FIELD_NUMBER_ID, lead_id),
                                         .required = true},
                       FIELD("offer_id", JSON_FIELD_NUMBER_ID, offer_id)
}
, FIELD("call_id", JSON_FIELD_STRING, call_id), .required = true, .min = 1,
                                                .max = OUTCOME_CALL_ID_MAX
}
, FIELD("disposition", JSON_FIELD_STRING, disposition), .required = true, .min = 1,
                                                        .max = DISPOSITION_MAX
}
, FIELD("started_at", JSON_FIELD_TIME, started_us), .required = true
}
, FIELD("duration_s", JSON_FIELD_INT, duration_s), .min = 0, .max = DURATION_MAX_S
}
, FIELD("agent", JSON_FIELD_STRING, agent), .max = OUTCOME_AGENT_MAX
}
, FIELD("callback_at", JSON_FIELD_TIME, callback_us)
}
, FIELD("callback_agent", JSON_FIELD_STRING, callback_agent), .max = OUTCOME_AGENT_MAX
}
, {0},
}
;

static const JsonField released_fields[] = {FIELD("lead_id", JSON_FIELD_NUMBER_ID, lead_id),
                                            .required = true},
                       FIELD("offer_id", JSON_FIELD_NUMBER_ID, offer_id), .required = true
}
, {0},
}
;

static const struct OutcomeType {
    const char *type;
    const JsonField *fields;
    OutcomeKind kind;
} outcome_types[] = {
    {"call.started", started_fields, OUTCOME_STARTED},
    {"call.ended", ended_fields, OUTCOME_ENDED},
    {"offer.released", released_fields, OUTCOME_RELEASED},
};

Status outcome_read(const Message *message, OutcomeSaid *ret, Error *err)
{
    const struct OutcomeType *type = outcome_types;
    while (strcmp(type->type, message->type) != 0) {
        type++; /* the handlers' table has no others */
    }
    *ret = (OutcomeSaid){.kind = type->kind, .duration_s = -1};
    return json_read_known_fields(message->data, type->fields, ret, err);
}
