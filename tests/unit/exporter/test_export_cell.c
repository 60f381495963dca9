#include <criterion/criterion.h>
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
