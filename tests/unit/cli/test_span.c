#include "cli/span.h"

#include <criterion/criterion.h>

Test(span, reads_what_people_write)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: refused */
    } cases[] = {
        {"0", 0},      {"0s", 0},          {"45s", 45},     {"30m", 1800},
        {"2h", 7200},  {"1d", 86400},      {"1h30m", 5400}, {"1d2h3m4s", 93784},
        {"90m", 5400}, {"366d", 31622400}, {"367d", -1},    {"366d1s", -1},
        {"", -1},      {"30", -1},         {"m", -1},       {"-5m", -1},
        {"+5m", -1},   {"1.5h", -1},       {"30m2h", -1},   {"5m5m", -1},
        {"5 m", -1},   {"5M", -1},         {"2w", -1},      {"99999999999999999999s", -1},
        {"30m ", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t seconds = -1;
        cr_expect_eq(span_read(cases[i].text, &seconds), cases[i].seconds >= 0, "%s",
                     cases[i].text);
        cr_expect_eq(seconds, cases[i].seconds, "%s", cases[i].text);
    }
}

Test(span, writes_what_it_reads)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        {0, "0"}, {1, "1s"}, {60, "1m"}, {5400, "1h30m"}, {86400, "1d"}, {93784, "1d2h3m4s"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF text = STRBUF_INIT;
        int64_t back = -1;
        span_write(&text, cases[i].seconds);
        cr_expect_str_eq(text.data, cases[i].text);
        cr_expect(span_read(text.data, &back));
        cr_expect_eq(back, cases[i].seconds);
    }
}
