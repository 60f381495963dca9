/* law_pack.h - what the law says about calling hours, closed days and how often one may call: dated
 * data files with their sources. Layer: domain.
 *
 * The files of schemas/laws are part of every binary; a directory (LEADSPOOL_LAW_PACKS) adds packs,
 * or replaces one of the same name. NAME.json:
 *
 *   {"name": "us", "title": "...", "revised": "2026-11-24",
 *    "holidays": {"christmas": {"name": "Christmas Day", "month": 12, "day": 25}, ...},
 *    "rules": [{"region": "FL", "from": "2021-07-01", "windows": [...], "closed": ["christmas"],
 *               "calls": 3, "window_s": 86400, "source": "Fla. Stat. 501.616(6)", "url": "..."}]}
 *
 * A rule without region holds for every lead of a campaign with that pack; one with a region (the
 * postal code of a state, state.h) for leads that may be there. All rules that hold at a time hold
 * together. from and until (optional, its last day) are dates on the called party's clock. windows
 * as in hours.h: a weekday that has none is closed. calls and window_s: at most so many calls in
 * any so many seconds. A holiday is one of
 *
 *   {"month": 12, "day": 25, "observed": "monday"}       also the Monday behind a Sunday
 *   {"month": 7, "day": 4, "observed": "nearest"}        also the Friday before a Saturday
 *   {"month": 11, "weekday": "thu", "nth": 4}            nth -1: the last one
 *   {"easter": -47}                                      days from Easter Sunday
 *   {"date": "2026-12-24"}                               once
 *
 * Packs are loaded once and never freed; all functions but law_packs_load() are thread-safe. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "domain/hours.h"

typedef enum LawHolidayKind {
    LAW_HOLIDAY_DAY,     /* month, day */
    LAW_HOLIDAY_WEEKDAY, /* month, weekday, nth */
    LAW_HOLIDAY_EASTER,  /* day: from Easter Sunday */
    LAW_HOLIDAY_ONCE,    /* once: days since 1970-01-01 */
} LawHolidayKind;

typedef enum LawObserved {
    LAW_OBSERVED_ITSELF,
    LAW_OBSERVED_MONDAY,
    LAW_OBSERVED_NEAREST,
} LawObserved;

typedef struct LawHoliday {
    char key[32];
    char name[64];
    LawHolidayKind kind;
    LawObserved observed;
    int month;
    int day;
    int weekday; /* 0: Monday */
    int nth;
    int32_t once;
} LawHoliday;

typedef struct LawCap {
    int calls; /* 0: none */
    int32_t window_s;
} LawCap;

/* Each rule may have a cap. */
enum { LAW_HOLIDAYS_MAX = 40, LAW_RULES_MAX = 200, LAW_CAPS_MAX = LAW_RULES_MAX };

typedef struct LawRule {
    char region[3];    /* "" everywhere */
    int32_t from_day;  /* days since 1970-01-01 */
    int32_t until_day; /* the last; INT32_MAX: still in force */
    Hours hours;       /* no window: none of its own */
    int closed_count;
    const LawHoliday *closed[LAW_HOLIDAYS_MAX];
    LawCap cap;
    char source[160];
    char url[240];
} LawRule;

typedef struct LawPack {
    char name[65];
    char title[120];
    char revised[11];
    int holiday_count;
    LawHoliday holidays[LAW_HOLIDAYS_MAX];
    int rule_count;
    LawRule *rules;
    char *regions; /* those that its rules name: sorted, by comma */
} LawPack;

/* To be called at start, before other threads run: reads every *.json of dir; "" or NULL: none.
 * STATUS_FATAL law_pack_invalid, the text naming file and fault. May be called again: what it adds
 * takes the place of packs of the same names. */
Status law_packs_load(const char *dir, Error *err) MUST_CHECK;

/* By name; NULL when there is none. */
const LawPack *law_pack_find(const char *name);

/* The same for a command's field "law_pack": "" gives NULL (no law); an unknown one is
 * STATUS_BAD_INPUT unknown_law_pack. */
Status law_pack_choose(const char *name, const LawPack **ret, Error *err) MUST_CHECK;

/* Names of all packs, sorted, by comma. */
const char *law_pack_names(void);

/* A pack from its text; file is for texts only. STATUS_BAD_INPUT law_pack_invalid. */
Status law_pack_parse(const char *text, size_t len, const char *file, LawPack **ret, Error *err)
    MUST_CHECK;
void law_pack_free(LawPack *pack);

/* Regions that any pack names: those in which the law differs. Sorted, by comma; static. */
const char *law_regions(void);
bool law_region_differs(const char *region);

/* Does the rule hold for a lead that may be in one of these (sorted, by comma)? */
bool law_rule_covers(const LawRule *rule, const char *regions);

/* Is it in force on that day (days since 1970-01-01)? */
bool law_rule_in_force(const LawRule *rule, int32_t day);

/* The holiday on which the rule closes that day, NULL when it does not. */
const LawHoliday *law_rule_holiday(const LawRule *rule, int32_t day);

/* The caps that hold, each with its rule, into ret; their number. pack may be NULL. In force is
 * what is in force anywhere on earth at that time. */
typedef struct LawCapFound {
    LawCap cap;
    const LawRule *rule;
} LawCapFound;

int law_pack_caps(const LawPack *pack,
                  const char *regions,
                  int64_t at_us,
                  LawCapFound ret[LAW_CAPS_MAX]);
