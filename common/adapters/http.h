/* http.h - /healthz, /readyz and /metrics for supervisors and Prometheus. Layer: adapters; alone
 * includes microhttpd.h.
 *
 * Read-only, no bodies, no authentication: bind it to a private address. Runs on one thread of its
 * own; hooks are called on that thread. Block the signals that the process handles before starting
 * it.
 *   /healthz  200 while the process makes progress, else 503; asks no dependency, so that a
 *             database outage does not restart every worker
 *   /readyz   200 or 503 with the reasons, one a line
 *   /metrics  Prometheus text 0.0.4 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/strbuf.h"

typedef struct Http Http;

/* progress_ms: clock_mono_ms() of the last progress of the slowest loop. ready: true, or false
 * after writing reasons (lines). collect: brings gauges up to date before /metrics is written.
 * ready and collect may be NULL. context and what it points to must outlive the server. */
typedef struct HttpHooks {
    int64_t (*progress_ms)(void *context);
    bool (*ready)(void *context, StrBuf *reasons);
    void (*collect)(void *context);
    void *context;
    int64_t stuck_after_ms;
} HttpHooks;

/* address: a numeric IPv4 or IPv6 address. port 0 lets the system choose (whether a server is
 * wanted at all is the caller's decision). STATUS_FATAL with code http_listen when the address is
 * bad or taken. */
Status http_start(
    const char *address, int port, const HttpHooks *hooks, Http **ret_http, Error *err) MUST_CHECK;
int http_port(const Http *http);
void http_stop(Http *http); /* NULL allowed; joins the thread */
