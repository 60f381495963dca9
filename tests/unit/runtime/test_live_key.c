#include "runtime/live_key.h"

#include <criterion/criterion.h>

static const struct {
    LiveKind kind;
    const char *id;
    const char *key;
} cases[] = {
    {LIVE_LIST_STATS, "spring", "ns:list:spring:stats"},
    {LIVE_LIST_NOW, "a-b_C", "ns:list:a-b_C:now"},
    {LIVE_CAMPAIGN_STATS, "c", "ns:campaign:c:stats"},
    {LIVE_CAMPAIGN_LISTS, "c", "ns:campaign:c:lists"},
    {LIVE_JOB, "42", "ns:job:42"},
    {LIVE_CAMPAIGNS, "", "ns:campaigns"},
    {LIVE_MARKER, "", "ns:stats:marker"},
    {LIVE_PROBE, "", "ns:stats:probe"},
};

Test(live_key, says_what_it_reads)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char key[LIVE_KEY_SIZE];
        char id[LIVE_ID_SIZE];
        LiveKind kind;
        live_key(key, "ns", cases[i].kind, cases[i].id);
        cr_assert_str_eq(key, cases[i].key);
        cr_assert(live_key_parse(key, "ns", &kind, id), "%s", key);
        cr_assert_eq(kind, cases[i].kind, "%s", key);
        cr_assert_str_eq(id, cases[i].id);
    }
}

Test(live_key, knows_no_others)
{
    static const char *const others[] = {"",
                                         "ns",
                                         "ns:",
                                         "other:job:1",
                                         "nsx:job:1",
                                         "ns:list::stats",
                                         "ns:job:",
                                         "ns:list:a:b",
                                         "ns:list:a:b:stats",
                                         "ns:campaigns:x",
                                         "ns:changes"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        char id[LIVE_ID_SIZE];
        LiveKind kind;
        cr_assert_not(live_key_parse(others[i], "ns", &kind, id), "%s", others[i]);
    }
}
