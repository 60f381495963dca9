#include <criterion/criterion.h>
#include <string.h>

#include "domain/hours.h"

static Hours hours_of(const char *windows)
{
    Hours hours;
    Error err = {0};
    cr_assert_eq(hours_parse(windows, &hours, &err), STATUS_OK, "%s: %s %s", windows, err.field,
                 err.text);
    return hours;
}

#define DAY(n) ((n)*1440)

Test(hours, open_and_how_long)
{
    static const struct {
        const char *windows;
        int minute;
        bool open;
        int32_t minutes;
    } cases[] = {
        {"[]", 0, true, INT32_MAX},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]", DAY(0) + 540, true, 660},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]", DAY(0) + 539, false, 1},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]", DAY(0) + 1199, true, 1},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]", DAY(0) + 1200, false,
         DAY(7) - 660},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"20:00\"}]", DAY(6) + 1439, false, 541},
        /* over midnight: the day on which it begins */
        {"[{\"days\":[\"fri\"],\"from\":\"22:00\",\"to\":\"02:00\"}]", DAY(4) + 60, false, 1260},
        {"[{\"days\":[\"fri\"],\"from\":\"22:00\",\"to\":\"02:00\"}]", DAY(4) + 1380, true, 180},
        {"[{\"days\":[\"fri\"],\"from\":\"22:00\",\"to\":\"02:00\"}]", DAY(5) + 60, true, 60},
        {"[{\"days\":[\"fri\"],\"from\":\"22:00\",\"to\":\"02:00\"}]", DAY(5) + 120, false,
         DAY(6) + 1200},
        {"[{\"days\":[\"sun\"],\"from\":\"23:00\",\"to\":\"01:00\"}]", DAY(6) + 1390, true, 110},
        {"[{\"days\":[\"sun\"],\"from\":\"23:00\",\"to\":\"01:00\"}]", 30, true, 30},
        {"[{\"days\":[\"sun\"],\"from\":\"23:00\",\"to\":\"01:00\"}]", 60, false, DAY(6) + 1320},
        {"[{\"days\":[\"tue\"],\"from\":\"12:00\",\"to\":\"00:00\"}]", DAY(1) + 1439, true, 1},
        {"[{\"days\":[\"tue\"],\"from\":\"12:00\",\"to\":\"24:00\"}]", DAY(1) + 1439, true, 1},
        {"[{\"days\":[\"tue\"],\"from\":\"12:00\",\"to\":\"24:00\"}]", DAY(2), false, DAY(6) + 720},
        /* what touches or overlaps is one */
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"12:00\"},"
         "{\"days\":[\"mon\"],\"from\":\"12:00\",\"to\":\"24:00\"},"
         "{\"days\":[\"tue\"],\"from\":\"00:00\",\"to\":\"01:00\"}]",
         DAY(0) + 600, true, 900},
        {"[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"00:00\","
         "\"to\":\"24:00\"}]",
         77, true, INT32_MAX},
        {"[{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],\"from\":\"12:00\","
         "\"to\":\"11:00\"},{\"days\":[\"mon\",\"tue\",\"wed\",\"thu\",\"fri\",\"sat\",\"sun\"],"
         "\"from\":\"10:30\",\"to\":\"12:30\"}]",
         DAY(6) + 700, true, INT32_MAX},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Hours hours = hours_of(cases[i].windows);
        int32_t minutes = 0;
        bool open = hours_at(&hours, cases[i].minute, &minutes);
        cr_expect_eq(open, cases[i].open, "%zu", i);
        cr_expect_eq(minutes, cases[i].minutes, "%zu: %d", i, minutes);
    }
}

/* Against the plain meaning of the windows, minute by minute. */
Test(hours, agree_with_what_windows_mean)
{
    unsigned seed = 7;
    for (int round = 0; round < 60; round++) {
        Hours given = {0};
        given.window_count = 1 + rand_r(&seed) % 6;
        bool open[HOURS_WEEK_MINUTES] = {0};
        for (int i = 0; i < given.window_count; i++) {
            HoursWindow *window = &given.windows[i];
            window->days = (uint8_t)(1 + rand_r(&seed) % 127);
            window->from = (uint16_t)(rand_r(&seed) % 24 * 60);
            window->to = (uint16_t)((window->from + 1 + rand_r(&seed) % 1439) % 1440);
            for (int day = 0; day < 7; day++) {
                int length = (window->to - window->from + 1440) % 1440;
                for (int m = 0; (window->days & 1U << day) && m < length; m++) {
                    open[(DAY(day) + window->from + m) % HOURS_WEEK_MINUTES] = true;
                }
            }
        }
        AUTO_STRBUF text = STRBUF_INIT;
        hours_write(&given, &text);
        Hours hours = hours_of(text.data);
        cr_assert(hours_equal(&hours, &given));
        for (int m = 0; m < HOURS_WEEK_MINUTES; m += 7) {
            int run = 1;
            while (run < HOURS_WEEK_MINUTES && open[(m + run) % HOURS_WEEK_MINUTES] == open[m]) {
                run++;
            }
            int32_t minutes;
            cr_assert_eq(hours_at(&hours, m, &minutes), open[m], "%s at %d", text.data, m);
            cr_assert_eq(minutes, run == HOURS_WEEK_MINUTES ? INT32_MAX : run, "%s at %d: %d",
                         text.data, m, minutes);
        }
    }
}

Test(hours, written_as_read)
{
    static const char text[] = "[{\"days\":[\"mon\",\"sun\"],\"from\":\"09:05\",\"to\":\"24:00\"},"
                               "{\"days\":[\"wed\"],\"from\":\"22:00\",\"to\":\"02:30\"}]";
    Hours hours = hours_of(text);
    AUTO_STRBUF out = STRBUF_INIT;
    hours_write(&hours, &out);
    cr_expect_str_eq(out.data, text);
    strbuf_reset(&out);
    hours_describe(&hours, &out);
    cr_expect_str_eq(out.data, "mon,sun 09:05-24:00; wed 22:00-02:30");
    Hours none = hours_of("[]");
    strbuf_reset(&out);
    hours_write(&none, &out);
    cr_expect_str_eq(out.data, "[]");
    cr_expect_not(hours_equal(&none, &hours));
}

Test(hours, refusals)
{
    static const struct {
        const char *windows;
        const char *code;
        const char *field;
    } cases[] = {
        {"{}", "wrong_type", "windows"},
        {"[1]", "wrong_type", "windows[0]"},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"10:00\"},{}]", "missing_field",
         "windows[1].days"},
        {"[{\"days\":[],\"from\":\"09:00\",\"to\":\"10:00\"}]", "out_of_range", "windows[0].days"},
        {"[{\"days\":[\"Monday\"],\"from\":\"09:00\",\"to\":\"10:00\"}]", "invalid_value",
         "windows[0].days"},
        {"[{\"days\":[3],\"from\":\"09:00\",\"to\":\"10:00\"}]", "invalid_value",
         "windows[0].days"},
        {"[{\"days\":[\"mon\"],\"from\":\"9:00\",\"to\":\"10:00\"}]", "invalid_value",
         "windows[0].from"},
        {"[{\"days\":[\"mon\"],\"from\":\"24:00\",\"to\":\"10:00\"}]", "invalid_value",
         "windows[0].from"},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"24:01\"}]", "invalid_value",
         "windows[0].to"},
        {"[{\"days\":[\"mon\"],\"from\":\"09:60\",\"to\":\"10:00\"}]", "invalid_value",
         "windows[0].from"},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"to\":\"09:00\"}]", "empty_window",
         "windows[0].to"},
        {"[{\"days\":[\"mon\"],\"from\":\"09:00\",\"till\":\"09:00\"}]", "unknown_field",
         "windows[0].till"},
        {"[{\"days\":[\"mon\"],\"from\":9,\"to\":\"09:00\"}]", "wrong_type", "windows[0].from"},
        {"[{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}]",
         "out_of_range", "windows"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        Hours hours;
        Error err = {0};
        cr_expect_eq(hours_parse(cases[i].windows, &hours, &err), STATUS_BAD_INPUT, "%zu", i);
        cr_expect_str_eq(err.code, cases[i].code, "%zu: %s", i, err.code);
        cr_expect_str_eq(err.field, cases[i].field, "%zu: %s", i, err.field);
    }
}
