/* span.h - lengths of time as people write them: 90s, 30m, 2h, 1d, 1h30m. Layer: services/cli. */
#pragma once

#include "base/strbuf.h"
#include "cli/cli.h"

/* Seconds of a text made of numbers with units (d, h, m, s, each once, the larger first); "0" needs
 * none. False when it is not that or beyond 366 days. */
bool span_read(const char *text, int64_t *ret_s);
/* The shortest such text: 5400 is "1h30m". */
void span_write(StrBuf *buf, int64_t seconds);

/* An option's length of time within the limits, in seconds; absent leaves *ret_s as it is. Anything
 * else is a usage error that names the option. */
Status cli_option_span(const Cli *cli,
                       const char *name,
                       int64_t least_s,
                       int64_t most_s,
                       int64_t *ret_s,
                       Error *err) MUST_CHECK;
