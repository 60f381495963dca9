/* hopper.h - keeps about as many live offers as each campaign wants. Layer: services/recycler.
 *
 *   every second, and when rules moved:
 *                   lease campaigns ─▶ rules, lists, groups of ready leads
 *                   ─▶ end offers whose time is over (expiry.h), revoke stray ones (stray.h)
 *   every 25 ms:    express leads: up to a tenth beyond the target
 *   every 100 ms:   how many live offers? ─▶ fewer than wanted: top up (topup.h), tier by tier
 *
 * One thread, so a round does a batch of each at most, and begins again at once when there is more:
 * an express lead waits for one top-up, not for all. What asks the broker has a thread of its own
 * (reading.h). A campaign is topped up by the recycler that holds its lease; that is for peace, not
 * for safety: what is offered is decided under locks. While dialers' outcomes are read late nothing
 * is topped up (outcomes_behind), nor where the record was set back and offers of the lost time may
 * be live (record_set_back), and where a dialer has stopped answering only a probe is
 * (dialer_silent). A host whose clock is not PostgreSQL's (hopper_hold.h) leads no campaign, ends
 * no offer and leaves its group; campaigns that nobody else leads are clock_off. */
#pragma once

#include "runtime/service.h"

typedef struct Hopper Hopper;

/* parts: borrowed for its life. */
Status hopper_start(const ServiceParts *parts, Hopper **ret, Error *err) MUST_CHECK;
/* Why this host is not to read what dialers say, for Service.unfit: "clock_off", or "clock_unknown"
 * before it was compared; NULL: nothing. Any thread. */
const char *hopper_unfit(const Hopper *hopper);
/* Waits for the round under way, for a few seconds. NULL is allowed. */
void hopper_stop(Hopper *hopper);
