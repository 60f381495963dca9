/* arena.h - memory that is given out piece by piece and taken back all at once. Layer:
 * services/importer.
 *
 * Pieces stay where they are until arena_reset(), which keeps ordinary blocks for the next round.
 */
#pragma once

#include <stddef.h>

typedef struct ArenaBlock ArenaBlock;

typedef struct Arena {
    ArenaBlock *blocks; /* in use; the first one is being filled */
    ArenaBlock *spare;
    size_t used;
} Arena;

void *arena_alloc(Arena *arena, size_t size); /* not zeroed; aligned for anything */
char *arena_copy(Arena *arena, const char *bytes, size_t len); /* not terminated */
void arena_reset(Arena *arena);
void arena_done(Arena *arena);
