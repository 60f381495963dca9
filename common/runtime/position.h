/* position.h - where this worker stands in each partition: in PostgreSQL, moved in the transaction
 * of the effects. Layer: runtime.
 *
 * Invariants, for a partition that is held:
 *   - epoch is this claim's number; a newer owner has a higher one, and then no move of ours
 * succeeds;
 *   - next_offset is what the database has; records below it are dropped when they come again;
 *   - verified: the record at next_offset - 1 was read again and is the one that was consumed (or
 * nothing is there to compare: on a compacted topic it may be gone). Until then no record is taken.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/bus.h"
#include "adapters/db.h"
#include "base/error.h"

typedef struct Position {
    const char *topic; /* borrowed from the service's table */
    int32_t partition;
    int generation;
    int64_t epoch;
    int64_t next_offset;
    bool has_fingerprint;
    int64_t fingerprint;
    bool compacted; /* the topic is: Kafka takes away older records of a key */
    bool verified;
    int64_t careful_until; /* below it messages are taken one at a time, each marked before */
    int64_t marked_offset; /* the message that this process marked last, or -1 */
    int marked_times;      /* how many processes marked it, this one included */
    bool halted;
} Position;

typedef enum PositionMeeting {
    POSITION_TAKE,     /* a record to handle */
    POSITION_DROP,     /* seen before, or only there to be compared */
    POSITION_MISMATCH, /* this is not the partition that was being read */
} PositionMeeting;

/* Claims the partition and finds out where to read from: *ret_start goes into consumer_assign(); a
 * halted partition must not be assigned. Opens transactions of its own. careful_messages: the
 * length of careful mode after an unclean end. */
Status position_claim(Db *db,
                      Consumer *consumer,
                      const char *group,
                      const char *worker_id,
                      const BusPartition *partition,
                      int careful_messages,
                      int64_t now_us,
                      Position *ret,
                      int64_t *ret_start,
                      Error *err) MUST_CHECK;

/* What to do with a record that came; sets verified. Pure. */
PositionMeeting position_meet(Position *position, int64_t offset, int64_t fingerprint);

/* Stops the partition until a person resets the position. */
Status position_halt(Db *db, const char *group, Position *position, const char *reason, Error *err)
    MUST_CHECK;

/* Commits a mark before the message at offset is tried alone. One process marks it once, however
 * often it tries. worker_id: as for the claim. */
Status position_mark(Db *db,
                     const char *group,
                     const char *worker_id,
                     Position *position,
                     int64_t offset,
                     Error *err) MUST_CHECK;
/* This try ended, without success and without a death: the mark is taken back. */
Status position_unmark(
    Db *db, const char *group, const char *worker_id, Position *position, Error *err) MUST_CHECK;

/* One partition's step within a transaction. */
typedef struct PositionMove {
    Position *position;
    int64_t after;
    int64_t fingerprint; /* of the record at after - 1 */
} PositionMove;

/* Moves all, in the open transaction, last before COMMIT. STATUS_RETRY with code fenced when one of
 * them is not ours any more. position_moved() follows the commit. */
Status position_move(Db *db, const char *group, const PositionMove moves[], int count, Error *err)
    MUST_CHECK;
void position_moved(const PositionMove moves[], int count);

/* After a COMMIT whose reply was lost, in a transaction of its own: have these moves happened?
 * STATUS_RETRY with code fenced when neither the state before nor the one after is there. */
Status position_look(Db *db,
                     const char *group,
                     const PositionMove moves[],
                     int count,
                     bool *ret_moved,
                     Error *err) MUST_CHECK;

/* Says that this owner leaves in order. Failure does no harm. */
Status position_leave(Db *db, const char *group, const Position positions[], int count, Error *err)
    MUST_CHECK;

/* Is one of these claimed anew, or was it reset by a person? What nothing is read from would never
 * find out otherwise. */
Status position_overtaken(Db *db,
                          const char *group,
                          const Position positions[],
                          int count,
                          bool *ret,
                          Error *err) MUST_CHECK;
