/* outbox_floor.h - from which id on a relay has to look for rows. Layer: runtime.
 *
 * Deleted rows stay in the index until nothing that runs can see them; a scan from the start walks
 * over all of them, for hours behind a long dump. The floor is an id up to which no row is left or
 * will ever appear. It is for one set of lanes: begin anew when that grows.
 *
 * How it is found: an id L that has been drawn is read first; a later statement draws a transaction
 * number X. Whoever drew an id up to L had its transaction number before it drew
 * (outbox_insert.sql), so that number is below X. When all below X have ended, what is left of the
 * ids up to L is visible to the next scan. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "adapters/db.h"
#include "base/error.h"

typedef struct OutboxFloor {
    int64_t id;   /* rows up to it are gone for good */
    int64_t ripe; /* an id whose drawers have all ended; the floor once a scan shows none below */
    int64_t candidate; /* an id that waits for transactions below `before`, or 0 */
    int64_t before;
    int64_t epoch;   /* of the namespace: a restored record gives ids out again */
    int64_t look_ms; /* when to look next; monotonic */
} OutboxFloor;

void outbox_floor_reset(OutboxFloor *floor);
/* Once a second a transaction that scans learns something of the floor. */
bool outbox_floor_is_due(const OutboxFloor *floor);
/* At the beginning of each transaction that scans, before the scan; does little but once a second.
 */
Status outbox_floor_look(OutboxFloor *floor, Db *tx, Error *err) MUST_CHECK;
/* After the scan of all lanes. first_id: the lowest that it found, INT64_MAX for none. */
void outbox_floor_raise(OutboxFloor *floor, int64_t first_id);
