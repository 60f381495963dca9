/* service.h - the one runtime that all services run on. Layer: runtime.
 *
 *                     ┌────────────── the loop (one thread) ─────────────┐
 *   Kafka ─▶ consumer ─▶ intake (queues) ─▶ batch ─▶ one transaction ─▶ PostgreSQL ─▶ relay ─▶
 * Kafka │ assign: claim positions                     │ fenced: leave, wait, rejoin │ revoke: drop
 * queues                         │ trouble: back off, poll on │ bad content: split, dead letter
 * unfit: leave, rejoin when it is fit again
 *   beside it: the relay thread, job threads with a keeper each, an HTTP thread.
 *
 * A service is the table below; service_main() is its whole main(). */
#pragma once

#include "base/config.h"
#include "runtime/job_runner.h"
#include "runtime/relay.h"
#include "runtime/work.h"

/* What a service's own thread may use. All borrowed, for as long as the service runs. */
typedef struct ServiceParts {
    const Config *cfg;
    const char *worker_id;
    Relay *relay;
    void *state;
} ServiceParts;

typedef struct Service {
    const char
        *name; /* "importer": consumer group and svc= in logs; the binary is leadspool-<name> */
    const char *summary; /* one sentence for --help */
    const char *const *topics;
    int topic_count;
    const Handler *handlers;  /* ends with a row without a type; job.cancel is the runtime's own */
    const JobKind *job_kinds; /* ends with a row without a kind */
    bool digests_numbers;     /* it has the namespace's key of them, or does not start */
    /* The service's own state; may be NULL. *ret is passed to handlers and jobs. */
    Status (*open)(const Config *cfg, void **ret, Error *err);
    void (*close)(void *state);
    /* A thread of its own: after the relay has begun, and before it ends. Both may be NULL. */
    Status (*begin)(const ServiceParts *parts, Error *err);
    void (*end)(void *state);
    /* Every second, on the loop's thread, with no transaction open; may be NULL. */
    Status (*tick)(void *state, Db *db, Outbox *outbox, int64_t now_us, Error *err);
    /* Why this worker is to leave its partitions to others for now: a code for /readyz and the log;
     * NULL: nothing. It joins the group when there is nothing. On the loop's thread, all the time;
     * may be NULL. */
    const char *(*unfit)(void *state);
    /* For /readyz, on the HTTP thread: true, or false after writing why (lines). May be NULL. */
    bool (*ready)(void *state, StrBuf *reasons);
} Service;

/* Parses arguments (--help, --version, --check-config), reads the environment, runs until SIGTERM
 * or SIGINT, and returns the exit code: 0 stopped in order, 1 failed, 2 usage. A second signal ends
 * it at once. */
int service_main(const Service *service, int argc, char **argv);
