#include <string.h>

#include "domain/filter.h"
#include "domain/stage.h"

typedef struct SqlWriter {
    StrBuf *buf;
    const char *values_sql;
    FilterValues *values;
    size_t at; /* values of what is written so far */
} SqlWriter;

/* As PostgreSQL has the type; one value of the array, cast to it. */
static const char *const sql_types[FILTER_TYPE_COUNT] = {
    [FILTER_TYPE_INT] = "bigint",   [FILTER_TYPE_TEXT] = "text",
    [FILTER_TYPE_CODE] = "text",    [FILTER_TYPE_STAGE] = "smallint",
    [FILTER_TYPE_BOOL] = "boolean", [FILTER_TYPE_TIME] = "timestamptz",
    [FILTER_TYPE_PHONE] = "bigint", [FILTER_TYPE_CUSTOM] = "text",
};

static const char *const sql_ops[FILTER_OP_COUNT] = {
    [FILTER_EQ] = " = ",        [FILTER_NE] = " IS DISTINCT FROM ",
    [FILTER_LT] = " < ",        [FILTER_LE] = " <= ",
    [FILTER_GT] = " > ",        [FILTER_GE] = " >= ",
    [FILTER_IN] = " = ANY (",   [FILTER_LIKE] = " LIKE ",
    [FILTER_NULL] = " IS NULL", [FILTER_NOT_NULL] = " IS NOT NULL",
};

/* What stands in the array for a value: a stage's number, a phone's digits, else the value. */
static const char *stored(const Filter *leaf, const char *value)
{
    static const char *const numbers[STAGE_END] = {"0", "1", "2", "3", "4", "5", "6"};
    if (leaf->field->type == FILTER_TYPE_PHONE) {
        return value + 1;
    }
    for (Stage stage = STAGE_DNC; leaf->field->type == FILTER_TYPE_STAGE && stage < STAGE_END;
         stage++) {
        if (strcmp(stage_name(stage), value) == 0) {
            return numbers[stage];
        }
    }
    return value;
}

static void add_value(SqlWriter *writer, const char *value)
{
    writer->values->items[writer->at++] = value;
    writer->values->count = writer->at > writer->values->count ? writer->at : writer->values->count;
}

/* A sub-select without a table: the server works it out once, not for each row. */
static void write_place(SqlWriter *writer, const char *value, const char *type)
{
    add_value(writer, value);
    strbuf_addf(writer->buf, "(SELECT (%s)[%zu]::%s)", writer->values_sql, writer->at, type);
}

static void write_array(SqlWriter *writer, const Filter *leaf, const char *type)
{
    size_t first = writer->at + 1;
    for (size_t i = 0; i < leaf->value_count; i++) {
        add_value(writer, stored(leaf, leaf->values[i]));
    }
    strbuf_addf(writer->buf, "(SELECT (%s)[%zu:%zu]::%s[])::%s[])", writer->values_sql, first,
                writer->at, type, type);
}

static void write_field(SqlWriter *writer, const Filter *leaf)
{
    strbuf_adds(writer->buf, leaf->field->sql);
    if (leaf->custom_key != NULL) {
        write_place(writer, leaf->custom_key, "text");
        strbuf_addc(writer->buf, ')');
    }
}

static bool is_order(FilterOp op)
{
    return op >= FILTER_LT && op <= FILTER_GE;
}

/* At most 30 digits on both sides of the point, as NUMBER below. */
static bool is_number(const char *text)
{
    static const char digits[] = "0123456789";
    text += *text == '-' ? 1 : 0;
    size_t whole = strspn(text, digits);
    text += whole;
    size_t fraction = *text == '.' ? strspn(text + 1, digits) : 0;
    bool point = *text == '.';
    text += point ? 1 + fraction : 0;
    return *text == '\0' && whole >= 1 && whole <= 30 &&
           (!point || (fraction >= 1 && fraction <= 30));
}

#define NUMBER "'^-?[0-9]{1,30}(\\.[0-9]{1,30})?$'"

/* What is no number is neither less nor more. */
static void write_numeric(SqlWriter *writer, const Filter *leaf)
{
    strbuf_adds(writer->buf, "(CASE WHEN ");
    write_field(writer, leaf);
    strbuf_adds(writer->buf, " ~ " NUMBER " THEN ");
    write_field(writer, leaf);
    strbuf_addf(writer->buf, "::numeric END)%s", sql_ops[leaf->op]);
    write_place(writer, leaf->values[0], "numeric");
}

static void write_leaf(SqlWriter *writer, const Filter *leaf)
{
    const char *type = sql_types[leaf->field->type];
    if (leaf->field->type == FILTER_TYPE_CUSTOM && is_order(leaf->op) &&
        is_number(leaf->values[0])) {
        write_numeric(writer, leaf);
        return;
    }
    write_field(writer, leaf);
    if (is_order(leaf->op) && strcmp(type, "text") == 0) {
        strbuf_adds(writer->buf, " COLLATE \"C\"");
    }
    strbuf_adds(writer->buf, sql_ops[leaf->op]);
    if (leaf->op == FILTER_IN) {
        write_array(writer, leaf, type);
    } else if (leaf->value_count == 1) {
        write_place(writer, stored(leaf, leaf->values[0]), type);
    }
    if (leaf->op == FILTER_LIKE) {
        strbuf_adds(writer->buf, " ESCAPE ''"); /* a backslash means itself */
    }
}

/* Unknown is as good as false but under a NOT, which therefore asks for the truth first. */
static void write_tree(SqlWriter *writer, const Filter *filter)
{
    strbuf_addc(writer->buf, '(');
    for (size_t i = 0; i < filter->child_count; i++) {
        strbuf_adds(writer->buf, i == 0 ? "" : filter->op == FILTER_AND ? " AND " : " OR ");
        write_tree(writer, filter->children[i]);
    }
    if (filter->op == FILTER_NOT) {
        strbuf_adds(writer->buf, " IS NOT TRUE");
    } else if (filter->op > FILTER_NOT) {
        write_leaf(writer, filter);
    }
    strbuf_addc(writer->buf, ')');
}

void filter_sql(const Filter *filter, const char *values_sql, StrBuf *buf, FilterValues *ret_values)
{
    ret_values->count = 0;
    SqlWriter writer = {buf, values_sql, ret_values, 0};
    write_tree(&writer, filter);
}

/* ---- by what a lead is named ---- */

/* Whose condition is not asked for has its values all the same, so that all have the places that
 * filter_sql() gives them. */
static void skip_tree(SqlWriter *writer, const Filter *filter)
{
    AUTO_STRBUF nothing = STRBUF_INIT;
    SqlWriter skipped = *writer;
    skipped.buf = &nothing;
    write_tree(&skipped, filter);
    writer->at = skipped.at;
}

/* No deeper than FILTER_DEPTH_MAX. */
static void /* NOLINTNEXTLINE(misc-no-recursion) */
write_named(SqlWriter *writer, const Filter *filter, FilterNames *names)
{
    size_t first = writer->at;
    strbuf_addc(writer->buf, '(');
    if (filter->op == FILTER_AND) {
        write_tree(writer, filter);
        strbuf_adds(writer->buf, " AND (");
        writer->at = first;
    }
    for (size_t i = 0; filter->op <= FILTER_OR && i < filter->child_count; i++) {
        strbuf_adds(writer->buf, i == 0 ? "" : " OR ");
        write_named(writer, filter->children[i], names);
    }
    if (filter->op == FILTER_AND) {
        strbuf_addc(writer->buf, ')');
    } else if (filter->op > FILTER_NOT && names(filter)) {
        write_leaf(writer, filter);
    } else if (filter->op != FILTER_OR) {
        skip_tree(writer, filter);
        strbuf_adds(writer->buf, "false");
    }
    strbuf_addc(writer->buf, ')');
}

void filter_named_sql(const Filter *filter,
                      FilterNames *names,
                      const char *values_sql,
                      StrBuf *buf,
                      FilterValues *ret_values)
{
    ret_values->count = 0;
    SqlWriter writer = {buf, values_sql, ret_values, 0};
    write_named(&writer, filter, names);
}
