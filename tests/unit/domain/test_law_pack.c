#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "domain/day.h"
#include "domain/law_pack.h"

static int32_t day_of(const char *text)
{
    int32_t day = 0;
    cr_assert(day_parse(text, &day), "%s", text);
    return day;
}

Test(law_pack, those_of_the_build)
{
    cr_expect_str_eq(law_pack_names(), "ca,none,us");
    cr_expect_str_eq(law_regions(), "AL,FL,LA,MD,MS,OK,WA");
    cr_expect(law_region_differs("FL"));
    cr_expect_not(law_region_differs("NY"));
    cr_expect_not(law_region_differs("L"));
    const LawPack *us = law_pack_find("us");
    cr_assert_not_null(us);
    cr_expect_str_eq(us->regions, "AL,FL,LA,MD,MS,OK,WA");
    cr_expect_eq(law_pack_find("none")->rule_count, 0);
    cr_expect_null(law_pack_find("mars"));
    for (int i = 0; i < us->rule_count; i++) {
        cr_expect(strncmp(us->rules[i].url, "http", 4) == 0);
    }
}

Test(law_pack, louisiana_is_closed_on_election_days_of_even_years)
{
    static const struct {
        const char *day;
        bool closed;
    } cases[] = {{"2026-11-03", true},  {"2028-11-07", true}, {"2030-11-05", true},
                 {"2032-11-02", true},  {"2034-11-07", true}, {"2036-11-04", true},
                 {"2027-11-02", false}, {"2028-11-08", false}};
    const LawPack *us = law_pack_find("us");
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int rule = 0; rule < us->rule_count; rule++) {
            bool closed = law_rule_holiday(&us->rules[rule], day_of(cases[i].day)) != NULL;
            bool there = strcmp(us->rules[rule].region, "LA") == 0;
            cr_expect_eq(closed, there && cases[i].closed, "%s %s", cases[i].day,
                         us->rules[rule].region);
        }
    }
}

Test(law_pack, chosen_by_name)
{
    const LawPack *pack = (const LawPack *)1;
    Error err;
    cr_expect_eq(law_pack_choose("", &pack, &err), STATUS_OK);
    cr_expect_null(pack);
    cr_expect_eq(law_pack_choose("us", &pack, &err), STATUS_OK);
    cr_expect_eq(pack, law_pack_find("us"));
    cr_expect_eq(law_pack_choose("USA", &pack, &err), STATUS_BAD_INPUT);
    cr_expect_str_eq(err.code, "unknown_law_pack");
    cr_expect_str_eq(err.field, "law_pack");
}

Test(law_pack, caps_hold_from_their_day)
{
    LawCapFound caps[LAW_CAPS_MAX];
    const LawPack *us = law_pack_find("us");
    int64_t now_us = (int64_t)day_of("2026-11-24") * 86400 * 1000000;
    cr_expect_eq(law_pack_caps(us, "", now_us, caps), 0);
    cr_expect_eq(law_pack_caps(us, "GA,WA", now_us, caps), 0);
    cr_expect_eq(law_pack_caps(NULL, "FL", now_us, caps), 0);
    cr_expect_eq(law_pack_caps(us, "FL,MD,OK", now_us, caps), 3);
    cr_assert_eq(law_pack_caps(us, "FL,GA", now_us, caps), 1);
    cr_expect_eq(caps[0].cap.calls, 3);
    cr_expect_eq(caps[0].cap.window_s, 86400);
    cr_expect_str_eq(caps[0].rule->region, "FL");
    int64_t before_us = (int64_t)day_of("2021-06-30") * 86400 * 1000000;
    cr_expect_eq(law_pack_caps(us, "FL", before_us, caps), 0);
}

#define PACK(holidays, rules)                                                                      \
    "{\"name\":\"t\",\"title\":\"t\",\"revised\":\"2026-01-01\",\"holidays\":{" holidays           \
    "},\"rules\":[" rules "]}"
#define RULE(what) "{\"from\":\"2000-01-01\",\"source\":\"s\",\"url\":\"u\"," what "}"

static LawPack *pack_of(const char *text)
{
    LawPack *pack = NULL;
    Error err = {0};
    cr_assert_eq(law_pack_parse(text, strlen(text), "t", &pack, &err), STATUS_OK, "%s", err.text);
    return pack;
}

Test(law_pack, every_rule_may_cap)
{
    LawCapFound caps[LAW_CAPS_MAX];
    AUTO_STRBUF rules = STRBUF_INIT;
    for (int i = 0; i < LAW_RULES_MAX; i++) {
        strbuf_addf(&rules, "%s" RULE("\"calls\":3,\"window_s\":%d"), i > 0 ? "," : "", 60 + i);
    }
    AUTO_FREE char *text = mem_sprintf(PACK("", "%s"), rules.data);
    LawPack *pack = pack_of(text);
    cr_assert_eq(law_pack_caps(pack, "", INT64_C(1795536000000000), caps), LAW_RULES_MAX);
    cr_expect_eq(caps[LAW_RULES_MAX - 1].cap.window_s, 60 + LAW_RULES_MAX - 1);
    law_pack_free(pack);
}

/* From when its first day begins in the far east to when its last one ends in the far west. */
Test(law_pack, a_cap_holds_where_its_day_is)
{
    LawCapFound caps[LAW_CAPS_MAX];
    LawPack *pack =
        pack_of("{\"name\":\"t\",\"title\":\"t\",\"revised\":\"2026-01-01\",\"rules\":["
                "{\"from\":\"2026-11-24\",\"until\":\"2026-11-25\",\"calls\":3,\"window_s\":86400,"
                "\"source\":\"s\",\"url\":\"u\"}]}");
    int64_t hour_us = INT64_C(3600000000);
    int64_t first_us = day_of("2026-11-24") * 24 * hour_us;
    int64_t end_us = day_of("2026-11-26") * 24 * hour_us;
    cr_expect_eq(law_pack_caps(pack, "", first_us - 14 * hour_us - 1, caps), 0);
    cr_expect_eq(law_pack_caps(pack, "", first_us - 14 * hour_us, caps), 1);
    cr_expect_eq(law_pack_caps(pack, "", end_us + 12 * hour_us - 1, caps), 1);
    cr_expect_eq(law_pack_caps(pack, "", end_us + 12 * hour_us, caps), 0);
    law_pack_free(pack);
}

/* The one rule of a pack that closes on this holiday. */
static LawPack *pack_with(const char *holiday)
{
    AUTO_FREE char *text =
        mem_sprintf("{\"name\":\"t\",\"title\":\"t\",\"revised\":\"2026-01-01\",\"holidays\":"
                    "{\"h\":%s},\"rules\":[{\"from\":\"2000-01-01\",\"closed\":[\"h\"],"
                    "\"source\":\"s\",\"url\":\"u\"}]}",
                    holiday);
    LawPack *pack = NULL;
    Error err = {0};
    cr_assert_eq(law_pack_parse(text, strlen(text), "t", &pack, &err), STATUS_OK, "%s", err.text);
    return pack;
}

Test(law_pack, holidays)
{
    static const struct {
        const char *holiday;
        const char *days; /* of 2026 to 2028, by blank */
    } cases[] = {
        {"{\"name\":\"h\",\"month\":12,\"day\":25}", "2026-12-25 2027-12-25 2028-12-25"},
        {"{\"name\":\"h\",\"month\":7,\"day\":4,\"observed\":\"nearest\"}",
         "2026-07-03 2026-07-04 2027-07-04 2027-07-05 2028-07-04"},
        {"{\"name\":\"h\",\"month\":7,\"day\":4,\"observed\":\"monday\"}",
         "2026-07-04 2027-07-04 2027-07-05 2028-07-04"},
        {"{\"name\":\"h\",\"month\":1,\"day\":1,\"observed\":\"nearest\"}",
         "2026-01-01 2027-01-01 2027-12-31 2028-01-01"},
        {"{\"name\":\"h\",\"month\":11,\"weekday\":\"thu\",\"nth\":4}",
         "2026-11-26 2027-11-25 2028-11-23"},
        {"{\"name\":\"h\",\"month\":5,\"weekday\":\"mon\",\"nth\":-1}",
         "2026-05-25 2027-05-31 2028-05-29"},
        {"{\"name\":\"h\",\"month\":2,\"day\":29}", "2028-02-29"},
        {"{\"name\":\"h\",\"easter\":-47}", "2026-02-17 2027-02-09 2028-02-29"},
        {"{\"name\":\"h\",\"easter\":-2}", "2026-04-03 2027-03-26 2028-04-14"},
        {"{\"name\":\"h\",\"date\":\"2027-03-01\"}", "2027-03-01"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LawPack *pack = pack_with(cases[i].holiday);
        AUTO_STRBUF days = STRBUF_INIT;
        for (int32_t day = day_of("2026-01-01"); day < day_of("2029-01-01"); day++) {
            if (law_rule_holiday(&pack->rules[0], day) != NULL) {
                Civil civil = day_civil(day);
                strbuf_addf(&days, "%s%04d-%02d-%02d", days.len > 0 ? " " : "", civil.year,
                            civil.month, civil.day);
            }
        }
        cr_expect_str_eq(days.data, cases[i].days, "%s: %s", cases[i].holiday, days.data);
        law_pack_free(pack);
    }
}

Test(law_pack, refused_when_malformed)
{
    static const struct {
        const char *text;
        const char *says;
    } cases[] = {
        {"", "refused: "},
        {"[]", "must be a JSON object"},
        {"{}", "name: \"name\" is required"},
        {"{\"name\":\"t\",\"title\":\"t\",\"revised\":\"soon\",\"rules\":[]}", "revised: "},
        {PACK("", RULE("\"closed\":[\"x\"]")), "rules[0].closed: "},
        {PACK("\"x\":{\"name\":\"x\"}", ""), "holidays.x: "},
        {PACK("\"x\":{\"name\":\"x\",\"month\":2,\"day\":30}", ""), "holidays.x: "},
        {PACK("\"x\":{\"name\":\"x\",\"month\":13,\"day\":3}", ""), "holidays.x.month: "},
        {PACK("\"x\":{\"name\":\"x\",\"month\":1,\"day\":3,\"nth\":1}", ""), "holidays.x: "},
        {PACK("\"x\":{\"name\":\"x\",\"date\":\"2026-02-29\"}", ""), "holidays.x: "},
        {PACK("\"x\":{\"name\":\"x\",\"easter\":1,\"observed\":\"monday\"}", ""), "holidays.x: "},
        {PACK("", "3"), "rules[0]: "},
        {PACK("", RULE("\"calls\":3")), "rules[0].window_s: "},
        {PACK("", RULE("\"window_s\":86400")), "rules[0].calls: "},
        {PACK("", RULE("\"calls\":0,\"window_s\":86400")), "rules[0].calls: "},
        {PACK("", RULE("\"region\":\"FL\"")), "rules[0].windows: "},
        {PACK("", RULE("\"region\":\"fl\",\"calls\":3,\"window_s\":60")), "rules[0].region: "},
        {PACK("", RULE("\"region\":\"XX\",\"calls\":3,\"window_s\":60")), "rules[0].region: "},
        {PACK("", RULE("\"windows\":[]")), "rules[0].windows: "},
        {PACK("", RULE("\"windows\":[{\"days\":[\"mon\"],\"from\":\"8\",\"to\":\"09:00\"}]")),
         "rules[0].windows[0].from: "},
        {PACK("", RULE("\"until\":\"1999-01-01\",\"calls\":3,\"window_s\":60")),
         "rules[0].until: "},
        {PACK("", RULE("\"hours\":[]")), "rules[0].hours: "},
        {PACK("", "{\"from\":\"2000-13-01\",\"source\":\"s\",\"url\":\"u\",\"calls\":1,"
                  "\"window_s\":60}"),
         "rules[0].from: "},
        {PACK("", "{\"from\":\"2000-01-01\",\"url\":\"u\",\"calls\":1,\"window_s\":60}"),
         "rules[0].source: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        LawPack *pack = NULL;
        Error err = {0};
        cr_expect_eq(law_pack_parse(cases[i].text, strlen(cases[i].text), "t.json", &pack, &err),
                     STATUS_BAD_INPUT, "%zu", i);
        cr_expect_str_eq(err.code, "law_pack_invalid");
        cr_expect_not_null(strstr(err.text, "the law pack t.json is refused: "));
        cr_expect_not_null(strstr(err.text, cases[i].says), "%zu: %s", i, err.text);
    }
}

static void write_pack(const char *dir, const char *name, const char *text)
{
    AUTO_FREE char *path = mem_sprintf("%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    cr_assert_not_null(file);
    fputs(text, file);
    fclose(file);
}

Test(law_pack, a_directory_adds_and_replaces)
{
    char dir[] = "/tmp/test_law_pack_XXXXXX";
    cr_assert_not_null(mkdtemp(dir));
    write_pack(dir, "t.json", PACK("", RULE("\"region\":\"GA\",\"calls\":1,\"window_s\":60")));
    write_pack(dir, "none.json",
               "{\"name\":\"none\",\"title\":\"ours\",\"revised\":\"2026-01-01\",\"rules\":[]}");
    write_pack(dir, "notes.txt", "no pack");
    Error err = {0};
    cr_assert_eq(law_packs_load(dir, &err), STATUS_OK, "%s", err.text);
    cr_expect_str_eq(law_pack_names(), "ca,none,t,us");
    cr_expect_str_eq(law_regions(), "AL,FL,GA,LA,MD,MS,OK,WA");
    cr_expect_str_eq(law_pack_find("none")->title, "ours");
    cr_expect_eq(law_packs_load("", &err), STATUS_OK);

    write_pack(dir, "other.json", PACK("", ""));
    cr_expect_eq(law_packs_load(dir, &err), STATUS_FATAL);
    cr_expect_not_null(strstr(err.text, "other.json calls itself t"), "%s", err.text);
    write_pack(dir, "other.json", "{");
    cr_expect_eq(law_packs_load(dir, &err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "law_pack_invalid");
    cr_expect_not_null(strstr(err.text, "other.json is refused"), "%s", err.text);
    cr_expect_eq(law_packs_load("/nowhere", &err), STATUS_FATAL);
    cr_expect_not_null(strstr(err.text, "/nowhere"), "%s", err.text);
    AUTO_FREE char *remove = mem_sprintf("rm -r %s", dir);
    cr_expect_eq(system(remove), 0);
}
