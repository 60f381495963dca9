#include "cli/window_arg.h"

#include <string.h>

#include "base/mem.h"

enum { WEEK_DAYS = 7, DAY_LEN = 3 };

static const char *const week_days[WEEK_DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

/* ---- reading ---- */

static int week_day(const char *name)
{
    for (int day = 0; day < WEEK_DAYS; day++) {
        if (strncmp(name, week_days[day], DAY_LEN) == 0) {
            return day;
        }
    }
    return -1;
}

/* "mon", "mon-fri", "sat-mon" or "daily": bits in *days. */
static bool window_read_range(const char *range, size_t len, unsigned *days)
{
    if (len == strlen("daily") && strncmp(range, "daily", len) == 0) {
        *days |= (1U << WEEK_DAYS) - 1;
        return true;
    }
    bool spans = len == DAY_LEN * 2 + 1 && range[DAY_LEN] == '-';
    int first = week_day(range);
    int last = spans ? week_day(range + DAY_LEN + 1) : first;
    if ((!spans && len != DAY_LEN) || first < 0 || last < 0) {
        return false;
    }
    for (int day = first;; day = (day + 1) % WEEK_DAYS) {
        *days |= 1U << day;
        if (day == last) {
            return true;
        }
    }
}

static bool window_read_days(const char *text, size_t len, unsigned *days)
{
    const char *end = text + len;
    for (const char *at = text; at <= end;) {
        size_t part = 0;
        while (at + part < end && at[part] != ',') {
            part++;
        }
        if (!window_read_range(at, part, days)) {
            return false;
        }
        at += part + 1;
    }
    return true;
}

/* NULL when it is not DAYS=FROM-TO; whether the times are any is for the recycler to say. */
static json_t *window_read(const char *text)
{
    const char *from = strchr(text, '=');
    const char *to = from != NULL ? strchr(from, '-') : NULL;
    unsigned days = 0;
    if (to == NULL || to == from + 1 || to[1] == '\0' ||
        !window_read_days(text, (size_t)(from - text), &days)) {
        return NULL;
    }
    json_t *names = json_array();
    for (int day = 0; day < WEEK_DAYS; day++) {
        if ((days & 1U << day) != 0) {
            json_array_append_new(names, json_string(week_days[day]));
        }
    }
    from++;
    return json_pack("{s:o, s:s%, s:s}", "days", names, "from", from, (size_t)(to - from), "to",
                     to + 1);
}

Status window_option(const Cli *cli, json_t **ret, Error *err)
{
    json_t *windows = NULL;
    int at = 0;
    int given = 0;
    bool none = false;
    for (const char *text; (text = cli_option_next(cli, "window", &at)) != NULL; given++) {
        json_t *window = strcmp(text, "none") != 0 ? window_read(text) : NULL;
        none = none || strcmp(text, "none") == 0;
        windows = windows != NULL ? windows : json_array();
        if (window != NULL) {
            json_array_append_new(windows, window);
        } else if (strcmp(text, "none") != 0) {
            json_decref(windows);
            return cli_usage(err, "--window: \"%s\" is not like mon-fri=09:00-20:00", text);
        }
    }
    if (none && given > 1) {
        json_decref(windows);
        return cli_usage(err, "--window none leaves no room for another --window");
    }
    *ret = windows;
    return STATUS_OK;
}

/* ---- writing ---- */

static unsigned window_days(const json_t *window)
{
    unsigned days = 0;
    size_t index;
    json_t *name;
    json_array_foreach(json_object_get(window, "days"), index, name)
    {
        int day = week_day(json_string_value(name));
        days |= day >= 0 ? 1U << day : 0;
    }
    return days;
}

/* Runs of three days and more as first-last. */
static void window_add_days(unsigned days, StrBuf *buf)
{
    const char *comma = "";
    for (int day = 0; day < WEEK_DAYS;) {
        int last = day;
        while (last < WEEK_DAYS && (days & 1U << last) != 0) {
            last++;
        }
        if (last - day > 2) {
            strbuf_addf(buf, "%s%s-%s", comma, week_days[day], week_days[last - 1]);
        } else if (last > day) {
            strbuf_addf(buf, "%s%s", comma, week_days[day]);
            last = day + 1;
        }
        comma = last > day ? "," : comma;
        day = last > day ? last : day + 1;
    }
}

void window_text(const json_t *windows, StrBuf *buf)
{
    size_t index;
    json_t *window;
    json_array_foreach(windows, index, window)
    {
        strbuf_adds(buf, index > 0 ? " " : "");
        unsigned days = window_days(window);
        if (days == (1U << WEEK_DAYS) - 1) {
            strbuf_adds(buf, "daily");
        } else {
            window_add_days(days, buf);
        }
        strbuf_addf(buf, "=%s-%s", json_string_value(json_object_get(window, "from")),
                    json_string_value(json_object_get(window, "to")));
    }
}
