#include "domain/zone_clock.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "domain/zone_names.h"
#include "domain/zone_shim.h"

#define CLOCK_UNTIL_S INT64_C(7258118400) /* 2200-01-01 */

/* A zone changes its clock twice a year, or a little more often (Morocco: four times). */
enum { CLOCK_OFFSETS_MAX = 1200, CLOCK_SLOTS = 2048 };

struct ZoneClock {
    const char *name; /* of zone_names */
    int count;
    ZoneShimOffset offsets[]; /* rising */
};

/* Open addressing by canonical name, of which there are some hundreds. Filled under the lock, read
 * without it; entries are never changed nor freed. */
static struct {
    pthread_mutex_t lock;
    _Atomic(ZoneClock *) slots[CLOCK_SLOTS];
} clocks = {.lock = PTHREAD_MUTEX_INITIALIZER};

static _Atomic(ZoneClock *) *slot_of(TextSlice name)
{
    for (size_t at = hash_u64(name.data, name.len, 0);; at++) {
        _Atomic(ZoneClock *) *slot = &clocks.slots[at % CLOCK_SLOTS];
        const ZoneClock *clock = atomic_load_explicit(slot, memory_order_acquire);
        if (clock == NULL ||
            (strlen(clock->name) == name.len && memcmp(clock->name, name.data, name.len) == 0)) {
            return slot;
        }
    }
}

static ZoneClock *clock_read(const char *name)
{
    AUTO_FREE ZoneShimOffset *offsets = mem_alloc(CLOCK_OFFSETS_MAX * sizeof *offsets);
    int count = zone_shim_offsets(name, 0, CLOCK_UNTIL_S, offsets, CLOCK_OFFSETS_MAX);
    if (count == 0) {
        return NULL;
    }
    ZoneClock *clock = mem_alloc(sizeof *clock + (size_t)count * sizeof clock->offsets[0]);
    clock->name = name;
    clock->count = count;
    memcpy(clock->offsets, offsets, (size_t)count * sizeof clock->offsets[0]);
    return clock;
}

static ZoneClock *clock_make(const char *canonical)
{
    pthread_mutex_lock(&clocks.lock);
    _Atomic(ZoneClock *) *slot = slot_of(text_of(canonical));
    ZoneClock *clock = atomic_load_explicit(slot, memory_order_relaxed);
    if (clock == NULL) {
        clock = clock_read(canonical);
        atomic_store_explicit(slot, clock, memory_order_release);
    }
    pthread_mutex_unlock(&clocks.lock);
    return clock;
}

const ZoneClock *zone_clock_find(TextSlice name)
{
    const ZoneClock *clock = atomic_load_explicit(slot_of(name), memory_order_acquire);
    if (clock != NULL) {
        return clock;
    }
    const char *canonical = zone_names_find(name);
    return canonical != NULL ? clock_make(canonical) : NULL;
}

const char *zone_clock_name(const ZoneClock *clock)
{
    return clock->name;
}

int32_t zone_clock_offset(const ZoneClock *clock, int64_t at_s, int64_t *ret_until_s)
{
    int low = 1; /* the first that begins behind at_s */
    int high = clock->count;
    while (low < high) {
        int middle = (low + high) / 2;
        if (clock->offsets[middle].at_s <= at_s) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    *ret_until_s = low < clock->count ? clock->offsets[low].at_s : INT64_MAX;
    return clock->offsets[low - 1].offset_s;
}
