#include "exporter/export_dnc.h"

#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "exporter/export_fields.h"

static const FilterField *field_find(const char *name)
{
    size_t index = 0;
    while (strcmp(export_field_at(EXPORT_DNC, index)->name, name) != 0) {
        index++;
    }
    return export_field_at(EXPORT_DNC, index);
}

static Filter *leaf_make(FilterOp op, const char *value)
{
    Filter *leaf = mem_alloc(sizeof *leaf);
    leaf->op = op;
    leaf->field = field_find("expires_at");
    if (value != NULL) {
        leaf->values = mem_alloc(sizeof *leaf->values);
        leaf->values[leaf->value_count++] = mem_strdup(value);
    }
    return leaf;
}

Filter *export_dnc_open(int64_t now_us)
{
    char now[CLOCK_RFC3339_SIZE];
    Filter *open = mem_alloc(sizeof *open);
    clock_format_rfc3339(now_us, now);
    open->op = FILTER_OR;
    open->children = mem_alloc(2 * sizeof *open->children);
    open->children[open->child_count++] = leaf_make(FILTER_NULL, NULL);
    open->children[open->child_count++] = leaf_make(FILTER_GT, now);
    return open;
}
