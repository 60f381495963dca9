#include <string.h>

#include "domain/filter.h"
#include "domain/filter_word.h"

static const char *const print_ops[FILTER_OP_COUNT] = {
    [FILTER_EQ] = " = ",        [FILTER_NE] = " != ",
    [FILTER_LT] = " < ",        [FILTER_LE] = " <= ",
    [FILTER_GT] = " > ",        [FILTER_GE] = " >= ",
    [FILTER_LIKE] = " like ",   [FILTER_IN] = " in (",
    [FILTER_NULL] = " is null", [FILTER_NOT_NULL] = " is not null",
};

static void print_quoted(StrBuf *buf, const char *text, char quote)
{
    strbuf_addc(buf, quote);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == quote) {
            strbuf_addc(buf, quote);
        }
        strbuf_addc(buf, *c);
    }
    strbuf_addc(buf, quote);
}

static void print_value(StrBuf *buf, const char *text)
{
    if (text[0] != '\0' && filter_word_len(text) == strlen(text) && !filter_word_is(text, "null")) {
        strbuf_adds(buf, text);
    } else {
        print_quoted(buf, text, '\'');
    }
}

static void print_leaf(StrBuf *buf, const Filter *leaf)
{
    strbuf_adds(buf, leaf->field->name);
    if (leaf->custom_key != NULL) {
        strbuf_addc(buf, '.');
        if (filter_word_len(leaf->custom_key) == strlen(leaf->custom_key)) {
            strbuf_adds(buf, leaf->custom_key);
        } else {
            print_quoted(buf, leaf->custom_key, '"');
        }
    }
    strbuf_adds(buf, print_ops[leaf->op]);
    for (size_t i = 0; i < leaf->value_count; i++) {
        strbuf_adds(buf, i > 0 ? ", " : "");
        print_value(buf, leaf->values[i]);
    }
    strbuf_adds(buf, leaf->op == FILTER_IN ? ")" : "");
}

/* A child that is itself an and, or or not stands in parentheses. */
static void print_child(StrBuf *buf, const Filter *child)
{
    bool group = child->op <= FILTER_NOT;
    strbuf_adds(buf, group ? "(" : "");
    filter_print(child, buf);
    strbuf_adds(buf, group ? ")" : "");
}

void filter_print(const Filter *filter, StrBuf *buf)
{
    if (filter->op > FILTER_NOT) {
        print_leaf(buf, filter);
        return;
    }
    strbuf_adds(buf, filter->op == FILTER_NOT ? "not " : "");
    for (size_t i = 0; i < filter->child_count; i++) {
        strbuf_adds(buf, i == 0 ? "" : filter->op == FILTER_AND ? " and " : " or ");
        print_child(buf, filter->children[i]);
    }
}
