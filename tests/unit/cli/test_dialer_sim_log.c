#include "cli/dialer_sim_log.h"

#include <criterion/criterion.h>

static const SimCall call = {
    .offer = {.offer_id = 7,
              .lead_id = 4294967297,
              .list_id = "l",
              .campaign_id = "c",
              .phone = "+15046218927",
              .why = "fresh",
              .attempt = 1,
              .lead_version = 2,
              .not_after_us = 300000000},
    .fate = {.code = "CB", .callback_us = 60000000},
    .started_us = 10000000,
    .ended_us = 25000000,
    .reason = "revoked",
};

#define HEAD(event)                                                                                \
    "{\"at\":\"1970-01-01T00:00:26.000000Z\",\"event\":\"" event                                   \
    "\",\"dialer\":\"a\",\"offer_id\":\"7\",\"lead_id\":\"4294967297\",\"list_id\":\"l\","         \
    "\"campaign_id\":\"c\""

static const struct {
    SimAct act;
    const char *line;
} cases[] = {
    {SIM_MADE, HEAD("made") ",\"told_at\":\"1970-01-01T00:00:00.000000Z\","
                            "\"phone\":\"+15046218927\",\"state\":null,\"agent\":null,"
                            "\"not_after\":\"1970-01-01T00:05:00.000000Z\",\"why\":\"fresh\","
                            "\"attempt\":1,\"attempts_total\":0,\"lead_version\":2}\n"},
    {SIM_DIALED, HEAD("dialed") ",\"call_id\":\"a-7\","
                                "\"started_at\":\"1970-01-01T00:00:10.000000Z\"}\n"},
    {SIM_ENDED, HEAD("ended") ",\"call_id\":\"a-7\","
                              "\"started_at\":\"1970-01-01T00:00:10.000000Z\","
                              "\"disposition\":\"CB\",\"duration_s\":15,"
                              "\"callback_at\":\"1970-01-01T00:01:25.000000Z\"}\n"},
    {SIM_RELEASED, HEAD("released") ",\"reason\":\"revoked\"}\n"},
    {SIM_LOST, HEAD("lost") "}\n"},
};

Test(dialer_sim_log, a_line_for_each_act)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF line = STRBUF_INIT;
        sim_log_line("a", cases[i].act, &call, 26000000, &line);
        cr_expect_str_eq(line.data, cases[i].line);
    }
}
