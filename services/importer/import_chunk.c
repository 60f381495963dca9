#include "importer/import_chunk.h"

#include "base/mem.h"

ImportChunk *import_chunk_new(void)
{
    return mem_alloc(sizeof(ImportChunk));
}

void import_chunk_free(ImportChunk *chunk)
{
    if (chunk == NULL) {
        return;
    }
    for (int lane = 0; lane < IMPORT_LANES_MAX; lane++) {
        free(chunk->shares[lane].rows);
        free(chunk->shares[lane].rejects);
    }
    arena_done(&chunk->arena);
    free(chunk);
}

void import_chunk_reset(ImportChunk *chunk, int64_t number)
{
    chunk->number = number;
    chunk->row_count = 0;
    chunk->last = false;
    arena_reset(&chunk->arena);
    for (int lane = 0; lane < IMPORT_LANES_MAX; lane++) {
        chunk->shares[lane].row_count = 0;
        chunk->shares[lane].reject_count = 0;
    }
}

static void *share_grow(void *rows, int count, int *cap, size_t size)
{
    if (count < *cap) {
        return rows;
    }
    *cap = *cap > 0 ? *cap * 2 : 256;
    return mem_realloc(rows, (size_t)*cap * size);
}

ChunkRow *chunk_share_add_row(ChunkShare *share)
{
    share->rows = share_grow(share->rows, share->row_count, &share->row_cap, sizeof *share->rows);
    return &share->rows[share->row_count++];
}

ChunkReject *chunk_share_add_reject(ChunkShare *share)
{
    share->rejects =
        share_grow(share->rejects, share->reject_count, &share->reject_cap, sizeof *share->rejects);
    return &share->rejects[share->reject_count++];
}
