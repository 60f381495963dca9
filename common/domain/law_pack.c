#include "domain/law_pack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "domain/day.h"
#include "domain/law_pack_files.h"
#include "domain/state.h"

enum { LAW_PACKS_MAX = 64, LAW_FAR_EAST_S = 14 * 3600, LAW_FAR_WEST_S = -12 * 3600 };

/* ---- holidays ---- */

static const char *const observed_words[] = {"itself", "monday", "nearest", NULL};
static const char *const weekday_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", NULL};

/* weekday, observed: -1 when absent. easter: INT32_MAX when absent. */
typedef struct HolidayFields {
    const char *name;
    int64_t month;
    int64_t day;
    int observed;
    int weekday;
    int64_t nth;
    int64_t easter;
    const char *date;
} HolidayFields;

static const JsonField holiday_fields[] = {
    {"name", JSON_FIELD_STRING, offsetof(HolidayFields, name), .required = true, .min = 1,
     .max = sizeof((LawHoliday *)0)->name - 1},
    {"month", JSON_FIELD_INT, offsetof(HolidayFields, month), .min = 1, .max = 12},
    {"day", JSON_FIELD_INT, offsetof(HolidayFields, day), .min = 1, .max = 31},
    {"observed", JSON_FIELD_ENUM, offsetof(HolidayFields, observed), .words = observed_words},
    {"weekday", JSON_FIELD_ENUM, offsetof(HolidayFields, weekday), .words = weekday_words},
    {"nth", JSON_FIELD_INT, offsetof(HolidayFields, nth), .min = -5, .max = 5},
    {"easter", JSON_FIELD_INT, offsetof(HolidayFields, easter), .min = -80, .max = 240},
    {"date", JSON_FIELD_STRING, offsetof(HolidayFields, date)},
    {0},
};

/* Which of the forms it is: every field that belongs to it, and none that does not. */
static bool holiday_kind(const HolidayFields *fields, LawHolidayKind *ret)
{
    bool easter = fields->easter != INT32_MAX;
    const bool has[] = {fields->month != 0,   fields->day != 0, fields->weekday >= 0,
                        fields->nth != 0,     easter,           fields->date != NULL,
                        fields->observed >= 0};
    static const struct {
        LawHolidayKind kind;
        bool needs[7];
    } forms[] = {
        {LAW_HOLIDAY_DAY, {true, true, false, false, false, false, false}},
        {LAW_HOLIDAY_DAY, {true, true, false, false, false, false, true}},
        {LAW_HOLIDAY_WEEKDAY, {true, false, true, true, false, false, false}},
        {LAW_HOLIDAY_EASTER, {false, false, false, false, true, false, false}},
        {LAW_HOLIDAY_ONCE, {false, false, false, false, false, true, false}},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        if (memcmp(forms[i].needs, has, sizeof has) == 0) {
            *ret = forms[i].kind;
            return true;
        }
    }
    return false;
}

static Status read_holiday(const char *key, const json_t *json, LawHoliday *ret, Error *err)
{
    HolidayFields fields = {.observed = -1, .weekday = -1, .easter = INT32_MAX};
    LawHoliday holiday = {0};
    if (!json_is_object(json) || strlen(key) >= sizeof holiday.key) {
        return error_set_field(err, key, "wrong_type", "a holiday must be an object with a name");
    }
    Status status = json_read_fields(json, holiday_fields, &fields, err);
    if (status != STATUS_OK) {
        return json_error_within(err, "%s.", key);
    }
    bool is_day = fields.date == NULL || day_parse(fields.date, &holiday.once);
    if (!holiday_kind(&fields, &holiday.kind) || !is_day) {
        return error_set_field(err, key, "invalid_value",
                               "a holiday is month and day, or month, weekday and nth, or easter, "
                               "or a date as in 2026-12-24");
    }
    if (fields.day > day_month_length(2024, fields.month > 0 ? (int)fields.month : 1)) {
        return error_set_field(err, key, "invalid_value", "there is no such day in that month");
    }
    snprintf(holiday.key, sizeof holiday.key, "%s", key);
    snprintf(holiday.name, sizeof holiday.name, "%s", fields.name);
    holiday.observed = fields.observed > 0 ? (LawObserved)fields.observed : LAW_OBSERVED_ITSELF;
    holiday.month = (int)fields.month;
    holiday.day = (int)(holiday.kind == LAW_HOLIDAY_EASTER ? fields.easter : fields.day);
    holiday.weekday = fields.weekday;
    holiday.nth = (int)fields.nth;
    *ret = holiday;
    return STATUS_OK;
}

static bool holiday_is_date(const LawHoliday *holiday, int32_t day)
{
    Civil civil = day_civil(day);
    return civil.month == holiday->month && civil.day == holiday->day;
}

static bool holiday_is_observed(const LawHoliday *holiday, int32_t day)
{
    int weekday = day_weekday(day);
    bool behind = holiday->observed != LAW_OBSERVED_ITSELF && weekday == 0;
    bool before = holiday->observed == LAW_OBSERVED_NEAREST && weekday == 4;
    return holiday_is_date(holiday, day) || (behind && holiday_is_date(holiday, day - 1)) ||
           (before && holiday_is_date(holiday, day + 1));
}

static bool holiday_is_nth(const LawHoliday *holiday, int32_t day)
{
    Civil civil = day_civil(day);
    int from_start = (civil.day - 1) / 7 + 1;
    int from_end = -((day_month_length(civil.year, civil.month) - civil.day) / 7 + 1);
    return civil.month == holiday->month && day_weekday(day) == holiday->weekday &&
           (holiday->nth == from_start || holiday->nth == from_end);
}

static bool holiday_is_on(const LawHoliday *holiday, int32_t day)
{
    switch (holiday->kind) {
    case LAW_HOLIDAY_DAY:
        return holiday_is_observed(holiday, day);
    case LAW_HOLIDAY_WEEKDAY:
        return holiday_is_nth(holiday, day);
    case LAW_HOLIDAY_EASTER:
        return day == day_easter(day_civil(day).year) + holiday->day;
    case LAW_HOLIDAY_ONCE:
        return day == holiday->once;
    }
    return false;
}

/* ---- rules ---- */

typedef struct RuleFields {
    const char *region;
    const char *from;
    const char *until;
    json_t *windows;
    json_t *closed;
    int64_t calls;
    int64_t window_s;
    const char *source;
    const char *url;
} RuleFields;

static const JsonField rule_fields[] = {
    {"region", JSON_FIELD_STRING, offsetof(RuleFields, region), .min = 2, .max = 2},
    {"from", JSON_FIELD_STRING, offsetof(RuleFields, from), .required = true},
    {"until", JSON_FIELD_STRING, offsetof(RuleFields, until)},
    {"windows", JSON_FIELD_ARRAY, offsetof(RuleFields, windows), .min = 1,
     .max = HOURS_WINDOWS_MAX},
    {"closed", JSON_FIELD_ARRAY, offsetof(RuleFields, closed), .min = 1, .max = LAW_HOLIDAYS_MAX},
    {"calls", JSON_FIELD_INT, offsetof(RuleFields, calls), .min = 1, .max = 100},
    {"window_s", JSON_FIELD_INT, offsetof(RuleFields, window_s), .min = 60, .max = 2678400},
    {"source", JSON_FIELD_STRING, offsetof(RuleFields, source), .required = true, .min = 1,
     .max = sizeof((LawRule *)0)->source - 1},
    {"url", JSON_FIELD_STRING, offsetof(RuleFields, url), .required = true, .min = 1,
     .max = sizeof((LawRule *)0)->url - 1},
    {0},
};

static Status read_region(const char *region, LawRule *ret, Error *err)
{
    const State *state = region != NULL ? state_find(text_of(region)) : NULL;
    if (region != NULL && (state == NULL || strcmp(state->code, region) != 0)) {
        return error_set_field(err, "region", "invalid_value",
                               "\"region\" must be the postal code of a state, as in FL");
    }
    snprintf(ret->region, sizeof ret->region, "%s", region != NULL ? region : "");
    return STATUS_OK;
}

static Status read_dates(const RuleFields *fields, LawRule *ret, Error *err)
{
    ret->until_day = INT32_MAX;
    if (!day_parse(fields->from, &ret->from_day)) {
        return error_set_field(err, "from", "invalid_value",
                               "\"from\" must be a date, as in 2024-01-01");
    }
    if (fields->until != NULL &&
        (!day_parse(fields->until, &ret->until_day) || ret->until_day < ret->from_day)) {
        return error_set_field(err, "until", "invalid_value",
                               "\"until\" must be a date, and not before \"from\"");
    }
    return STATUS_OK;
}

static const LawHoliday *pack_holiday(const LawPack *pack, const json_t *key)
{
    for (int i = 0; json_is_string(key) && i < pack->holiday_count; i++) {
        if (strcmp(pack->holidays[i].key, json_string_value(key)) == 0) {
            return &pack->holidays[i];
        }
    }
    return NULL;
}

static Status read_closed(const LawPack *pack, const json_t *closed, LawRule *ret, Error *err)
{
    size_t i;
    json_t *key;
    json_array_foreach((json_t *)closed, i, key)
    {
        const LawHoliday *holiday = pack_holiday(pack, key);
        if (holiday == NULL) {
            return error_set_field(err, "closed", "invalid_value",
                                   "\"closed\" must name holidays of the pack; number %zu is none",
                                   i + 1);
        }
        ret->closed[ret->closed_count++] = holiday;
    }
    return STATUS_OK;
}

static Status check_rule(const RuleFields *fields, Error *err)
{
    if ((fields->calls == 0) != (fields->window_s == 0)) {
        return error_set_field(err, fields->calls == 0 ? "calls" : "window_s", "missing_field",
                               "\"calls\" and \"window_s\" go together");
    }
    if (fields->windows == NULL && fields->closed == NULL && fields->calls == 0) {
        return error_set_field(err, "windows", "missing_field",
                               "a rule says windows, closed, or calls and window_s");
    }
    return STATUS_OK;
}

static Status read_rule(const LawPack *pack, const json_t *json, LawRule *ret, Error *err)
{
    RuleFields fields = {0};
    if (!json_is_object(json)) {
        return error_set_field(err, "", "wrong_type", "a rule must be an object");
    }
    Status status = json_read_fields(json, rule_fields, &fields, err);
    if (status == STATUS_OK) {
        status = check_rule(&fields, err);
    }
    if (status == STATUS_OK) {
        status = read_region(fields.region, ret, err);
    }
    if (status == STATUS_OK) {
        status = read_dates(&fields, ret, err);
    }
    if (status == STATUS_OK && fields.windows != NULL) {
        status = hours_read(fields.windows, &ret->hours, err);
    }
    if (status == STATUS_OK && fields.closed != NULL) {
        status = read_closed(pack, fields.closed, ret, err);
    }
    if (status == STATUS_OK) {
        ret->cap = (LawCap){(int)fields.calls, (int32_t)fields.window_s};
        snprintf(ret->source, sizeof ret->source, "%s", fields.source);
        snprintf(ret->url, sizeof ret->url, "%s", fields.url);
    }
    return status;
}

bool law_rule_in_force(const LawRule *rule, int32_t day)
{
    return day >= rule->from_day && day <= rule->until_day;
}

const LawHoliday *law_rule_holiday(const LawRule *rule, int32_t day)
{
    for (int i = 0; i < rule->closed_count; i++) {
        if (holiday_is_on(rule->closed[i], day)) {
            return rule->closed[i];
        }
    }
    return NULL;
}

static bool list_has(const char *regions, const char *region)
{
    size_t wanted = strlen(region);
    const char *at = regions;
    while (*at != '\0') {
        size_t len = strcspn(at, ",");
        if (len == wanted && memcmp(at, region, len) == 0) {
            return true;
        }
        at += len + (at[len] == ',');
    }
    return false;
}

bool law_rule_covers(const LawRule *rule, const char *regions)
{
    return rule->region[0] == '\0' || list_has(regions, rule->region);
}

/* ---- packs ---- */

typedef struct PackFields {
    const char *name;
    const char *title;
    const char *revised;
    json_t *holidays;
    json_t *rules;
} PackFields;

static const JsonField pack_fields[] = {
    {"name", JSON_FIELD_ID, offsetof(PackFields, name), .required = true},
    {"title", JSON_FIELD_STRING, offsetof(PackFields, title), .required = true, .min = 1,
     .max = sizeof((LawPack *)0)->title - 1},
    {"revised", JSON_FIELD_STRING, offsetof(PackFields, revised), .required = true},
    {"holidays", JSON_FIELD_OBJECT, offsetof(PackFields, holidays), .max = LAW_HOLIDAYS_MAX},
    {"rules", JSON_FIELD_ARRAY, offsetof(PackFields, rules), .required = true,
     .max = LAW_RULES_MAX},
    {0},
};

static Status read_holidays(const json_t *holidays, LawPack *pack, Error *err)
{
    const char *key;
    json_t *json;
    json_object_foreach((json_t *)holidays, key, json)
    {
        if (read_holiday(key, json, &pack->holidays[pack->holiday_count], err) != STATUS_OK) {
            return json_error_within(err, "holidays.");
        }
        pack->holiday_count++;
    }
    return STATUS_OK;
}

static Status read_rules(const json_t *rules, LawPack *pack, Error *err)
{
    pack->rules = mem_alloc((json_array_size(rules) + 1) * sizeof *pack->rules);
    size_t i;
    json_t *json;
    json_array_foreach((json_t *)rules, i, json)
    {
        if (read_rule(pack, json, &pack->rules[i], err) != STATUS_OK) {
            return json_error_within(err, err->field[0] != '\0' ? "rules[%zu]." : "rules[%zu]", i);
        }
        pack->rule_count++;
    }
    return STATUS_OK;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorted, each once, by comma. */
static char *join(const char **texts, size_t count)
{
    AUTO_STRBUF joined = STRBUF_INIT;
    qsort(texts, count, sizeof *texts, compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (texts[i][0] != '\0' && (i == 0 || strcmp(texts[i], texts[i - 1]) != 0)) {
            strbuf_addf(&joined, "%s%s", joined.len > 0 ? "," : "", texts[i]);
        }
    }
    return mem_strdup(joined.data);
}

static Status read_pack(const json_t *json, LawPack *pack, Error *err)
{
    PackFields fields = {0};
    int32_t revised;
    Status status = json_read_fields(json, pack_fields, &fields, err);
    if (status != STATUS_OK) {
        return status;
    }
    if (!day_parse(fields.revised, &revised)) {
        return error_set_field(err, "revised", "invalid_value",
                               "\"revised\" must be a date, as in 2026-11-24");
    }
    snprintf(pack->name, sizeof pack->name, "%s", fields.name);
    snprintf(pack->title, sizeof pack->title, "%s", fields.title);
    snprintf(pack->revised, sizeof pack->revised, "%s", fields.revised);
    status = fields.holidays != NULL ? read_holidays(fields.holidays, pack, err) : STATUS_OK;
    return status == STATUS_OK ? read_rules(fields.rules, pack, err) : status;
}

void law_pack_free(LawPack *pack)
{
    if (pack != NULL) {
        free(pack->rules);
        free(pack->regions);
        free(pack);
    }
}

Status law_pack_parse(const char *text, size_t len, const char *file, LawPack **ret, Error *err)
{
    AUTO_JSON json_t *json = NULL;
    Error why = {0};
    LawPack *pack = mem_alloc(sizeof *pack);
    Status status = json_parse_object(text, len, &json, &why);
    if (status == STATUS_OK) {
        status = read_pack(json, pack, &why);
    }
    if (status != STATUS_OK) {
        law_pack_free(pack);
        return error_set_field(err, why.field, "law_pack_invalid",
                               "the law pack %s is refused: %s%s%s", file, why.field,
                               why.field[0] != '\0' ? ": " : "", why.text);
    }
    const char *regions[LAW_RULES_MAX];
    for (int i = 0; i < pack->rule_count; i++) {
        regions[i] = pack->rules[i].region;
    }
    pack->regions = join(regions, (size_t)pack->rule_count);
    *ret = pack;
    return STATUS_OK;
}

static int32_t day_at(int64_t at_us, int64_t east_s)
{
    return (int32_t)day_floor_div(day_floor_div(at_us, CLOCK_US_PER_SECOND) + east_s, 86400);
}

int law_pack_caps(const LawPack *pack,
                  const char *regions,
                  int64_t at_us,
                  LawCapFound ret[LAW_CAPS_MAX])
{
    int count = 0;
    int32_t first = day_at(at_us, LAW_FAR_WEST_S);
    int32_t last = day_at(at_us, LAW_FAR_EAST_S);
    for (int i = 0; pack != NULL && i < pack->rule_count; i++) {
        const LawRule *rule = &pack->rules[i];
        if (rule->cap.calls > 0 && law_rule_covers(rule, regions) && rule->from_day <= last &&
            rule->until_day >= first) {
            ret[count++] = (LawCapFound){rule->cap, rule};
        }
    }
    return count;
}

/* ---- all that there are ---- */

static struct {
    pthread_once_t once;
    LawPack *packs[LAW_PACKS_MAX]; /* by name */
    int count;
    char *names;
    char *regions;
} laws = {.once = PTHREAD_ONCE_INIT};

static void laws_summarize(void)
{
    const char *names[LAW_PACKS_MAX];
    const char *regions[LAW_PACKS_MAX * LAW_RULES_MAX];
    size_t count = 0;
    for (int i = 0; i < laws.count; i++) {
        names[i] = laws.packs[i]->name;
        for (int rule = 0; rule < laws.packs[i]->rule_count; rule++) {
            regions[count++] = laws.packs[i]->rules[rule].region;
        }
    }
    free(laws.names);
    free(laws.regions);
    laws.names = join(names, (size_t)laws.count);
    laws.regions = join(regions, count);
}

static int compare_packs(const void *a, const void *b)
{
    return strcmp((*(LawPack *const *)a)->name, (*(LawPack *const *)b)->name);
}

static bool laws_put(LawPack *pack)
{
    for (int i = 0; i < laws.count; i++) {
        if (strcmp(laws.packs[i]->name, pack->name) == 0) {
            law_pack_free(laws.packs[i]);
            laws.packs[i] = pack;
            return true;
        }
    }
    if (laws.count == LAW_PACKS_MAX) {
        return false;
    }
    laws.packs[laws.count++] = pack;
    qsort(laws.packs, (size_t)laws.count, sizeof(LawPack *), compare_packs);
    return true;
}

static void laws_embedded(void)
{
    for (const LawPackFile *file = law_pack_files; file->name != NULL; file++) {
        LawPack *pack = NULL;
        Error err = {0};
        Status status = law_pack_parse(file->text, strlen(file->text), file->name, &pack, &err);
        if (status != STATUS_OK) {
            fprintf(stderr, "%s\n", err.text);
            abort(); /* the build's own file: a unit test sees it first */
        }
        laws_put(pack);
    }
    laws_summarize();
}

static Status read_file(const char *path, StrBuf *ret, Error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : 1;
    while (got > 0 && ret->len <= JSON_MAX_BYTES) {
        strbuf_reserve(ret, 65536);
        got = read(fd, ret->data + ret->len, 65535);
        ret->len += got > 0 ? (size_t)got : 0;
        ret->data[ret->len] = '\0';
    }
    Status status = STATUS_OK;
    if (got < 0) {
        status = error_set(err, STATUS_FATAL, "law_pack_invalid",
                           "the law pack %s cannot be read: %s", path, strerror(errno));
    }
    if (fd >= 0) {
        close(fd);
    }
    return status;
}

static Status load_file(const char *dir, const char *name, Error *err)
{
    AUTO_FREE char *path = mem_sprintf("%s/%s", dir, name);
    AUTO_STRBUF text = STRBUF_INIT;
    LawPack *pack = NULL;
    Status status = read_file(path, &text, err);
    if (status == STATUS_OK && law_pack_parse(text.data, text.len, path, &pack, err) != STATUS_OK) {
        err->status = status = STATUS_FATAL;
    }
    if (pack == NULL) {
        return status;
    }
    AUTO_FREE char *expected = mem_sprintf("%s.json", pack->name);
    if (strcmp(expected, name) != 0) {
        status = error_set(err, STATUS_FATAL, "law_pack_invalid",
                           "the law pack %s calls itself %s: name and file must agree", path,
                           pack->name);
    } else if (!laws_put(pack)) {
        status = error_set(err, STATUS_FATAL, "law_pack_invalid",
                           "there are more than %d law packs in %s", LAW_PACKS_MAX, dir);
    }
    if (status != STATUS_OK) {
        law_pack_free(pack);
    }
    return status;
}

static int is_pack_name(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 5 && entry->d_name[0] != '.' && strcmp(entry->d_name + len - 5, ".json") == 0;
}

Status law_packs_load(const char *dir, Error *err)
{
    pthread_once(&laws.once, laws_embedded);
    struct dirent **entries = NULL;
    int count = dir != NULL && dir[0] != '\0' ? scandir(dir, &entries, is_pack_name, alphasort) : 0;
    if (count < 0) {
        return error_set(err, STATUS_FATAL, "law_pack_invalid",
                         "the directory of law packs %s cannot be read: %s", dir, strerror(errno));
    }
    Status status = STATUS_OK;
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK) {
            status = load_file(dir, entries[i]->d_name, err);
        }
        free(entries[i]);
    }
    free(entries);
    laws_summarize();
    return status;
}

const LawPack *law_pack_find(const char *name)
{
    pthread_once(&laws.once, laws_embedded);
    for (int i = 0; i < laws.count; i++) {
        if (strcmp(laws.packs[i]->name, name) == 0) {
            return laws.packs[i];
        }
    }
    return NULL;
}

const char *law_pack_names(void)
{
    pthread_once(&laws.once, laws_embedded);
    return laws.names;
}

Status law_pack_choose(const char *name, const LawPack **ret, Error *err)
{
    const LawPack *pack = name[0] != '\0' ? law_pack_find(name) : NULL;
    if (name[0] != '\0' && pack == NULL) {
        return error_set_field(err, "law_pack", "unknown_law_pack",
                               "there is no such law pack; there are: %s", law_pack_names());
    }
    *ret = pack;
    return STATUS_OK;
}

const char *law_regions(void)
{
    pthread_once(&laws.once, laws_embedded);
    return laws.regions;
}

bool law_region_differs(const char *region)
{
    return list_has(law_regions(), region);
}
