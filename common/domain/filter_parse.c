/* Recursive descent over the grammar in filter.h; depth is counted, so the stack is bounded. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "domain/filter.h"
#include "domain/filter_build.h"
#include "domain/filter_word.h"
#include "domain/text.h"

/* Of parentheses and nots: twice what the tree may have, since each not may bring a pair. */
enum { PARSE_DEPTH_MAX = 2 * FILTER_DEPTH_MAX + 2 };

typedef struct FilterParser {
    const char *text;
    const char *at;    /* the next token; blanks before it are skipped */
    const char *wrong; /* what the error is about */
    FilterSize size;
    int depth;
    Error *err;
} FilterParser;

static Filter *parse_any(FilterParser *parser);

/* ---- tokens ---- */

static void skip_blanks(FilterParser *parser)
{
    parser->at += strspn(parser->at, " \t\r\n");
}

static void step(FilterParser *parser, size_t len)
{
    parser->at += len;
    skip_blanks(parser);
}

static bool take_word(FilterParser *parser, const char *word)
{
    if (!filter_word_is(parser->at, word)) {
        return false;
    }
    step(parser, strlen(word));
    return true;
}

static bool take_char(FilterParser *parser, char c)
{
    if (*parser->at != c) {
        return false;
    }
    step(parser, 1);
    return true;
}

static Status wanted(FilterParser *parser, const char *what)
{
    parser->wrong = parser->at;
    return error_set_field(parser->err, "where", "filter_syntax", "%s is expected here%s", what,
                           *parser->at == '\0' ? ", where the filter ends" : "");
}

/* At a quote: the text up to the next, which stands twice for itself. The caller frees *ret. */
static Status take_quoted(FilterParser *parser, char **ret)
{
    char quote = *parser->at;
    AUTO_STRBUF text = STRBUF_INIT;
    const char *c = parser->at + 1;
    for (; *c != quote || c[1] == quote; c++) {
        if (*c == '\0') {
            parser->wrong = parser->at;
            return error_set_field(parser->err, "where", "filter_syntax",
                                   "the quote that begins here is not closed");
        }
        strbuf_addc(&text, *c);
        c += *c == quote ? 1 : 0;
    }
    step(parser, (size_t)(c + 1 - parser->at));
    *ret = strbuf_detach(&text);
    return STATUS_OK;
}

/* ---- conditions ---- */

static Status parse_value(FilterParser *parser, Filter *leaf)
{
    AUTO_FREE char *text = NULL;
    const char *begin = parser->at;
    size_t len = filter_word_len(begin);
    if (*begin == '\'') {
        if (take_quoted(parser, &text) != STATUS_OK) {
            return parser->err->status;
        }
    } else if (len == 0) {
        return wanted(parser, "a value");
    } else if (filter_word_is(begin, "null")) {
        return wanted(parser, "a value (for null: is null, is not null)");
    } else {
        text = mem_strndup(begin, len);
        step(parser, len);
    }
    parser->wrong = begin;
    return filter_add_value(&parser->size, leaf, text, parser->err);
}

static Status parse_values(FilterParser *parser, Filter *leaf)
{
    if (!take_char(parser, '(')) {
        return wanted(parser, "(");
    }
    Status status;
    do {
        status = parse_value(parser, leaf);
    } while (status == STATUS_OK && take_char(parser, ','));
    if (status == STATUS_OK && !take_char(parser, ')')) {
        status = wanted(parser, "a comma or )");
    }
    return status;
}

static Status parse_field(FilterParser *parser, Filter *leaf)
{
    static const char prefix[] = "custom.";
    const char *begin = parser->at;
    size_t len = filter_word_len(begin);
    if (len == 0) {
        return wanted(parser, "the name of a field");
    }
    AUTO_FREE char *name = mem_strndup(begin, len);
    parser->at += len;
    if (strcmp(name, prefix) == 0 && *parser->at == '"') {
        AUTO_FREE char *key = NULL;
        if (take_quoted(parser, &key) != STATUS_OK) {
            return parser->err->status;
        }
        free(name);
        name = mem_sprintf("%s%s", prefix, key);
    }
    skip_blanks(parser);
    parser->wrong = begin;
    return filter_set_field(leaf, name, parser->err);
}

/* Longer ones before those that they begin with. */
static const struct FilterSign {
    const char *sign;
    FilterOp op;
} filter_signs[] = {
    {"<=", FILTER_LE}, {">=", FILTER_GE}, {"!=", FILTER_NE}, {"<>", FILTER_NE},
    {"=", FILTER_EQ},  {"<", FILTER_LT},  {">", FILTER_GT},
};

static FilterOp take_sign(FilterParser *parser)
{
    for (size_t i = 0; i < sizeof filter_signs / sizeof filter_signs[0]; i++) {
        size_t len = strlen(filter_signs[i].sign);
        if (strncmp(parser->at, filter_signs[i].sign, len) == 0) {
            step(parser, len);
            return filter_signs[i].op;
        }
    }
    return FILTER_OP_COUNT;
}

/* *ret_not: it stands behind a "not" of its own. */
static Status parse_op(FilterParser *parser, Filter *leaf, bool *ret_not)
{
    const char *begin = parser->at;
    FilterOp op = take_sign(parser);
    *ret_not = false;
    if (op == FILTER_OP_COUNT && take_word(parser, "is")) {
        op = take_word(parser, "not") ? FILTER_NOT_NULL : FILTER_NULL;
        if (!take_word(parser, "null")) {
            return wanted(parser, "null");
        }
    } else if (op == FILTER_OP_COUNT) {
        *ret_not = take_word(parser, "not");
        op = take_word(parser, "in") ? FILTER_IN : op;
        op = op == FILTER_OP_COUNT && take_word(parser, "like") ? FILTER_LIKE : op;
    }
    if (op == FILTER_OP_COUNT) {
        return wanted(parser, "=, !=, <, <=, >, >=, in, like or is null");
    }
    parser->wrong = begin;
    return filter_set_op(leaf, op, parser->err);
}

static Filter *parse_test(FilterParser *parser)
{
    AUTO_FILTER *leaf = filter_node(&parser->size, FILTER_EQ, parser->err);
    bool is_not = false;
    Status status = leaf == NULL ? STATUS_BAD_INPUT : parse_field(parser, leaf);
    if (status == STATUS_OK) {
        status = parse_op(parser, leaf, &is_not);
    }
    if (status == STATUS_OK && leaf->op == FILTER_IN) {
        status = parse_values(parser, leaf);
    } else if (status == STATUS_OK && leaf->op < FILTER_NULL) {
        status = parse_value(parser, leaf);
    }
    Filter *made = leaf;
    if (status == STATUS_OK && is_not) {
        made = filter_node(&parser->size, FILTER_NOT, parser->err);
        if (made != NULL) {
            filter_add_child(made, leaf);
        }
    }
    if (status != STATUS_OK || made == NULL) {
        return NULL;
    }
    leaf = NULL;
    return made;
}

/* ---- what joins them; each returns NULL with the error set ---- */

static Filter *parse_group(FilterParser *parser)
{
    AUTO_FILTER *inner = parse_any(parser);
    if (inner != NULL && !take_char(parser, ')')) {
        (void)wanted(parser, "and, or or )");
        return NULL;
    }
    Filter *made = inner;
    inner = NULL;
    return made;
}

static Filter *parse_one(FilterParser *parser);

static Filter *parse_not(FilterParser *parser)
{
    AUTO_FILTER *made = filter_node(&parser->size, FILTER_NOT, parser->err);
    Filter *inner = made == NULL ? NULL : parse_one(parser);
    if (inner == NULL) {
        return NULL;
    }
    filter_add_child(made, inner);
    Filter *whole = made;
    made = NULL;
    return whole;
}

static Filter *parse_one(FilterParser *parser)
{
    parser->wrong = parser->at;
    bool is_group = *parser->at == '(';
    if (!is_group && !filter_word_is(parser->at, "not")) {
        return parse_test(parser);
    }
    if (parser->depth == PARSE_DEPTH_MAX) {
        (void)filter_too_deep(parser->err);
        return NULL;
    }
    parser->depth++;
    step(parser, is_group ? 1 : strlen("not"));
    Filter *made = is_group ? parse_group(parser) : parse_not(parser);
    parser->depth--;
    return made;
}

/* One, or several with the word between them, by the next deeper parser. */
static Filter *
parse_joined(FilterParser *parser, FilterOp op, Filter *(*parse_part)(FilterParser *parser))
{
    AUTO_FILTER *made = parse_part(parser);
    const char *word = filter_op_name(op);
    bool joined = false;
    while (made != NULL && filter_word_is(parser->at, word)) {
        parser->wrong = parser->at;
        if (!joined) {
            Filter *join = filter_node(&parser->size, op, parser->err);
            if (join == NULL) {
                return NULL;
            }
            filter_add_child(join, made);
            made = join;
            joined = true;
        }
        step(parser, strlen(word));
        Filter *part = parse_part(parser);
        if (part == NULL) {
            return NULL;
        }
        filter_add_child(made, part);
    }
    Filter *whole = made;
    made = NULL;
    return whole;
}

static Filter *parse_all(FilterParser *parser)
{
    return parse_joined(parser, FILTER_AND, parse_one);
}

static Filter *parse_any(FilterParser *parser)
{
    return parse_joined(parser, FILTER_OR, parse_all);
}

/* ---- the whole ---- */

/* Says where as a column, in front of the text. */
static Status place_error(const FilterParser *parser, size_t *ret_at)
{
    size_t at = (size_t)(parser->wrong - parser->text);
    size_t column = 1;
    for (size_t i = 0; i < at; i++) {
        column += (parser->text[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    if (ret_at != NULL) {
        *ret_at = at;
    }
    Error *err = parser->err;
    Error plain = *err;
    return error_set_field(err, plain.field, plain.code, "column %zu: %.480s", column, plain.text);
}

Status filter_parse(const char *text, Filter **ret, size_t *ret_at, Error *err)
{
    Error dropped;
    FilterParser parser = {
        .text = text, .at = text, .wrong = text, .err = err != NULL ? err : &dropped};
    size_t len = strlen(text);
    if (len > FILTER_TEXT_MAX) {
        (void)error_set_field(parser.err, "where", "filter_too_large",
                              "a filter may have at most %d bytes", FILTER_TEXT_MAX);
        return place_error(&parser, ret_at);
    }
    size_t bad_at = 0;
    if (!text_utf8_valid(text, len, &bad_at)) {
        parser.wrong = text + bad_at;
        (void)error_set_field(parser.err, "where", "filter_syntax", "this is not UTF-8");
        return place_error(&parser, ret_at);
    }
    skip_blanks(&parser);
    AUTO_FILTER *filter = parse_any(&parser);
    if (filter != NULL && *parser.at != '\0') {
        (void)wanted(&parser, "and, or or the end");
        return place_error(&parser, ret_at);
    }
    if (filter != NULL && filter_depth(filter) > FILTER_DEPTH_MAX) {
        parser.wrong = text;
        (void)filter_too_deep(parser.err);
        return place_error(&parser, ret_at);
    }
    if (filter == NULL) {
        return place_error(&parser, ret_at);
    }
    *ret = filter;
    filter = NULL;
    return STATUS_OK;
}
