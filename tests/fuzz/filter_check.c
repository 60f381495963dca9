#include "filter_check.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "domain/filter_build.h"
#include "fuzz.h"

static bool same_text(const char *a, const char *b)
{
    return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool same_tree(const Filter *a, const Filter *b)
{
    bool same = a->op == b->op && a->field == b->field && same_text(a->custom_key, b->custom_key) &&
                a->child_count == b->child_count && a->value_count == b->value_count;
    for (size_t i = 0; same && i < a->value_count; i++) {
        same = same_text(a->values[i], b->values[i]);
    }
    for (size_t i = 0; same && i < a->child_count; i++) {
        same = same_tree(a->children[i], b->children[i]);
    }
    return same;
}

void filter_check_refusal(Status status, const Error *err)
{
    FUZZ_CHECK(status == STATUS_BAD_INPUT && err->status == status, "status %d", (int)status);
    FUZZ_CHECK(err->code[0] != '\0' && err->text[0] != '\0', "%s: %s", err->code, err->text);
}

/* ---- text and JSON ---- */

static void check_text(const Filter *filter)
{
    AUTO_STRBUF text = STRBUF_INIT;
    AUTO_FILTER *again = NULL;
    Error err = {0};
    filter_print(filter, &text);
    Status status = filter_parse(text.data, &again, NULL, &err);
    if (status != STATUS_OK && text.len > FILTER_TEXT_MAX) {
        FUZZ_CHECK(strcmp(err.code, "filter_too_large") == 0, "%s", err.code);
        return;
    }
    FUZZ_CHECK(status == STATUS_OK, "%s: %s", text.data, err.text);
    FUZZ_CHECK(same_tree(filter, again), "%s", text.data);
}

static void check_json(const Filter *filter)
{
    AUTO_FILTER *again = NULL;
    Error err = {0};
    json_t *json = filter_to_json(filter);
    AUTO_FREE char *text = json_dumps(json, JSON_COMPACT);
    json_decref(json);
    json_t *read = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    FUZZ_CHECK(filter_json(read, &again, &err) == STATUS_OK, "%s: %s", text, err.text);
    FUZZ_CHECK(same_tree(filter, again), "%s", text);
    json_decref(read);
}

/* ---- SQL ---- */

#define VALUES_SQL "@values"

/* What a statement may quote: nothing, and what a number looks like. */
static const char *const quoted_texts[] = {"''", "'^-?[0-9]{1,30}(\\.[0-9]{1,30})?$'"};

static size_t quoted_len(const char *at)
{
    for (size_t i = 0; i < sizeof quoted_texts / sizeof quoted_texts[0]; i++) {
        size_t len = strlen(quoted_texts[i]);
        if (strncmp(at, quoted_texts[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

/* Marks the places that "[3]" or "[3:7]" at `at` reads. */
static void mark_places(const char *at, bool *marks, size_t count)
{
    size_t first = 0;
    size_t last = 0;
    int parts = sscanf(at, "[%zu:%zu]", &first, &last);
    last = parts == 2 ? last : first;
    FUZZ_CHECK(parts >= 1 && first >= 1 && first <= last && last <= count, "%.30s of %zu", at,
               count);
    memset(marks + first, true, last + 1 - first);
}

static void check_statement(const char *sql, bool *marks, size_t count)
{
    static const char place[] = "(" VALUES_SQL ")";
    int open = 0;
    for (const char *at = sql; *at != '\0';) {
        size_t len = *at == '\'' ? quoted_len(at) : 1;
        FUZZ_CHECK(len > 0 && *at >= ' ' && *at <= '~', "%s", at);
        open += *at == '(' ? 1 : 0;
        open -= *at == ')' ? 1 : 0;
        FUZZ_CHECK(open >= 0, "%s", sql);
        if (strncmp(at, place, strlen(place)) == 0) {
            mark_places(at + strlen(place), marks, count);
        }
        at += len;
    }
    FUZZ_CHECK(open == 0, "%s", sql);
}

static bool names_some(const Filter *leaf)
{
    return leaf->op == FILTER_EQ || leaf->op == FILTER_IN;
}

static void check_sql(const Filter *filter)
{
    static FilterValues values;
    static FilterValues named_values;
    static bool marks[sizeof values.items / sizeof values.items[0] + 1];
    AUTO_STRBUF sql = STRBUF_INIT;
    AUTO_STRBUF named = STRBUF_INIT;
    memset(marks, 0, sizeof marks);
    filter_sql(filter, VALUES_SQL, &sql, &values);
    check_statement(sql.data, marks, values.count);
    for (size_t i = 1; i <= values.count; i++) {
        FUZZ_CHECK(marks[i], "place %zu of %zu: %s", i, values.count, sql.data);
    }
    filter_named_sql(filter, names_some, VALUES_SQL, &named, &named_values);
    check_statement(named.data, marks, values.count);
    FUZZ_CHECK(named_values.count == values.count, "%zu, %zu", named_values.count, values.count);
    for (size_t i = 0; i < values.count; i++) {
        FUZZ_CHECK(named_values.items[i] == values.items[i], "value %zu", i);
    }
}

void filter_check(const Filter *filter)
{
    FUZZ_CHECK(filter_depth(filter) <= FILTER_DEPTH_MAX, "%d", filter_depth(filter));
    check_text(filter);
    check_json(filter);
    check_sql(filter);
}
