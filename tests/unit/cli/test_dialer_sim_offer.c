#include "cli/dialer_sim_offer.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/clock.h"

static SimSequence sequence_of(const char *text)
{
    SimSequence sequence;
    Error err;
    cr_assert_eq(sim_sequence_parse(text, strlen(text), &sequence, &err), STATUS_OK);
    return sequence;
}

Test(dialer_sim_offer, sequences_are_compared_by_epoch_version_and_ordinal)
{
    static const char *const rising[] = {"1.1.1", "1.1.2", "1.2.1", "1.10.0",
                                         "00000000000000000002.00000000000000000001.000000"};
    for (size_t i = 0; i < sizeof rising / sizeof rising[0]; i++) {
        for (size_t j = 0; j < sizeof rising / sizeof rising[0]; j++) {
            SimSequence a = sequence_of(rising[i]);
            SimSequence b = sequence_of(rising[j]);
            int wanted = (i > j) - (i < j);
            cr_expect_eq(sim_sequence_compare(&a, &b), wanted, "%s, %s", rising[i], rising[j]);
        }
    }
}

Test(dialer_sim_offer, what_is_no_sequence_is_refused)
{
    static const char *const bad[] = {
        "",     "1",     "1.2",     "1.2.",   "1.2.x",
        "1..2", "a.1.1", "1.2.3.4", "-1.2.3", "99999999999999999999.1.1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        SimSequence sequence;
        Error err;
        cr_expect_eq(sim_sequence_parse(bad[i], strlen(bad[i]), &sequence, &err), STATUS_BAD_INPUT,
                     "%s", bad[i]);
    }
}

#define IDS "\"offer_id\":\"7\",\"lead_id\":\"4294967297\",\"list_id\":\"l\",\"campaign_id\":\"c\""

static BusRecord record_of(const char *type, const char *value)
{
    static const char sequence[] = "1.2.3";
    static const char time[] = "2026-11-23T17:00:00.000000Z";
    return (BusRecord){.value = value,
                       .value_len = strlen(value),
                       .header_count = 3,
                       .headers = {{"ce_type", type, strlen(type)},
                                   {"ce_sequence", sequence, strlen(sequence)},
                                   {"ce_time", time, strlen(time)}}};
}

Test(dialer_sim_offer, an_offer_is_read_with_fields_that_may_be_null)
{
    BusRecord record =
        record_of("offer.made",
                  "{" IDS ",\"phone\":\"+15046218927\",\"why\":\"callback\",\"state\":null,"
                  "\"agent\":\"maria\",\"not_after\":\"2026-11-23T17:05:00.000000Z\",\"attempt\":2,"
                  "\"attempts_total\":4,\"lead_version\":9,\"custom\":{},\"something\":\"new\"}");
    SimOffer offer;
    Error err;
    cr_assert_eq(sim_offer_read(&record, &offer, &err), STATUS_OK, "%s", err.text);
    cr_expect_eq(offer.kind, SIM_OFFER_MADE);
    cr_expect_eq(offer.offer_id, 7);
    cr_expect_eq(offer.lead_id, INT64_C(4294967297));
    cr_expect_eq(offer.sequence.n, 2);
    cr_expect_eq(offer.not_after_us - offer.told_us, 300 * CLOCK_US_PER_SECOND);
    cr_expect_str_eq(offer.phone, "+15046218927");
    cr_expect_str_eq(offer.agent, "maria");
    cr_expect_str_eq(offer.state, "");
    cr_expect_eq(offer.attempts_total, 4);
}

Test(dialer_sim_offer, revocation_and_expiry)
{
    BusRecord revoked = record_of("offer.revoked", "{" IDS ",\"reason\":\"dnc\"}");
    BusRecord expired = record_of("offer.expired", "{" IDS "}");
    SimOffer offer;
    Error err;
    cr_assert_eq(sim_offer_read(&revoked, &offer, &err), STATUS_OK);
    cr_expect_eq(offer.kind, SIM_OFFER_REVOKED);
    cr_expect_str_eq(offer.reason, "dnc");
    cr_assert_eq(sim_offer_read(&expired, &offer, &err), STATUS_OK);
    cr_expect_eq(offer.kind, SIM_OFFER_EXPIRED);
}

Test(dialer_sim_offer, what_is_none_is_refused)
{
    BusRecord others[] = {
        record_of("lead.created", "{" IDS "}"),         record_of("offer.made", "{" IDS "}"),
        record_of("offer.revoked", "{" IDS "}"),        record_of("offer.expired", "not json"),
        record_of("offer.expired", "{\"offer_id\":7}"),
    };
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        SimOffer offer;
        Error err;
        cr_expect_eq(sim_offer_read(&others[i], &offer, &err), STATUS_BAD_INPUT, "%zu", i);
    }
    BusRecord bare = record_of("offer.expired", "{" IDS "}");
    bare.header_count = 1;
    SimOffer offer;
    Error err;
    cr_expect_eq(sim_offer_read(&bare, &offer, &err), STATUS_BAD_INPUT);
}
