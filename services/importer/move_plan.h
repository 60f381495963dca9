/* move_plan.h - what leads.move makes of a lead. Layer: services/importer; pure. */
#pragma once

#include <stdbool.h>

typedef enum MovePolicy {
    MOVE_SKIP,   /* a duplicate stays */
    MOVE_UPDATE, /* ... tells its fields to the target's, and goes; each is named afterwards */
    MOVE_REPORT, /* ... stays, and is named */
    MOVE_POLICIES,
} MovePolicy;

typedef enum MoveFate {
    MOVE_GOES,
    MOVE_DUPLICATE,    /* stays: the target has it */
    MOVE_MERGES,       /* into the target's */
    MOVE_CONFLICT,     /* stays: it is not the target's, or something of it would be lost */
    MOVE_KEPT_OFFERED, /* stays: its outcome is still to come, and would find no lead */
    MOVE_FATES,
} MoveFate;

/* A lead, and whom it meets in the target. */
typedef struct MoveMet {
    int count;     /* leads with its number or external id */
    bool by_phone; /* the first of them has its number */
    bool unlike;   /* ... and another external id, or both have too much of their own for one */
    bool offered;  /* an offer of it is open */
} MoveMet;

MoveFate move_plan(MovePolicy policy, const MoveMet *met);

const char *move_fate_name(MoveFate fate);
const char *move_policy_name(MovePolicy policy);
/* MOVE_SKIP for what is none. */
MovePolicy move_policy_find(const char *name_or_null);
