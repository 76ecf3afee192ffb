/* Memory of one call. */

#include "core.h"

#include <stdlib.h>

#define CHUNK_BYTES ((size_t)64 * 1024)

struct Chunk {
    Chunk *before;
};

void *arena_take(Arena *arena, size_t size)
{
    size = (size + 15) & ~(size_t)15;
    if (size > (size_t)(arena->end - arena->next)) {
        size_t bytes = size > CHUNK_BYTES ? size : CHUNK_BYTES;
        Chunk *chunk = malloc(sizeof(Chunk) + 16 + bytes);
        if (chunk == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
        chunk->before = arena->latest;
        arena->latest = chunk;
        arena->next = (char *)(((uintptr_t)(chunk + 1) + 15) & ~(uintptr_t)15);
        arena->end = arena->next + bytes;
    }
    void *start = arena->next;
    arena->next += size;
    return start;
}

void arena_free(Arena *arena)
{
    while (arena->latest != NULL) {
        Chunk *before = arena->latest->before;
        free(arena->latest);
        arena->latest = before;
    }
    arena->next = arena->end = NULL;
}
