/* now_live.h - what a list shows with the time it was taken: NS:list:ID:now. Layer: services/stats.
 *
 * dialable_now and the rest of why-not, when the next lead is due, attempts and contacts by the
 * hour, and the runway. List after list, round and round: a round begins every pace_s seconds at
 * most, and where lists are many or large it takes as long as a fifth of one connection needs. */
#pragma once

#include "adapters/db.h"
#include "stats/live_store.h"

typedef struct NowLive NowLive;
NowLive *now_live_new(int pace_s);
void now_live_free(NowLive *live);

/* As many lists as are due and a short while allows. */
Status
now_live_tick(NowLive *live, Db *db, LiveStore *store, int64_t now_us, Error *err) MUST_CHECK;
/* All lists are due. */
void now_live_forget(NowLive *live);
