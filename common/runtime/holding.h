/* holding.h - the partitions that this worker holds: taken, paused, halted, let go. Layer: runtime.
 *
 * A partition is claimed in PostgreSQL before it is read (position.h). librdkafka keeps a pause
 * across rebalances, so what was paused is resumed before it is let go; and it may read again from
 * an older place when it resumes, so a record below Held.next_seen is not taken twice. */
#pragma once

#include "adapters/bus.h"
#include "runtime/intake.h"

typedef struct Holding {
    Db *db;
    Consumer *consumer;
    const char *group;
    const char *worker_id;
    int careful_messages;
    Intake *intake;
    int64_t rights_at_ms; /* when to ask again for what may not be read */
    int64_t looked_at_ms; /* when holding_is_overtaken() looked last */
    int left_out;         /* of the last assignment: how many are not held, for whatever reason */
} Holding;

/* What became of the partitions that were to be taken, but for those that were. */
typedef struct LeftOut {
    int not_claimed; /* the broker or the database did not answer for them: ask again later */
    int no_room;     /* beyond INTAKE_PARTITIONS_MAX: asking again gives no more */
} LeftOut;

/* After BUS_ASSIGN: claims each partition and assigns those that could be; tries for half a minute,
 * and begins no claim after that. STATUS_RETRY when none could be claimed. give_up says that the
 * process is to stop. */
Status holding_take(Holding *holding,
                    const BusPartition partitions[],
                    int count,
                    bool (*give_up)(void),
                    LeftOut *ret_left_out,
                    Error *err) MUST_CHECK;

/* After BUS_REVOKE, and at the end: says that we leave in order, and drops everything. */
void holding_release(Holding *holding);
/* Drops everything without a word: another process owns it, or we do not know. */
void holding_drop(Holding *holding);

/* For lag tools: tells Kafka the positions that it does not know yet, also of idle partitions, and
 * once a minute all of them. */
void holding_mirror(Holding *holding);

/* Asks again for topics that may not be read, and the group, every few seconds while there are
 * such. */
void holding_ask_rights(Holding *holding);

/* Is something held that is not ours any more? Looks every few seconds only. A person who reset a
 * halted or an idle partition is not found out about by moving it. */
bool holding_is_overtaken(Holding *holding);

/* Stops or goes on fetching what is held and not halted. */
void holding_pause(Holding *holding);
void holding_resume(Holding *holding);

/* Stops reading this partition until a person resets its position. */
Status holding_halt(Holding *holding, Held *held, const char *reason, Error *err) MUST_CHECK;
