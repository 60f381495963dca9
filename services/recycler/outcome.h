/* outcome.h - the dialer's words, many in one transaction. Layer: services/recycler.
 *
 *   prepare: read them ─▶ leads, offers, numbers (rows of numbers are made)
 *   apply:   lock numbers ─▶ lock leads ─▶ offers ─▶ which calls are new? ─▶ plan each in order
 *            ─▶ ledger, offers, entries, leads, queue ─▶ list_stats: the gate ─▶ events
 *
 * One that cannot be read goes to the dead letters; nothing is answered. A call is known by
 * (ce_source, call_id): it counts once, however often it is told. */
#pragma once

#include "runtime/work.h"

enum { OUTCOME_MESSAGES_MAX = 500 };

typedef struct Outcomes Outcomes;
Outcomes *outcomes_new(void);
void outcomes_free(Outcomes *outcomes);

/* For call.started, call.ended and offer.released. */
Status outcome_prepare(Work *work, Error *err);
Status outcome_apply(Work *work, Error *err);
