/* trace.h - W3C trace context (https://www.w3.org/TR/trace-context/): handed on as it came, never
 * made. Layer: base.
 *
 * parent is a valid traceparent of version 00; one of a later version is cut to what 00 knows.
 * state is the tracestate, "" where there was none that could be handed on. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum { TRACE_PARENT_SIZE = 56, TRACE_STATE_SIZE = 513, TRACE_ID_SIZE = 33 };

typedef struct Trace {
    char parent[TRACE_PARENT_SIZE];
    char state[TRACE_STATE_SIZE];
} Trace;

/* The two as bytes; either may be NULL. False, and *ret untouched, when parent is none: then there
 * is no trace, whatever state is. A state that is no printable ASCII or longer than 512 bytes is
 * left out. */
bool trace_read(
    const char *parent, size_t parent_len, const char *state, size_t state_len, Trace *ret);

/* The trace's own id, 32 hexadecimal digits; "" for NULL. */
void trace_id(const Trace *trace, char ret[TRACE_ID_SIZE]);
