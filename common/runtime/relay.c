#include "runtime/relay.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mem.h"
#include "runtime/backlog.h"
#include "runtime/outbox.h"
#include "runtime/relay_line.h"

enum { RELAY_STOP_MS = 4000 };

static const RelayLanes relay_lanes[] = {
    {"events", 0, OUTBOX_LIVE_LANE, true, true},
    {"live", OUTBOX_LIVE_LANE, OUTBOX_LANES - OUTBOX_LIVE_LANE, false, false},
};
enum { RELAY_LINES = sizeof relay_lanes / sizeof relay_lanes[0] };

struct Relay {
    char *worker_id;
    char *service;
    Backlog backlog;
    RelayLine *lines[RELAY_LINES]; /* NULL: not begun */
};

Status
relay_start(const Config *cfg, const char *worker_id, const char *service, Relay **ret, Error *err)
{
    Relay *relay = mem_alloc(sizeof *relay);
    *relay = (Relay){.worker_id = mem_strdup(worker_id), .service = mem_strdup(service)};
    backlog_init(&relay->backlog, cfg);
    Status status = STATUS_OK;
    for (int i = 0; i < RELAY_LINES && status == STATUS_OK; i++) {
        RelayLineParts parts = {cfg, relay->worker_id, relay->service, &relay_lanes[i],
                                relay_lanes[i].whole ? &relay->backlog : NULL};
        status = relay_line_start(&parts, &relay->lines[i], err);
    }
    if (status != STATUS_OK) {
        if (relay_stop(relay)) {
            relay_free(relay);
        }
        return status;
    }
    *ret = relay;
    return STATUS_OK;
}

bool relay_is_cut_off(const Relay *relay)
{
    for (int i = 0; i < RELAY_LINES; i++) {
        if (relay_line_is_cut_off(relay->lines[i])) {
            return true;
        }
    }
    return false;
}

bool relay_is_backed_up(const Relay *relay)
{
    return backlog_is_over(&relay->backlog);
}

void relay_kick(Relay *relay)
{
    for (int i = 0; i < RELAY_LINES; i++) {
        relay_line_kick(relay->lines[i]);
    }
}

bool relay_stop(Relay *relay)
{
    if (relay == NULL) {
        return true;
    }
    struct timespec deadline = clock_mono_in(RELAY_STOP_MS);
    for (int i = 0; i < RELAY_LINES; i++) {
        if (relay->lines[i] != NULL) {
            relay_line_ask_to_stop(relay->lines[i]);
        }
    }
    bool ended = true;
    for (int i = 0; i < RELAY_LINES; i++) {
        if (relay->lines[i] != NULL) {
            ended = relay_line_await(relay->lines[i], &deadline) && ended;
        }
    }
    if (!ended) {
        LOG_WARN("outbox.stop_abandoned");
    }
    return ended;
}

void relay_free(Relay *relay)
{
    if (relay == NULL) {
        return;
    }
    for (int i = 0; i < RELAY_LINES; i++) {
        if (relay->lines[i] != NULL) {
            relay_line_free(relay->lines[i]);
        }
    }
    free(relay->worker_id);
    free(relay->service);
    free(relay);
}
