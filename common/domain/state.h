/* state.h - the states, territories and provinces of the United States and Canada. Layer: domain.
 */
#pragma once

#include "domain/text.h"

typedef struct State {
    const char *code;    /* postal: "TX", "ON" */
    const char *country; /* "US" or "CA" */
    const char *name;
    const char
        *zones; /* IANA names of every zone that some part of it keeps, sorted, by comma; "" */
} State;

/* By code, name or old abbreviation ("TX", "Tx.", "texas", "Tex."), NULL when unknown; static. */
const State *state_find(TextSlice text);
