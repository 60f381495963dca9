#include "adapters/http.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/metrics.h"

typedef struct Worker {
    int64_t progress_ms;
    bool ready;
    int collected;
} Worker;

static Metric backlog = METRIC_GAUGE("leadspool_outbox_rows", "Rows to publish.", NULL);

static int64_t worker_progress(void *context)
{
    return ((Worker *)context)->progress_ms;
}

static bool worker_ready(void *context, StrBuf *reasons)
{
    strbuf_adds(reasons, "database: no connection\n");
    return ((Worker *)context)->ready;
}

static void worker_collect(void *context)
{
    Worker *worker = context;
    metric_set(&backlog, ++worker->collected, NULL, NULL);
}

static Worker worker;
static Http *http;

static void start(void)
{
    worker = (Worker){.progress_ms = clock_mono_ms(), .ready = true};
    HttpHooks hooks = {.progress_ms = worker_progress,
                       .ready = worker_ready,
                       .collect = worker_collect,
                       .context = &worker,
                       .stuck_after_ms = 30000};
    Error err = {.code = ""};
    cr_assert_eq(http_start("127.0.0.1", 0, &hooks, &http, &err), STATUS_OK, "%s", err.text);
}

static void stop(void)
{
    http_stop(http);
}

TestSuite(http, .init = start, .fini = stop);

static int connect_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    inet_pton(AF_INET, "127.0.0.1", &address.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    cr_assert_eq(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

/* The whole reply to "METHOD path", after which the server closes. */
static const char *ask(const char *request)
{
    static char reply[16384];
    int fd = connect_to(http_port(http));
    char text[512];
    int len =
        snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", request);
    cr_assert_eq(write(fd, text, (size_t)len), len);
    size_t got = 0;
    ssize_t more;
    while ((more = read(fd, reply + got, sizeof reply - 1 - got)) > 0) {
        got += (size_t)more;
    }
    reply[got] = '\0';
    close(fd);
    return reply;
}

static void expect_reply(const char *request, const char *status, const char *body)
{
    const char *reply = ask(request);
    cr_expect_eq(strncmp(reply, status, strlen(status)), 0, "%s: %s", request, reply);
    cr_expect_not_null(strstr(reply, body), "%s: %s", request, reply);
}

Test(http, healthy_while_progress_is_fresh)
{
    expect_reply("GET /healthz", "HTTP/1.1 200", "\r\n\r\nok\n");
    worker.progress_ms -= 29000;
    expect_reply("GET /healthz", "HTTP/1.1 200", "\r\n\r\nok\n");
    worker.progress_ms -= 2000;
    expect_reply("GET /healthz", "HTTP/1.1 503", "\r\n\r\nno progress for 31");
}

Test(http, health_asks_no_dependency)
{
    worker.ready = false;
    expect_reply("GET /healthz", "HTTP/1.1 200", "\r\n\r\nok\n");
}

Test(http, not_ready_with_its_reasons)
{
    expect_reply("GET /readyz", "HTTP/1.1 200", "\r\n\r\nready\n");
    worker.ready = false;
    expect_reply("GET /readyz", "HTTP/1.1 503", "\r\n\r\ndatabase: no connection\n");
}

Test(http, metrics_are_collected_first)
{
    expect_reply("GET /metrics", "HTTP/1.1 200", "leadspool_outbox_rows 1\n");
    expect_reply("GET /metrics", "HTTP/1.1 200", "leadspool_outbox_rows 2\n");
    expect_reply("GET /metrics", "HTTP/1.1 200", "text/plain; version=0.0.4");
}

Test(http, other_paths_and_methods_are_refused)
{
    expect_reply("GET /", "HTTP/1.1 404", "/healthz");
    expect_reply("GET /healthz/", "HTTP/1.1 404", "/healthz");
    expect_reply("GET /../etc/passwd", "HTTP/1.1 404", "/healthz");
    expect_reply("POST /metrics", "HTTP/1.1 405", "Allow: GET, HEAD");
    expect_reply("DELETE /metrics", "HTTP/1.1 405", "Allow: GET, HEAD");
    cr_expect_eq(worker.collected, 0);
}

Test(http, head_has_no_body)
{
    const char *reply = ask("HEAD /healthz");
    cr_expect_eq(strncmp(reply, "HTTP/1.1 200", 12), 0);
    cr_expect_str_eq(strstr(reply, "\r\n\r\n"), "\r\n\r\n");
}

Test(http, garbage_does_not_end_the_server)
{
    int fd = connect_to(http_port(http));
    char bytes[3000];
    memset(bytes, 0xff, sizeof bytes);
    cr_expect_eq(write(fd, bytes, sizeof bytes), (ssize_t)sizeof bytes);
    close(fd);
    expect_reply("GET /healthz", "HTTP/1.1 200", "ok");
}

Test(http, a_taken_or_bad_address_is_fatal)
{
    HttpHooks hooks = {.progress_ms = worker_progress, .context = &worker, .stuck_after_ms = 1};
    Http *second = NULL;
    Error err;
    cr_expect_eq(http_start("127.0.0.1", http_port(http), &hooks, &second, &err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "http_listen");
    cr_expect_eq(http_start("localhost", 0, &hooks, &second, &err), STATUS_FATAL);
    cr_expect_str_eq(err.code, "http_listen");
    cr_expect_null(second);
}

Test(http, optional_hooks_may_be_left_out)
{
    http_stop(http);
    HttpHooks hooks = {.progress_ms = worker_progress, .context = &worker, .stuck_after_ms = 30000};
    cr_assert_eq(http_start("127.0.0.1", 0, &hooks, &http, NULL), STATUS_OK);
    expect_reply("GET /readyz", "HTTP/1.1 200", "ready\n");
    expect_reply("GET /metrics", "HTTP/1.1 200", "\r\n\r\n");
}

Test(http, stop_takes_null)
{
    http_stop(NULL);
}
