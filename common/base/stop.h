/* stop.h - the question that long work asks now and then: is it to stop? Layer: base.
 *
 * Borrowed by the work; asked may be called from its thread at any time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

typedef struct Stop {
    bool (*asked)(void *context);
    void *context;
} Stop;

/* NULL, or a zeroed one: never. */
static inline bool stop_asked(const Stop *stop)
{
    return stop != NULL && stop->asked != NULL && stop->asked(stop->context);
}
