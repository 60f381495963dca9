#include <criterion/criterion.h>
#include <stdint.h>
#include <string.h>

#include "exporter/export_cell.h"

Test(export_cell, text_is_quoted_and_defused)
{
    static const struct {
        const char *text;
        char delimiter;
        bool raw;
        const char *cell;
    } cases[] = {
        {"Ada", ',', false, "Ada"},       {"", ',', false, ""},
        {"a,b", ',', false, "\"a,b\""},   {"a,b", ';', false, "a,b"},
        {"a;b", ';', false, "\"a;b\""},   {"say \"hi\"", ',', false, "\"say \"\"hi\"\"\""},
        {"\"", ',', false, "\"\"\"\""},   {"a\nb", ',', false, "\"a\nb\""},
        {"a\rb", ',', false, "\"a\rb\""}, {" a", ',', false, "\" a\""},
        {"a\t", ',', false, "\"a\t\""},   {"=1+1", ',', false, "'=1+1"},
        {"=1+1", ',', true, "=1+1"},      {"=A1,\"x\"", ',', false, "\"'=A1,\"\"x\"\"\""},
        {"'=1", ',', false, "''=1"},      {"+15046218927", ',', false, "+15046218927"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        AUTO_STRBUF line = STRBUF_INIT;
        ExportCellRules rules = {cases[i].delimiter, cases[i].raw};
        export_cell_text(&line, &rules, cases[i].text, strlen(cases[i].text));
        cr_expect_str_eq(line.data, cases[i].cell, "%s", cases[i].text);
    }
}

Test(export_cell, numbers_and_times)
{
    AUTO_STRBUF line = STRBUF_INIT;
    static const int64_t numbers[] = {0, 7, -7, INT64_MAX, INT64_MIN};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        export_cell_i64(&line, numbers[i]);
        strbuf_addc(&line, ' ');
    }
    export_cell_phone(&line, INT64_C(15046218927));
    export_cell_phone(&line, 0);
    strbuf_addc(&line, ' ');
    export_cell_time(&line, 1);
    cr_expect_str_eq(line.data, "0 7 -7 9223372036854775807 -9223372036854775808 +15046218927 "
                                "1970-01-01T00:00:00.000001Z");
}
