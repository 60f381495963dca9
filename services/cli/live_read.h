/* live_read.h - what leadspool-stats keeps in Redis, for people to look at. Layer: services/cli;
 * reads only. */
#pragma once

#include "adapters/redis.h"
#include "cli/cli.h"
#include "cli/table.h"
#include "runtime/live_key.h"

typedef struct LiveRead LiveRead;

/* Connects when it is asked something, and again whenever the connection is gone. */
LiveRead *live_read_new(Cli *cli);
void live_read_close(LiveRead *live);
/* STATUS_RETRY with the code of redis.h, or redis_stale while no leadspool-stats is at work or
 * Redis is not whole: what it shows then may be old. Those who stay ask again with each look. */
Status live_read_check(LiveRead *live, Error *err) MUST_CHECK;

/* *ret NULL: there is none. */
Status live_read_hash(LiveRead *live, LiveKind kind, const char *id, RedisReply **ret, Error *err)
    MUST_CHECK;
/* Of many, in one round trip: ret has room for count. */
Status live_read_hashes(LiveRead *live,
                        LiveKind kind,
                        const char *const ids[],
                        int count,
                        RedisReply *ret[],
                        Error *err) MUST_CHECK;
/* The members of an index set. */
Status live_read_members(
    LiveRead *live, LiveKind kind, const char *id, RedisReply **ret, Error *err) MUST_CHECK;

/* A row of the table: each column is the field of its name; of a TABLE_JSON column, an object of
 * the fields that begin with it in the singular ("statuses": "status:"); "source" is redis. */
void live_read_row(const RedisReply *hash, Table *table);
