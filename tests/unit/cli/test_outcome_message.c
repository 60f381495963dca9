#include "cli/outcome_message.h"

#include <criterion/criterion.h>

static const struct {
    Outcome outcome;
    const char *json;
} cases[] = {
    {{.type = OUTCOME_STARTED,
      .lead_id = 5,
      .offer_id = 7,
      .call_id = "x",
      .started_us = 10000000,
      .agent = "maria"},
     "{\"lead_id\":\"5\",\"offer_id\":\"7\",\"call_id\":\"x\","
     "\"started_at\":\"1970-01-01T00:00:10.000000Z\",\"agent\":\"maria\"}"},
    {{.type = OUTCOME_ENDED,
      .lead_id = 5,
      .call_id = "x\"y",
      .disposition = "CB",
      .started_us = 10000000,
      .ended_us = 12900000,
      .callback_us = 70000000,
      .callback_agent = "jo"},
     "{\"lead_id\":\"5\",\"call_id\":\"x\\\"y\",\"disposition\":\"CB\","
     "\"started_at\":\"1970-01-01T00:00:10.000000Z\",\"duration_s\":2,"
     "\"callback_at\":\"1970-01-01T00:01:10.000000Z\",\"callback_agent\":\"jo\"}"},
    {{.type = OUTCOME_RELEASED, .lead_id = 5, .offer_id = 7, .reason = "no agent"},
     "{\"lead_id\":\"5\",\"offer_id\":\"7\",\"reason\":\"no agent\"}"},
};

Test(outcome_message, has_what_is_given)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF json = STRBUF_INIT;
        outcome_write(&cases[i].outcome, &json);
        cr_expect_str_eq(json.data, cases[i].json);
    }
    cr_expect_str_eq(outcome_type_name(OUTCOME_RELEASED), "offer.released");
}
