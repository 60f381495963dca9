#include "importer/csv_layout.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "importer/csv_sample.h"
#include "importer/mapping_words.h"

static size_t leading_phone_bytes(TextSlice cell, size_t *ret_digits, size_t *ret_punctuation)
{
    size_t at = 0;
    for (; at < cell.len; at++) {
        unsigned char c = (unsigned char)cell.data[at];
        if (!isdigit(c) && strchr("+-.()/ ", c) == NULL) {
            break;
        }
        *ret_digits += isdigit(c) != 0;
        *ret_punctuation += !isdigit(c);
    }
    return at;
}

static bool is_extension(const char *bytes, size_t len)
{
    static const char *const words[] = {"extension", "ext.", "ext", "x", "#"};
    size_t at = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0] && at == 0; i++) {
        size_t word_len = strlen(words[i]);
        at = len > word_len && strncasecmp(bytes, words[i], word_len) == 0 ? word_len : 0;
    }
    if (at == 0) {
        return false;
    }
    while (at < len && (isdigit((unsigned char)bytes[at]) || bytes[at] == ' ')) {
        at++;
    }
    return at == len;
}

/* Ten digits, or eight behind a plus; a sign or a lone dot makes it a decimal number. */
static bool looks_like_phone(TextSlice cell)
{
    size_t digits = 0;
    size_t punctuation = 0;
    size_t at = leading_phone_bytes(cell, &digits, &punctuation);
    char first = cell.len > 0 ? cell.data[0] : '-';
    bool is_decimal = first == '-' || (punctuation == 1 && memchr(cell.data, '.', at) != NULL);
    return !is_decimal && digits >= (first == '+' ? 8 : 10) && digits <= 15 &&
           (at == cell.len || is_extension(cell.data + at, cell.len - at));
}

static bool looks_like_email(TextSlice cell)
{
    const char *sign = memchr(cell.data, '@', cell.len);
    return sign != NULL && memchr(sign, '.', cell.len - (size_t)(sign - cell.data)) != NULL;
}

static bool looks_like_number(TextSlice cell)
{
    size_t at = 0;
    while (at < cell.len && isdigit((unsigned char)cell.data[at])) {
        at++;
    }
    return cell.len > 0 && at == cell.len;
}

/* What the first record and the others say. */
typedef struct Layout {
    size_t first_cells;
    size_t first_known;
    bool first_has_data; /* a phone or an email address */
    bool first_has_number;
    size_t most_cells;
    size_t rows; /* the first not counted */
    size_t filled[CSV_COLUMNS_MAX];
    size_t phones[CSV_COLUMNS_MAX];
    bool first_is_phone[CSV_COLUMNS_MAX];
    bool first_is_filled[CSV_COLUMNS_MAX];
} Layout;

static void layout_first(Layout *layout, const CsvFields *fields)
{
    layout->first_cells = layout->most_cells = fields->count;
    layout->first_known = mapping_words_count(fields->cells, fields->count);
    for (size_t i = 0; i < fields->count; i++) {
        TextSlice cell = fields->cells[i];
        layout->first_is_phone[i] = looks_like_phone(cell);
        layout->first_is_filled[i] = cell.len > 0;
        layout->first_has_data |= layout->first_is_phone[i] || looks_like_email(cell);
        layout->first_has_number |= looks_like_number(cell);
    }
}

static void layout_row(Layout *layout, const CsvFields *fields)
{
    layout->rows++;
    layout->most_cells = fields->count > layout->most_cells ? fields->count : layout->most_cells;
    for (size_t i = 0; i < fields->count; i++) {
        layout->filled[i] += fields->cells[i].len > 0;
        layout->phones[i] += looks_like_phone(fields->cells[i]);
    }
}

/* The first record's cells join the others' when it is no header. */
static void layout_merge_first(Layout *layout)
{
    layout->rows++;
    for (size_t i = 0; i < layout->first_cells; i++) {
        layout->filled[i] += layout->first_is_filled[i];
        layout->phones[i] += layout->first_is_phone[i];
    }
}

/* Four cells of five, and half of the rows have one. */
static bool is_phone_column(const Layout *layout, size_t i)
{
    return layout->filled[i] > 0 && layout->phones[i] * 5 >= layout->filled[i] * 4 &&
           layout->filled[i] * 2 >= layout->rows;
}

static size_t layout_phone_column(const Layout *layout)
{
    size_t found = 0;
    for (size_t i = 0; i < layout->most_cells; i++) {
        if (is_phone_column(layout, i)) {
            if (found > 0) {
                return 0;
            }
            found = i + 1;
        }
    }
    return found;
}

/* The first record has a word, not a hole, where the others have phones. */
static bool layout_names_a_phone_column(const Layout *layout)
{
    for (size_t i = 0; i < layout->first_cells; i++) {
        if (is_phone_column(layout, i)) {
            return layout->first_is_filled[i] && !layout->first_is_phone[i];
        }
    }
    return false;
}

static bool layout_has_phones(const Layout *layout)
{
    for (size_t i = 0; i < layout->most_cells; i++) {
        if (is_phone_column(layout, i)) {
            return true;
        }
    }
    return false;
}

static bool layout_has_header(const Layout *layout)
{
    if (layout->first_has_data) {
        return false;
    }
    if (layout->first_known > 0) {
        return true;
    }
    return layout_has_phones(layout) ? layout_names_a_phone_column(layout)
                                     : !layout->first_has_number;
}

void csv_layout_detect(const char *text,
                       size_t len,
                       bool is_whole,
                       char delimiter,
                       CsvHeader wish,
                       CsvLayout *ret_layout)
{
    AUTO_CSV_SAMPLE sample;
    csv_sample_init(&sample, text, len, is_whole, delimiter);
    AUTO_FREE Layout *layout = mem_alloc(sizeof *layout);
    if (csv_sample_next(&sample)) {
        layout_first(layout, &sample.fields);
    }
    while (csv_sample_next(&sample)) {
        layout_row(layout, &sample.fields);
    }
    bool has_header =
        wish == CSV_HEADER_DETECT ? layout_has_header(layout) : wish == CSV_HEADER_PRESENT;
    if (!has_header) {
        layout_merge_first(layout);
    }
    *ret_layout = (CsvLayout){
        .has_header = has_header,
        .columns = has_header ? layout->first_cells : layout->most_cells,
        .phone_column = layout_phone_column(layout),
    };
}
