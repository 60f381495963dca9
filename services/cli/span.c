#include "cli/span.h"

#include <inttypes.h>
#include <string.h>

enum { SPAN_UNITS = 4 };

static const struct SpanUnit {
    char letter;
    int64_t seconds;
} span_units[SPAN_UNITS] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

static const int64_t SPAN_MOST_S = INT64_C(366) * 86400;

/* The number at *at, which moves behind it; -1: there is none, or it is too large. */
static int64_t span_number(const char **at)
{
    int64_t number = 0;
    const char *start = *at;
    while (**at >= '0' && **at <= '9' && number <= SPAN_MOST_S) {
        number = number * 10 + (**at - '0');
        (*at)++;
    }
    return *at > start && number <= SPAN_MOST_S ? number : -1;
}

bool span_read(const char *text, int64_t *ret_s)
{
    int64_t total_s = 0;
    const char *at = text;
    if (strcmp(text, "0") == 0) {
        *ret_s = 0;
        return true;
    }
    for (int unit = 0; *at != '\0'; unit++) {
        int64_t number = span_number(&at);
        while (unit < SPAN_UNITS && span_units[unit].letter != *at) {
            unit++;
        }
        if (number < 0 || unit == SPAN_UNITS) {
            return false;
        }
        total_s += number * span_units[unit].seconds;
        at++;
    }
    if (at == text || total_s > SPAN_MOST_S) {
        return false;
    }
    *ret_s = total_s;
    return true;
}

void span_write(StrBuf *buf, int64_t seconds)
{
    if (seconds == 0) {
        strbuf_addc(buf, '0');
    }
    for (int unit = 0; unit < SPAN_UNITS; unit++) {
        int64_t count = seconds / span_units[unit].seconds;
        seconds %= span_units[unit].seconds;
        if (count > 0) {
            strbuf_addf(buf, "%" PRId64 "%c", count, span_units[unit].letter);
        }
    }
}

Status cli_option_span(
    const Cli *cli, const char *name, int64_t least_s, int64_t most_s, int64_t *ret_s, Error *err)
{
    const char *text = cli_option(cli, name);
    int64_t span_s = 0;
    if (text == NULL) {
        return STATUS_OK;
    }
    if (!span_read(text, &span_s)) {
        return cli_usage(err, "--%s: \"%s\" is no length of time: 90s, 30m, 2h, 1d, 1h30m", name,
                         text);
    }
    if (span_s < least_s || span_s > most_s) {
        AUTO_STRBUF least = STRBUF_INIT;
        AUTO_STRBUF most = STRBUF_INIT;
        span_write(&least, least_s);
        span_write(&most, most_s);
        return cli_usage(err, "--%s must be from %s to %s", name, least.data, most.data);
    }
    *ret_s = span_s;
    return STATUS_OK;
}
