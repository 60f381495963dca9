#include "domain/hours.h"

#include <stdlib.h>
#include <string.h>

static const char *const day_names[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* ---- reading ---- */

typedef struct WindowFields {
    json_t *days;
    const char *from;
    const char *to;
} WindowFields;

static const JsonField window_fields[] = {
    {"days", JSON_FIELD_ARRAY, offsetof(WindowFields, days), .required = true, .min = 1, .max = 7},
    {"from", JSON_FIELD_STRING, offsetof(WindowFields, from), .required = true},
    {"to", JSON_FIELD_STRING, offsetof(WindowFields, to), .required = true},
    {0},
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* "HH:MM" as minutes of the day, at most max; -1 when it is none. */
static int read_minute(const char *text, int max)
{
    if (strlen(text) != 5 || text[2] != ':' || !is_digit(text[0]) || !is_digit(text[1]) ||
        !is_digit(text[3]) || !is_digit(text[4])) {
        return -1;
    }
    int hour = (text[0] - '0') * 10 + text[1] - '0';
    int minute = (text[3] - '0') * 10 + text[4] - '0';
    return minute < 60 && hour * 60 + minute <= max ? hour * 60 + minute : -1;
}

static int day_of(const json_t *name)
{
    for (int day = 0; json_is_string(name) && day < 7; day++) {
        if (strcmp(json_string_value(name), day_names[day]) == 0) {
            return day;
        }
    }
    return -1;
}

static Status read_days(const json_t *days, HoursWindow *ret, Error *err)
{
    ret->days = 0;
    size_t i;
    json_t *name;
    json_array_foreach((json_t *)days, i, name)
    {
        int day = day_of(name);
        if (day < 0) {
            return error_set_field(err, "days", "invalid_value",
                                   "\"days\" must name days of the week: mon, tue, wed, thu, fri, "
                                   "sat, sun");
        }
        ret->days |= (uint8_t)(1U << day);
    }
    return STATUS_OK;
}

static Status bad_minute(const char *field, const char *last, Error *err)
{
    return error_set_field(err, field, "invalid_value",
                           "\"%s\" must be a time of day from 00:00 to %s, as in 09:30", field,
                           last);
}

static Status read_window(const json_t *json, HoursWindow *ret, Error *err)
{
    WindowFields fields = {0};
    if (!json_is_object(json)) {
        return error_set_field(err, "", "wrong_type",
                               "a window must be an object with days, from and to");
    }
    Status status = json_read_fields(json, window_fields, &fields, err);
    if (status == STATUS_OK) {
        status = read_days(fields.days, ret, err);
    }
    if (status != STATUS_OK) {
        return status;
    }
    int from = read_minute(fields.from, HOURS_DAY_MINUTES - 1);
    int to = read_minute(fields.to, HOURS_DAY_MINUTES);
    if (from < 0 || to < 0) {
        return from < 0 ? bad_minute("from", "23:59", err) : bad_minute("to", "24:00", err);
    }
    if (from == to) {
        return error_set_field(err, "to", "empty_window",
                               "\"from\" and \"to\" are the same minute; a whole day is 00:00 to "
                               "24:00");
    }
    ret->from = (uint16_t)from;
    ret->to = (uint16_t)to;
    return STATUS_OK;
}

/* ---- spans ---- */

static int compare_spans(const void *a, const void *b)
{
    return ((const HoursSpan *)a)->from - ((const HoursSpan *)b)->from;
}

static void add_span(HoursSpan spans[], int *count, int from, int to)
{
    if (from < to) {
        spans[(*count)++] = (HoursSpan){(uint16_t)from, (uint16_t)to};
    }
}

/* Those of one window; what goes over Sunday's midnight is cut in two. */
static void add_window(HoursSpan spans[], int *count, const HoursWindow *window)
{
    int length = (window->to - window->from + HOURS_DAY_MINUTES) % HOURS_DAY_MINUTES;
    length = length == 0 ? HOURS_DAY_MINUTES : length;
    for (int day = 0; day < 7; day++) {
        if (window->days & 1U << day) {
            int from = day * HOURS_DAY_MINUTES + window->from;
            int to = from + length;
            add_span(spans, count, from, to < HOURS_WEEK_MINUTES ? to : HOURS_WEEK_MINUTES);
            add_span(spans, count, 0, to - HOURS_WEEK_MINUTES);
        }
    }
}

static void make_spans(Hours *hours)
{
    HoursSpan spans[HOURS_WINDOWS_MAX * 8];
    int count = 0;
    for (int i = 0; i < hours->window_count; i++) {
        add_window(spans, &count, &hours->windows[i]);
    }
    qsort(spans, (size_t)count, sizeof *spans, compare_spans);
    hours->span_count = 0;
    for (int i = 0; i < count; i++) {
        HoursSpan *last = hours->span_count > 0 ? &hours->spans[hours->span_count - 1] : NULL;
        if (last == NULL || spans[i].from > last->to) {
            hours->spans[hours->span_count++] = spans[i];
        } else if (spans[i].to > last->to) {
            last->to = spans[i].to;
        }
    }
}

Status hours_read(const json_t *windows, Hours *ret, Error *err)
{
    if (!json_is_array(windows)) {
        return error_set_field(err, "windows", "wrong_type", "\"windows\" must be an array");
    }
    if (json_array_size(windows) > HOURS_WINDOWS_MAX) {
        return error_set_field(err, "windows", "out_of_range",
                               "\"windows\" must have at most %d windows", HOURS_WINDOWS_MAX);
    }
    Hours hours = {0};
    size_t i;
    json_t *window;
    json_array_foreach((json_t *)windows, i, window)
    {
        if (read_window(window, &hours.windows[i], err) != STATUS_OK) {
            return json_error_within(err, err->field[0] != '\0' ? "windows[%zu]." : "windows[%zu]",
                                     i);
        }
    }
    hours.window_count = (int)json_array_size(windows);
    make_spans(&hours);
    *ret = hours;
    return STATUS_OK;
}

Status hours_parse(const char *text, Hours *ret, Error *err)
{
    AUTO_JSON json_t *windows = NULL;
    Status status = json_parse(text, strlen(text), &windows, err);
    return status == STATUS_OK ? hours_read(windows, ret, err) : status;
}

/* ---- writing ---- */

static void add_minute(StrBuf *out, int minute)
{
    strbuf_addf(out, "%02d:%02d", minute / 60, minute % 60);
}

static void add_days(StrBuf *out, unsigned days, const char *quote)
{
    const char *between = "";
    for (int day = 0; day < 7; day++) {
        if (days & 1U << day) {
            strbuf_addf(out, "%s%s%s%s", between, quote, day_names[day], quote);
            between = ",";
        }
    }
}

void hours_write(const Hours *hours, StrBuf *out)
{
    strbuf_addc(out, '[');
    for (int i = 0; i < hours->window_count; i++) {
        const HoursWindow *window = &hours->windows[i];
        strbuf_adds(out, i > 0 ? ",{\"days\":[" : "{\"days\":[");
        add_days(out, window->days, "\"");
        strbuf_adds(out, "],\"from\":\"");
        add_minute(out, window->from);
        strbuf_adds(out, "\",\"to\":\"");
        add_minute(out, window->to);
        strbuf_adds(out, "\"}");
    }
    strbuf_addc(out, ']');
}

void hours_describe(const Hours *hours, StrBuf *out)
{
    if (hours->window_count == 0) {
        strbuf_adds(out, "always");
    }
    for (int i = 0; i < hours->window_count; i++) {
        const HoursWindow *window = &hours->windows[i];
        strbuf_adds(out, i > 0 ? "; " : "");
        if (window->days == 0x7F) {
            strbuf_adds(out, "daily");
        } else {
            add_days(out, window->days, "");
        }
        strbuf_addc(out, ' ');
        add_minute(out, window->from);
        strbuf_addc(out, '-');
        add_minute(out, window->to);
    }
}

bool hours_equal(const Hours *a, const Hours *b)
{
    bool same = a->window_count == b->window_count;
    for (int i = 0; same && i < a->window_count; i++) {
        same = a->windows[i].days == b->windows[i].days &&
               a->windows[i].from == b->windows[i].from && a->windows[i].to == b->windows[i].to;
    }
    return same;
}

/* ---- answering ---- */

/* The first span that ends behind the minute; span_count when there is none. */
static int span_behind(const Hours *hours, int minute)
{
    int low = 0;
    int high = hours->span_count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (hours->spans[middle].to <= minute) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

bool hours_at(const Hours *hours, int week_minute, int32_t *ret_minutes)
{
    const HoursSpan *first = hours->spans;
    if (hours->span_count == 0 || first->to - first->from == HOURS_WEEK_MINUTES) {
        *ret_minutes = INT32_MAX;
        return true;
    }
    int at = span_behind(hours, week_minute);
    if (at == hours->span_count) {
        *ret_minutes = HOURS_WEEK_MINUTES - week_minute + first->from;
        return false;
    }
    const HoursSpan *span = &hours->spans[at];
    if (span->from > week_minute) {
        *ret_minutes = span->from - week_minute;
        return false;
    }
    bool over_sunday = span->to == HOURS_WEEK_MINUTES && first->from == 0;
    *ret_minutes = span->to - week_minute + (over_sunday ? first->to : 0);
    return true;
}
