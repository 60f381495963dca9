/* stats.h - the stats aggregator as a service: what it consumes and does. Layer: services/stats.
 *
 *   list.stats, job events ─▶ projection ─▶ live_store ─▶ Redis          milliseconds after their
 * commit PostgreSQL ─▶ rebuild (all lists) ─▶ live_store ─▶ Redis            after any loss, and
 * every five minutes PostgreSQL ─▶ now, campaign sums ─▶ live_store ─▶ Redis             what no
 * message tells, at a set pace
 *
 * Alone writes Redis. Whatever it knows stands in PostgreSQL: Redis may be emptied at any time. */
#pragma once

#include "runtime/service.h"

extern const Service stats_service;
