#include "adapters/http.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/metrics.h"

/* A scraper or a probe or two; more are strangers. */
enum { HTTP_MAX_CONNECTIONS = 32, HTTP_IDLE_SECONDS = 10 };

struct Http {
    HttpHooks hooks;
    struct MHD_Daemon *daemon;
    int port;
};

/* Writes the body and says the status. */
typedef unsigned int HttpPage(Http *http, StrBuf *body);

static unsigned int http_page_health(Http *http, StrBuf *body)
{
    int64_t silent_ms = clock_mono_ms() - http->hooks.progress_ms(http->hooks.context);
    if (silent_ms < http->hooks.stuck_after_ms) {
        strbuf_adds(body, "ok\n");
        return MHD_HTTP_OK;
    }
    strbuf_addf(body, "no progress for %lld ms\n", (long long)silent_ms);
    return MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned int http_page_ready(Http *http, StrBuf *body)
{
    if (http->hooks.ready == NULL || http->hooks.ready(http->hooks.context, body)) {
        strbuf_reset(body);
        strbuf_adds(body, "ready\n");
        return MHD_HTTP_OK;
    }
    return MHD_HTTP_SERVICE_UNAVAILABLE;
}

static unsigned int http_page_metrics(Http *http, StrBuf *body)
{
    if (http->hooks.collect != NULL) {
        http->hooks.collect(http->hooks.context);
    }
    metrics_write(body);
    return MHD_HTTP_OK;
}

static const struct {
    const char *path;
    const char *content_type;
    HttpPage *page;
} http_pages[] = {
    {"/healthz", "text/plain; charset=utf-8", http_page_health},
    {"/readyz", "text/plain; charset=utf-8", http_page_ready},
    {"/metrics", "text/plain; version=0.0.4; charset=utf-8", http_page_metrics},
};

static enum MHD_Result http_answer(struct MHD_Connection *connection,
                                   unsigned int status,
                                   const char *content_type,
                                   StrBuf *body)
{
    size_t len = body->len;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(len, strbuf_detach(body), MHD_RESPMEM_MUST_FREE);
    if (response == NULL) {
        return MHD_NO;
    }
    MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, content_type);
    MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (status == MHD_HTTP_METHOD_NOT_ALLOWED) {
        MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
    }
    enum MHD_Result queued = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result
http_answer_text(struct MHD_Connection *connection, unsigned int status, const char *text)
{
    AUTO_STRBUF body = STRBUF_INIT;
    strbuf_adds(&body, text);
    return http_answer(connection, status, "text/plain; charset=utf-8", &body);
}

static enum MHD_Result
http_answer_page(Http *http, struct MHD_Connection *connection, const char *path)
{
    for (size_t i = 0; i < sizeof http_pages / sizeof http_pages[0]; i++) {
        if (strcmp(path, http_pages[i].path) == 0) {
            AUTO_STRBUF body = STRBUF_INIT;
            unsigned int status = http_pages[i].page(http, &body);
            return http_answer(connection, status, http_pages[i].content_type, &body);
        }
    }
    return http_answer_text(connection, MHD_HTTP_NOT_FOUND,
                            "there are /healthz, /readyz and /metrics\n");
}

/* microhttpd calls this once with the headers and again for a body; the first call may answer only
 * when no body follows, and closes the connection otherwise: which is what a body deserves here. */
static enum MHD_Result http_handle(void *context,
                                   struct MHD_Connection *connection,
                                   const char *url,
                                   const char *method,
                                   const char *version,
                                   const char *upload,
                                   size_t *upload_size,
                                   void **request)
{
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)request;
    if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0) {
        return http_answer_text(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or HEAD only\n");
    }
    return http_answer_page(context, connection, url);
}

static Status
http_address(const char *address, int port, struct sockaddr_storage *ret_socket, Error *err)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret_socket;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_socket;
    memset(ret_socket, 0, sizeof *ret_socket);
    if (inet_pton(AF_INET, address, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return STATUS_OK;
    }
    if (inet_pton(AF_INET6, address, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        return STATUS_OK;
    }
    return error_set(err, STATUS_FATAL, "http_listen", "%s is no numeric address", address);
}

static int http_bound_port(struct MHD_Daemon *daemon)
{
    const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    return info != NULL ? info->port : 0;
}

Status
http_start(const char *address, int port, const HttpHooks *hooks, Http **ret_http, Error *err)
{
    struct sockaddr_storage socket;
    Status status = http_address(address, port, &socket, err);
    if (status != STATUS_OK) {
        return status;
    }
    Http *http = mem_alloc(sizeof *http);
    http->hooks = *hooks;
    unsigned int flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_AUTO |
                         (socket.ss_family == AF_INET6 ? MHD_USE_IPv6 : 0);
    http->daemon = MHD_start_daemon(
        flags, (uint16_t)port, NULL, NULL, http_handle, http, MHD_OPTION_SOCK_ADDR,
        (struct sockaddr *)&socket, MHD_OPTION_CONNECTION_LIMIT, (unsigned int)HTTP_MAX_CONNECTIONS,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned int)HTTP_IDLE_SECONDS, MHD_OPTION_END);
    if (http->daemon == NULL) {
        http_stop(http);
        return error_set(err, STATUS_FATAL, "http_listen",
                         "cannot listen on %s port %d; is it taken?", address, port);
    }
    http->port = http_bound_port(http->daemon);
    *ret_http = http;
    return STATUS_OK;
}

int http_port(const Http *http)
{
    return http->port;
}

void http_stop(Http *http)
{
    if (http == NULL) {
        return;
    }
    if (http->daemon != NULL) {
        MHD_stop_daemon(http->daemon);
    }
    free(http);
}
