#include "cli/window_arg.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"

static const CliOption options[] = {WINDOW_OPTION, {0}};

/* Up to two values of --window; the array as JSON, or "" when they are refused. */
static char *read_windows(const char *first, const char *second)
{
    CliGiven given[] = {{options, first}, {options, second}};
    Cli cli = {.given = given, .given_count = second != NULL ? 2 : 1};
    AUTO_JSON json_t *windows = NULL;
    Error err;
    if (window_option(&cli, &windows, &err) != STATUS_OK) {
        cr_expect_str_eq(err.code, "usage");
        return mem_strdup("");
    }
    return json_dumps(windows, JSON_COMPACT);
}

Test(window_arg, reads_days_and_times)
{
    static const struct {
        const char *text;
        const char *json;
    } cases[] = {
        {"mon=09:00-20:00", "[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]"},
        {"mon-wed=9:00-20:00",
         "[{\"days\":[\"mon\",\"tue\",\"wed\"],\"from\":\"9:00\",\"to\":\"20:00\"}]"},
        {"sun,fri=09:00-24:00",
         "[{\"days\":[\"fri\",\"sun\"],\"from\":\"09:00\",\"to\":\"24:00\"}]"},
        {"sat-mon=22:00-02:00",
         "[{\"days\":[\"mon\",\"sat\",\"sun\"],\"from\":\"22:00\",\"to\":\"02:00\"}]"},
        {"daily=08:00-21:00", "[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"]"
                              ",\"from\":\"08:00\",\"to\":\"21:00\"}]"},
        {"none", "[]"},
        {"", ""},
        {"mon", ""},
        {"mon=", ""},
        {"mon=09:00", ""},
        {"mon=09:00-", ""},
        {"mon=-09:00", ""},
        {"=09:00-10:00", ""},
        {"mo=09:00-10:00", ""},
        {"monday=09:00-10:00", ""},
        {"mon-=09:00-10:00", ""},
        {"mon,=09:00-10:00", ""},
        {"mon-xyz=09:00-10:00", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *json = read_windows(cases[i].text, NULL);
        cr_expect_str_eq(json, cases[i].json, "%s: %s", cases[i].text, json);
    }
}

Test(window_arg, gathers_all_and_none_stands_alone)
{
    AUTO_FREE char *two = read_windows("mon=09:00-10:00", "tue=11:00-12:00");
    AUTO_FREE char *none = read_windows("mon=09:00-10:00", "none");
    cr_expect_str_eq(two, "[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"10:00\"},"
                          "{\"days\":[\"tue\"],\"from\":\"11:00\",\"to\":\"12:00\"}]");
    cr_expect_str_eq(none, "");
}

Test(window_arg, writes_them_short)
{
    static const struct {
        const char *days;
        const char *text;
    } cases[] = {
        {"mon-fri", "mon-fri=09:00-20:00"},
        {"mon,tue", "mon,tue=09:00-20:00"},
        {"daily", "daily=09:00-20:00"},
        {"mon-wed,sat", "mon-wed,sat=09:00-20:00"},
        {"tue,thu,sun", "tue,thu,sun=09:00-20:00"},
        {"sat-mon", "mon,sat,sun=09:00-20:00"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_FREE char *given = mem_sprintf("%s=09:00-20:00", cases[i].days);
        AUTO_FREE char *json = read_windows(given, NULL);
        AUTO_JSON json_t *windows = json_loads(json, 0, NULL);
        AUTO_STRBUF text = STRBUF_INIT;
        window_text(windows, &text);
        cr_expect_str_eq(text.data, cases[i].text, "%s", text.data);
    }
}
