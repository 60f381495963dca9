/* dialer_sim_send.h - what the dialer did, told on dialer.outcomes. Layer: services/cli.
 *
 * ce_source is dialer-sim/<name>. ce_id is made of the call: an outcome told twice is either the
 * same event or, every second time, another one about the same call. */
#pragma once

#include <stdint.h>

#include "base/config.h"
#include "cli/dialer_sim_calls.h"

typedef struct SimSend SimSend;

Status sim_send_open(const Config *cfg, const char *dialer, SimSend **ret, Error *err) MUST_CHECK;
/* NULL is allowed; does not wait: see sim_send_flush(). */
void sim_send_close(SimSend *send);

/* SIM_STARTED, SIM_ENDED, SIM_AGAIN and SIM_RELEASED; all others are nothing to tell. Waits while
 * the producer's queue is full. */
Status
sim_send_act(SimSend *send, SimAct act, const SimCall *call, int64_t now_us, Error *err) MUST_CHECK;
/* Reads delivery reports; STATUS_FATAL when a message was refused. */
Status sim_send_poll(SimSend *send, Error *err) MUST_CHECK;
/* Until all lie in Kafka: STATUS_RETRY with code kafka_timeout when they do not within wait_ms. */
Status sim_send_flush(SimSend *send, int wait_ms, Error *err) MUST_CHECK;
