#include "cli/dialer_sim_send.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/dialer_sim_log.h"
#include "cli/outcome_message.h"

enum { SEND_FULL_WAIT_MS = 20, SEND_PATIENCE_MS = 60000 };

struct SimSend {
    Producer *producer;
    char *dialer;
    char *source;
    int64_t sent;
    int64_t settled; /* delivered or failed */
    Error failure;   /* the first one */
};

static void send_on_delivery(void *context, void *tag, const Error *err)
{
    SimSend *send = context;
    (void)tag;
    send->settled++;
    if (err != NULL && send->failure.status == STATUS_OK) {
        send->failure = *err;
    }
}

Status sim_send_open(const Config *cfg, const char *dialer, SimSend **ret, Error *err)
{
    SimSend *send = mem_alloc(sizeof *send);
    send->dialer = mem_strdup(dialer);
    send->source = mem_sprintf("dialer-sim/%s", dialer);
    Status status = producer_open(cfg, send_on_delivery, send, &send->producer, err);
    if (status != STATUS_OK) {
        sim_send_close(send);
        return status;
    }
    *ret = send;
    return STATUS_OK;
}

void sim_send_close(SimSend *send)
{
    if (send != NULL) {
        producer_close(send->producer);
        free(send->dialer);
        free(send->source);
        free(send);
    }
}

static bool send_may_go_later(const Error *err)
{
    return strcmp(err->code, "queue_full") == 0 || strcmp(err->code, "unknown_producer") == 0;
}

static Status send_wait_for_room(SimSend *send, const Outcome *outcome, Error *err)
{
    int64_t deadline_ms = clock_mono_ms() + SEND_PATIENCE_MS;
    for (;;) {
        Status status = outcome_send(send->producer, outcome, err);
        bool later = status == STATUS_RETRY && send_may_go_later(err);
        if (!later || clock_mono_ms() > deadline_ms) {
            send->sent += status == STATUS_OK;
            return status;
        }
        producer_poll(send->producer, SEND_FULL_WAIT_MS);
    }
}

static const struct SendAct {
    bool told;
    OutcomeType type;
    const char *suffix; /* of the ce_id */
} send_acts[SIM_ACT_COUNT] = {
    [SIM_STARTED] = {true, OUTCOME_STARTED, "started"},
    [SIM_ENDED] = {true, OUTCOME_ENDED, "ended"},
    [SIM_AGAIN] = {true, OUTCOME_ENDED, "ended"},
    [SIM_RELEASED] = {true, OUTCOME_RELEASED, "released"},
};

static void send_fill_call(const SimCall *call, const char *agent, Outcome *outcome)
{
    const SimFate *fate = &call->fate;
    outcome->started_us = call->started_us;
    outcome->agent = agent;
    if (outcome->type == OUTCOME_ENDED) {
        outcome->ended_us = call->ended_us;
        outcome->disposition = fate->code;
        outcome->callback_us = fate->callback_us > 0 ? call->ended_us + fate->callback_us : 0;
        outcome->callback_agent = fate->callback_us > 0 && fate->callback_agent ? agent : NULL;
    }
}

Status sim_send_act(SimSend *send, SimAct act, const SimCall *call, int64_t now_us, Error *err)
{
    const struct SendAct *told = &send_acts[act];
    char call_id[96];
    char id[128];
    char agent[80] = "";
    if (!told->told) {
        return STATUS_OK;
    }
    sim_call_id(send->dialer, call->offer.offer_id, call_id);
    bool anew = act == SIM_AGAIN && call->fate.repeated_anew;
    snprintf(id, sizeof id, "%s/%s%s", call_id, told->suffix, anew ? "/again" : "");
    if (call->offer.agent[0] != '\0') {
        snprintf(agent, sizeof agent, "%s", call->offer.agent);
    } else if (call->fate.agent > 0) {
        snprintf(agent, sizeof agent, "agent-%d", call->fate.agent);
    }
    Outcome outcome = {.type = told->type,
                       .source = send->source,
                       .id = id,
                       .sent_us = now_us,
                       .lead_id = call->offer.lead_id,
                       .offer_id = call->offer.offer_id,
                       .reason = call->reason};
    if (told->type != OUTCOME_RELEASED) {
        outcome.call_id = call_id;
        send_fill_call(call, agent[0] != '\0' ? agent : NULL, &outcome);
    }
    return send_wait_for_room(send, &outcome, err);
}

Status sim_send_poll(SimSend *send, Error *err)
{
    producer_poll(send->producer, 0);
    if (send->failure.status == STATUS_OK) {
        return STATUS_OK;
    }
    *err = send->failure;
    return err->status;
}

Status sim_send_flush(SimSend *send, int wait_ms, Error *err)
{
    int64_t deadline_ms = clock_mono_ms() + wait_ms;
    while (send->settled < send->sent && clock_mono_ms() < deadline_ms) {
        producer_poll(send->producer, SEND_FULL_WAIT_MS);
    }
    if (send->settled < send->sent) {
        return error_set(err, STATUS_RETRY, "kafka_timeout",
                         "Kafka did not confirm %" PRId64 " outcomes in time",
                         send->sent - send->settled);
    }
    return sim_send_poll(send, err);
}
