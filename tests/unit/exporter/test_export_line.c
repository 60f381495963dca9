#include <criterion/criterion.h>
#include <string.h>

#include "exporter/export_cell.h"
#include "exporter/export_line.h"

/* What PostgreSQL (src/backend/commands/copyto.c) quotes: what equals its NULL, which is empty; in
 * a row of one cell what would end the data; and what has a delimiter, quote, CR or LF in it. */
static void add_copied(const char *text, char delimiter, bool alone, StrBuf *row)
{
    const char specials[] = {delimiter, '"', '\n', '\r', '\0'};
    if (text[0] != '\0' && strpbrk(text, specials) == NULL &&
        (!alone || strcmp(text, "\\.") != 0)) {
        strbuf_adds(row, text);
        return;
    }
    strbuf_addc(row, '"');
    for (; *text != '\0'; text++) {
        strbuf_adds(row, *text == '"' ? "\"" : "");
        strbuf_addc(row, *text);
    }
    strbuf_addc(row, '"');
}

static const char *const texts[] = {
    "",
    "Ada",
    "a,b",
    "a;b",
    "a\tb",
    "a|b",
    ",",
    ";",
    "|",
    "\t",
    "\"",
    "\"\"",
    "\"a",
    "a\"",
    "say \"hi\"",
    "a\nb",
    "\n",
    "\r",
    "\r\n",
    "a\r\n",
    " ",
    " a",
    "a ",
    "a\t",
    "\ta",
    " \"",
    "\" ",
    "\\.",
    "\\",
    "\\N",
    "=1+1",
    "=",
    "==",
    "=1,2",
    "=\"x\"",
    "\"=1\"",
    "=a ",
    "=1\n2",
    "'=1",
    "''=1",
    "'",
    "' ",
    "'a",
    " =1",
    "\xC2\xA0=1",
    "\xC2\xA0",
    "\xC2\xA0"
    "a",
    "@x",
    "-1",
    "-",
    "+",
    "+1",
    "+15046218927",
    "+15046218927 ",
    "+1504,1",
    "+12345678901234567",
    "\xEF\xBC\x8B"
    "1",
    "\xEF\xBC\x9D",
    "\xEF\xBC\xA0,",
    "\xEF\xBC\xA1",
    "\xC3\x8D\xC3\xB1igo",
    "\xE2\x82\xAC",
    "0",
    "9 ",
    "[a]",
    "{",
    "~",
    "\x7F",
    "!",
    "#",
    "a=b",
    "1,5",
    "a,\"b\"\n ",
    "NULL",
};
enum { TEXTS = sizeof texts / sizeof texts[0] };

static ExportSpec spec_of(ExportColumn *columns, size_t count, char delimiter, bool raw, bool lf)
{
    return (ExportSpec){.columns = columns,
                        .column_count = count,
                        .delimiter = delimiter,
                        .raw = raw,
                        .line_feed = lf};
}

static ExportColumn column_of(const char *field)
{
    const char *key;
    return (ExportColumn){.field = filter_field_find(field, &key)};
}

/* The same line as when each value had been formatted by itself. */
static void check_texts(const ExportSpec *spec, const char *const values[])
{
    AUTO_STRBUF row = STRBUF_INIT;
    AUTO_STRBUF expected = STRBUF_INIT;
    AUTO_STRBUF found = STRBUF_INIT;
    char between[] = {spec->delimiter, '\0'};
    ExportCellRules rules = {spec->delimiter, spec->raw};
    ExportLine line;
    strbuf_adds(&expected, "before");
    for (size_t i = 0; i < spec->column_count; i++) {
        strbuf_adds(&row, i > 0 ? between : "");
        strbuf_adds(&expected, i > 0 ? between : "");
        if (values[i] != NULL) {
            add_copied(values[i], spec->delimiter, spec->column_count == 1, &row);
            export_cell_text(&expected, &rules, values[i], strlen(values[i]));
        }
    }
    strbuf_adds(&expected, expected.len == strlen("before") ? "\"\"" : "");
    strbuf_adds(&expected, spec->line_feed ? "\n" : "\r\n");
    strbuf_addc(&row, '\n');
    strbuf_adds(&found, "before");
    export_line_init(&line, spec, NULL);
    export_line_add(&line, row.data, row.len, &found);
    export_line_done(&line);
    cr_expect_str_eq(found.data, expected.data, "of %s", row.data);
}

Test(export_line, what_copy_wrote_becomes_what_each_cell_alone_would)
{
    static const char delimiters[] = {',', ';', '\t', '|'};
    ExportColumn columns[] = {column_of("first_name"), column_of("custom.x"), column_of("status")};
    for (int options = 0; options < 16; options++) {
        for (size_t i = 0; i < TEXTS; i++) {
            for (size_t count = 1; count <= 3; count++) {
                ExportSpec spec = spec_of(columns, count, delimiters[options % 4],
                                          (options & 4) != 0, (options & 8) != 0);
                for (size_t j = 0; j < TEXTS; j++) {
                    const char *const there[] = {texts[i], texts[j], texts[i]};
                    const char *const gone[] = {NULL, texts[j], NULL};
                    check_texts(&spec, there);
                    check_texts(&spec, gone);
                }
            }
        }
    }
}

Test(export_line, numbers_get_their_names_and_signs)
{
    static const struct {
        const char *field;
        const char *copied;
        const char *cell;
    } cases[] = {
        {"phone", "15046218927", "+15046218927"},
        {"phone", "", ""},
        {"stage", "1", "dnc"},
        {"stage", "6", "ready"},
        {"contacted", "t", "true"},
        {"dnc", "f", "false"},
        {"dnc", "", ""},
        {"attempts", "-3", "-3"},
        {"due_at", "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z"},
        {"due_at", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        ExportColumn columns[] = {column_of(cases[i].field), column_of("city"),
                                  column_of(cases[i].field)};
        ExportSpec spec = spec_of(columns, 3, ',', false, true);
        AUTO_STRBUF row = STRBUF_INIT;
        AUTO_STRBUF expected = STRBUF_INIT;
        AUTO_STRBUF found = STRBUF_INIT;
        ExportLine line;
        strbuf_addf(&row, "%s,\"a,b\",%s\n", cases[i].copied, cases[i].copied);
        strbuf_addf(&expected, "%s,\"a,b\",%s\n", cases[i].cell, cases[i].cell);
        export_line_init(&line, &spec, NULL);
        export_line_add(&line, row.data, row.len, &found);
        export_line_done(&line);
        cr_expect_str_eq(found.data, expected.data, "%s of %s", cases[i].field, cases[i].copied);
    }
}
