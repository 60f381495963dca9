#include "importer/arena.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum { ARENA_BLOCK_BYTES = 1 << 20, ARENA_ALIGN = 16 };

struct ArenaBlock {
    ArenaBlock *next;
    size_t size;
    _Alignas(ARENA_ALIGN) char bytes[];
};

static ArenaBlock *arena_block(Arena *arena, size_t size)
{
    ArenaBlock *block = arena->spare;
    if (block != NULL && size <= ARENA_BLOCK_BYTES) {
        arena->spare = block->next;
        return block;
    }
    size_t room = size > ARENA_BLOCK_BYTES ? size : ARENA_BLOCK_BYTES;
    block = mem_realloc(NULL, sizeof *block + room);
    block->size = room;
    return block;
}

void *arena_alloc(Arena *arena, size_t size)
{
    size = (size + ARENA_ALIGN - 1) / ARENA_ALIGN * ARENA_ALIGN;
    if (arena->blocks == NULL || arena->used + size > arena->blocks->size) {
        ArenaBlock *block = arena_block(arena, size);
        block->next = arena->blocks;
        arena->blocks = block;
        arena->used = 0;
    }
    void *piece = arena->blocks->bytes + arena->used;
    arena->used += size;
    return piece;
}

char *arena_copy(Arena *arena, const char *bytes, size_t len)
{
    char *copy = arena_alloc(arena, len + 1);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

void arena_reset(Arena *arena)
{
    while (arena->blocks != NULL) {
        ArenaBlock *block = arena->blocks;
        arena->blocks = block->next;
        if (block->size == ARENA_BLOCK_BYTES) {
            block->next = arena->spare;
            arena->spare = block;
        } else {
            free(block);
        }
    }
    arena->used = 0;
}

void arena_done(Arena *arena)
{
    arena_reset(arena);
    while (arena->spare != NULL) {
        ArenaBlock *block = arena->spare;
        arena->spare = block->next;
        free(block);
    }
}
