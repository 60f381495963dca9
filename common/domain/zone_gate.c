#include "domain/zone_gate.h"

#include <stdlib.h>
#include <string.h>

#include "domain/law_pack.h"
#include "domain/state.h"

enum { NAMES_MAX = 128 };

typedef struct Names {
    TextSlice names[NAMES_MAX];
    size_t count;
} Names;

/* Cuts a run of names at commas; *at is moved behind the name. False at the end. */
static bool next_name(TextSlice *rest, TextSlice *ret)
{
    if (rest->len == 0) {
        return false;
    }
    const char *comma = memchr(rest->data, ',', rest->len);
    ret->data = rest->data;
    ret->len = comma != NULL ? (size_t)(comma - rest->data) : rest->len;
    size_t used = ret->len + (comma != NULL);
    *rest = (TextSlice){rest->data + used, rest->len - used};
    return true;
}

static int compare_names(const void *a, const void *b)
{
    const TextSlice *left = a;
    const TextSlice *right = b;
    int order = memcmp(left->data, right->data, left->len < right->len ? left->len : right->len);
    return order != 0 ? order : (left->len > right->len) - (left->len < right->len);
}

static void names_add(Names *names, TextSlice list)
{
    TextSlice name;
    while (names->count < NAMES_MAX && next_name(&list, &name)) {
        names->names[names->count++] = name;
    }
}

static bool names_have(const Names *names, TextSlice name)
{
    for (size_t i = 0; i < names->count; i++) {
        if (compare_names(&names->names[i], &name) == 0) {
            return true;
        }
    }
    return false;
}

static void names_write(Names *names, char *to)
{
    qsort(names->names, names->count, sizeof *names->names, compare_names);
    *to = '\0';
    const char *start = to;
    for (size_t i = 0; i < names->count; i++) {
        if (i == 0 || compare_names(&names->names[i - 1], &names->names[i]) != 0) {
            to = to > start ? stpcpy(to, ",") : to;
            to = mempcpy(to, names->names[i].data, names->names[i].len);
            *to = '\0';
        }
    }
}

/* What "name=" of the key says; data is NULL when it is not there. */
static TextSlice key_part(const char *key, const char *name)
{
    size_t name_len = strlen(name);
    for (const char *at = key; *at != '\0';) {
        size_t len = strcspn(at, ";");
        if (len >= name_len && memcmp(at, name, name_len) == 0) {
            return (TextSlice){at + name_len, len - name_len};
        }
        at += len + (at[len] == ';');
    }
    return (TextSlice){NULL, 0};
}

static bool keeps_one(const State *state, const Names *zones)
{
    TextSlice rest = text_of(state != NULL ? state->zones : "");
    TextSlice zone;
    while (next_name(&rest, &zone)) {
        if (names_have(zones, zone)) {
            return true;
        }
    }
    return false;
}

static void add_possible_regions(const Names *zones, Names *ret)
{
    TextSlice rest = text_of(law_regions());
    TextSlice region;
    while (ret->count < NAMES_MAX && next_name(&rest, &region)) {
        if (keeps_one(state_find(region), zones)) {
            ret->names[ret->count++] = region;
        }
    }
}

void zone_gate(const char *key, ZoneGate *ret)
{
    Names zones = {.count = 0};
    Names regions = {.count = 0};
    names_add(&zones, key_part(key, "own="));
    names_add(&zones, key_part(key, "area="));
    names_add(&zones, key_part(key, "state="));
    TextSlice told = key_part(key, "regions=");
    if (told.data != NULL) {
        names_add(&regions, told);
    } else {
        add_possible_regions(&zones, &regions);
    }
    names_write(&zones, ret->zones);
    names_write(&regions, ret->regions);
}

static bool part_has(const char *key, const char *part, const char *zone)
{
    Names names = {.count = 0};
    names_add(&names, key_part(key, part));
    return names_have(&names, text_of(zone));
}

const char *zone_gate_fact(const char *key, const char *zone)
{
    static const char *const by_area_and_state[2][2] = {{"", "state"},
                                                        {"area code", "area code and state"}};
    return part_has(key, "own=", zone)
               ? "time_zone"
               : by_area_and_state[part_has(key, "area=", zone)][part_has(key, "state=", zone)];
}
